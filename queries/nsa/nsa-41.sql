-- id: NSA-41
-- title: etcd listens in clear text
-- section: Network separation and hardening
-- severity: high
-- scope: object
-- assets: |
--   SELECT c.kind AS kind, c.namespace AS namespace, c.name AS name,
--     CASE WHEN NOT c.flags_known THEN 'its command line was not understood'
--       WHEN f.flag IS NOT NULL THEN 'its settings are in ' || coalesce(f.value, 'a file') || ', which is not read: with --config-file etcd heeds no flags' END AS not_assessed,
--     NULL AS not_applicable
--   FROM k8s_control_plane_components c
--   LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'config-file'
--   WHERE c.component = 'etcd'
--   UNION ALL
--   SELECT kind, namespace, name, 'its etcd runs elsewhere, at ' || value, NULL
--   FROM k8s_control_plane_flags
--   WHERE component = 'kube-apiserver' AND flag = 'etcd-servers' AND value NOT LIKE '%://127.%' AND value NOT LIKE '%://localhost:%' AND value NOT LIKE '%://[::1]%'
--     AND value NOT LIKE 'unix%' AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'etcd') AND NOT EXISTS (SELECT 1 FROM k8s_cluster_info)
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'etcd does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs etcd, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'etcd')
-- why: |
--   What goes over these ports is the whole state of the cluster, with every Secret that is not
--   encrypted before it is stored. On an http address it is there to be read and altered by
--   whoever shares a network with the node, and there is no certificate to ask for.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/etcd.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts etcd at once. kubeadm writes the
--   file anew on upgrades: set the same in ClusterConfiguration.etcd.local.extraArgs.
--   {{- if eq .flag "listen-metrics-urls"}}
--     - --listen-metrics-urls=http://127.0.0.1:2381
--   {{- else if eq .reason "relies on a firewall"}}
--     name the node's own addresses in --{{.flag}} instead of {{.actual}}, such as https://127.0.0.1:2379,https://NODE_ADDRESS:2379
--   {{- else}}
--     change {{.actual}} to https in --{{.flag}}, with the certificates of NSA-39, and the addresses in --etcd-servers of the API server and
--     --initial-cluster of all members to match
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, etcd
--   - https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#securing-etcd-clusters
-- pass:
--   - name: https, and http on the node itself
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.5-0
--             command:
--               - etcd
--               - --listen-client-urls=http://127.0.0.1:2379,https://10.0.0.1:2379
--               - --advertise-client-urls=https://10.0.0.1:2379
--               - --listen-peer-urls=http://[::1]:2380,http://localhost:2380
--               - --listen-metrics-urls=http://127.0.0.1:2381,https://10.0.0.1:2382
--   - name: unset, which is localhost
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd]}]
-- not_assessed:
--   - name: a file in place of flags
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd, --config-file=/etc/etcd.yaml]}]
--     unassessed: [{name: etcd-cp2, reason: "its settings are in /etc/etcd.yaml, which is not read: with --config-file etcd heeds no flags"}]
--   - name: outside of the cluster
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, "--etcd-servers=https://10.0.0.9:2379"]}]
--     unassessed: [{kind: Pod, name: kube-apiserver-cp1, reason: "its etcd runs elsewhere, at https://10.0.0.9:2379"}]
-- fail:
--   - name: clients and peers in clear text, by flag and by variable
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.5-0
--             command: [etcd, "--listen-client-urls=https://127.0.0.1:2379,http://10.0.0.1:2379", "--advertise-client-urls=http://10.0.0.1:2379"]
--             env: [{name: ETCD_LISTEN_PEER_URLS, value: "http://0.0.0.0:2380"}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: etcd-cp1, flag: listen-client-urls, path: "spec.containers[0].command[1]", actual: "http://10.0.0.1:2379", expected: https, reason: clear text, node: cp1, severity: high}
--       - {flag: advertise-client-urls}
--       - {flag: listen-peer-urls, path: "spec.containers[0].env[0]", actual: "http://0.0.0.0:2380", reason: clear text}
--   - name: metrics tell less
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd, "--listen-metrics-urls=http://0.0.0.0:2381"]}]
--     rows:
--       - {flag: listen-metrics-urls, actual: "http://0.0.0.0:2381", severity: medium}
--   - name: TLS on all addresses leaves it to the firewall
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd, "--listen-client-urls=https://0.0.0.0:2379", "--listen-peer-urls=https://[::]:2380"]}]
--     rows:
--       - {flag: listen-client-urls, reason: relies on a firewall, severity: low}
--       - {flag: listen-peer-urls, actual: "https://[::]:2380", severity: low}
WITH urls AS (
  SELECT c.kind, c.namespace, c.name, c.node, c.file, c.line, f.flag, f.path, trim(u.value) AS url,
    substr(trim(u.value), instr(trim(u.value), '://') + 3) AS host
  FROM k8s_control_plane_components c
  JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container
    AND f.flag IN ('listen-client-urls', 'advertise-client-urls', 'listen-peer-urls', 'listen-metrics-urls'),
    json_each('[' || replace(json_quote(f.value), ',', '","') || ']') u
  WHERE c.component = 'etcd' AND c.flags_known
    AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags x WHERE x.spec_id = c.spec_id AND x.container = c.container AND x.flag = 'config-file')),
judged AS (
  SELECT *, CASE
    WHEN url LIKE 'http://%' AND NOT (host GLOB '127.*' OR host LIKE 'localhost:%' OR host LIKE '[::1]%') THEN 'clear text'
    WHEN url LIKE 'https://%' AND (host LIKE '0.0.0.0:%' OR host LIKE '[::]:%') THEN 'relies on a firewall'
  END AS reason
  FROM urls)
SELECT
  kind, namespace, name, path, url AS actual,
  CASE reason WHEN 'clear text' THEN 'https' ELSE 'named addresses' END AS expected,
  CASE WHEN reason <> 'clear text' THEN 'low' WHEN flag = 'listen-metrics-urls' THEN 'medium' ELSE 'high' END AS severity,
  reason, flag, node, file, line
FROM judged
WHERE reason IS NOT NULL;
