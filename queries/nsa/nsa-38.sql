-- id: NSA-38
-- title: API server to etcd without client TLS
-- section: Network separation and hardening
-- severity: critical
-- scope: object
-- assets: |
--   SELECT c.kind AS kind, c.namespace AS namespace, c.name AS name,
--     CASE WHEN NOT c.flags_known THEN 'its command line was not understood' END AS not_assessed,
--     CASE WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'etcd-servers' AND f.value GLOB 'unix*')
--       THEN 'etcd is behind a socket of the node' END AS not_applicable
--   FROM k8s_control_plane_components c
--   WHERE c.component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the API server does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   etcd holds every object of the cluster, Secrets included, and obeys whoever it accepts. In
--   clear text they can be read off the network; without certificates on both sides another
--   machine can pose as etcd, or as the API server, and then write what it likes past all
--   authorization.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--   {{- if eq .flag "etcd-cafile"}}
--     - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
--   {{- else if eq .flag "etcd-certfile"}}
--     - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
--   {{- else if eq .flag "etcd-keyfile"}}
--     - --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key
--   {{- else}}
--     change http:// to https:// in --{{.flag}}, once etcd itself serves TLS (NSA-39, NSA-41)
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, etcd
--   - https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/
-- aliases: [CIS-1.2.23, CIS-1.2.26, C-0137, C-0140, KCV-0026, KCV-0029]
-- pass:
--   - name: TLS to all servers, those for events included
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command:
--               - kube-apiserver
--               - --etcd-servers=https://10.0.0.1:2379,https://10.0.0.2:2379
--               - --etcd-servers-overrides=/events#https://10.0.0.3:2379
--               - --etcd-cafile=/pki/etcd/ca.crt
--               - --etcd-certfile=/pki/etcd/client.crt
--               - --etcd-keyfile=/pki/etcd/client.key
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-kine, namespace: kube-system}
--       spec:
--         containers:
--           - {name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, "--etcd-servers=unix:///run/kine.sock"]}
-- not_assessed:
--   - name: a start script
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system, labels: {component: kube-apiserver}}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [/start.sh]}]
--     unassessed: [{kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, reason: its command line was not understood}]
-- fail:
--   - name: no certificates
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - {name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, "--etcd-servers=https://10.0.0.1:2379"]}
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, flag: etcd-cafile, path: "spec.containers[0].command", actual: --etcd-cafile unset, reason: does not check who answers, node: cp1}
--       - {flag: etcd-certfile, reason: does not say who it is}
--       - {flag: etcd-keyfile}
--   - name: one server in clear text, and another for events
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command:
--               - kube-apiserver
--               - --etcd-servers=https://10.0.0.1:2379,http://10.0.0.2:2379
--               - --etcd-servers-overrides=/events#https://10.0.0.3:2379;http://10.0.0.4:2379
--               - --etcd-cafile=/pki/etcd/ca.crt
--               - --etcd-certfile=/pki/etcd/client.crt
--               - --etcd-keyfile=/pki/etcd/client.key
--     rows:
--       - {flag: etcd-servers, path: "spec.containers[0].command[1]", actual: "http://10.0.0.2:2379", expected: https, reason: clear text}
--       - {flag: etcd-servers-overrides, path: "spec.containers[0].command[2]", actual: "http://10.0.0.4:2379"}

-- A unix socket is kine's or a proxy's, on the same host: TLS is no question there.
WITH server AS (
  SELECT c.kind, c.namespace, c.name, c.spec_id, c.container, c.node, c.path, c.file, c.line
  FROM k8s_control_plane_components c
  WHERE c.component = 'kube-apiserver' AND c.flags_known
    AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags f
      WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'etcd-servers' AND f.value GLOB 'unix*')),
wanted(flag, reason) AS (VALUES
  ('etcd-cafile', 'does not check who answers'), ('etcd-certfile', 'does not say who it is'), ('etcd-keyfile', 'does not say who it is'))
SELECT
  s.kind AS kind, s.namespace AS namespace, s.name AS name, s.path || '.command' AS path,
  '--' || w.flag || ' unset' AS actual, '--' || w.flag || '=FILE' AS expected, w.reason AS reason,
  w.flag AS flag, s.node AS node, s.file AS file, s.line AS line
FROM server s, wanted w
WHERE NOT EXISTS (
  SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = s.spec_id AND f.container = s.container AND f.flag = w.flag AND f.value IS NOT '')
UNION ALL
SELECT
  s.kind, s.namespace, s.name, f.path, substr(u.value, instr(u.value, '#') + 1), 'https', 'clear text', f.flag, s.node, s.file, s.line
FROM server s
JOIN k8s_control_plane_flags f ON f.spec_id = s.spec_id AND f.container = s.container AND f.flag IN ('etcd-servers', 'etcd-servers-overrides'),
  json_each('[' || replace(replace(json_quote(f.value), ',', '","'), ';', '","') || ']') u
WHERE trim(substr(u.value, instr(u.value, '#') + 1)) LIKE 'http://%';
