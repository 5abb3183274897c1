-- id: NSA-39
-- title: etcd accepts unauthenticated clients or peers
-- section: Network separation and hardening
-- severity: critical
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
--   Who talks to etcd talks to the whole cluster: every Secret can be read and every role
--   rewritten there, past authentication, authorization, admission and audit. A peer that nobody
--   checks can join and be sent a copy of everything.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/etcd.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts etcd at once. One member at a time,
--   and wait until it is healthy. kubeadm writes the file anew on upgrades: set the same in ClusterConfiguration.etcd.local.extraArgs.
--   kubeadm has the files in /etc/kubernetes/pki/etcd: server.crt, server.key, ca.crt, peer.crt, peer.key.
--   {{- if eq .flag "auto-tls" "peer-auto-tls"}}
--     remove --{{.flag}}
--   {{- else}}
--     - {{.expected}}
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, etcd
--   - https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#securing-etcd-clusters
-- aliases: [CIS-2.1, CIS-2.2, CIS-2.3, CIS-2.4, CIS-2.5, CIS-2.6, C-0153, C-0154, C-0155, C-0156, C-0157, C-0158, KCV-0042, KCV-0043, KCV-0044, KCV-0045, KCV-0046, KCV-0047]
-- pass:
--   - name: clients and peers, by flags and by variables
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
--               - --listen-peer-urls=https://10.0.0.1:2380
--               - --cert-file=/pki/server.crt
--               - --key-file=/pki/server.key
--               - --client-cert-auth=true
--               - --trusted-ca-file=/pki/ca.crt
--               - --peer-cert-file=/pki/peer.crt
--               - --peer-key-file=/pki/peer.key
--               - --peer-client-cert-auth
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.5-0
--             command: [etcd, --listen-peer-urls=https://10.0.0.2:2380]
--             env:
--               - {name: ETCD_CERT_FILE, value: /pki/server.crt}
--               - {name: ETCD_KEY_FILE, value: /pki/server.key}
--               - {name: ETCD_CLIENT_CERT_AUTH, value: "1"}
--               - {name: ETCD_TRUSTED_CA_FILE, valueFrom: {configMapKeyRef: {name: etcd, key: ca}}}
--               - {name: ETCD_PEER_CERT_FILE, value: /pki/peer.crt}
--               - {name: ETCD_PEER_KEY_FILE, value: /pki/peer.key}
--               - {name: ETCD_PEER_CLIENT_CERT_AUTH, value: "true"}
--   - name: a single member without peers
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.5-0
--             command: [etcd, --cert-file=/pki/server.crt, --key-file=/pki/server.key, --client-cert-auth=true, --trusted-ca-file=/pki/ca.crt]
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
--   - name: nothing set, and peers that it waits for
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - {name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd, "--initial-cluster=cp1=http://10.0.0.1:2380,cp2=http://10.0.0.2:2380"]}
--     rows:
--       - {kind: Pod, namespace: kube-system, name: etcd-cp1, flag: cert-file, path: "spec.containers[0].command", actual: --cert-file unset, node: cp1}
--       - {flag: key-file}
--       - {flag: client-cert-auth, actual: --client-cert-auth unset, expected: --client-cert-auth=true, reason: clients need no certificate}
--       - {flag: trusted-ca-file}
--       - {flag: peer-cert-file}
--       - {flag: peer-key-file}
--       - {flag: peer-client-cert-auth, reason: peers need no certificate}
--   - name: switched off, and certificates that anybody can make
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
--               - --listen-peer-urls=https://10.0.0.1:2380
--               - --cert-file=/pki/server.crt
--               - --key-file=/pki/server.key
--               - --client-cert-auth=false
--               - --trusted-ca-file=/pki/ca.crt
--               - --auto-tls=true
--               - --peer-cert-file=/pki/peer.crt
--               - --peer-key-file=/pki/peer.key
--               - --peer-client-cert-auth=true
--               - --peer-auto-tls
--     rows:
--       - {flag: client-cert-auth, path: "spec.containers[0].command[4]", actual: --client-cert-auth=false}
--       - {flag: auto-tls, path: "spec.containers[0].command[6]", actual: --auto-tls=true, expected: --auto-tls unset}
--       - {flag: peer-auto-tls, actual: --peer-auto-tls=true}

-- A variable whose value is elsewhere counts as a file that is given, and not as a switch
-- that is on. With a config file etcd reads neither flags nor variables: what it does then
-- is not known. Peers matter once there is an address for them, or more than one member.
WITH etcd AS (
  SELECT c.kind, c.namespace, c.name, c.spec_id, c.container, c.node, c.path, c.file, c.line,
    EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container
      AND (f.flag IN ('listen-peer-urls', 'discovery', 'discovery-srv') OR f.flag = 'initial-cluster' AND (f.value IS NULL OR f.value LIKE '%,%')
        OR f.flag = 'initial-cluster-state' AND f.value = 'existing')) AS peers
  FROM k8s_control_plane_components c
  WHERE c.component = 'etcd' AND c.flags_known
    AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'config-file')),
wanted(flag, type, peer, reason) AS (VALUES
  ('cert-file', 'file', 0, 'clients are served without TLS'),
  ('key-file', 'file', 0, 'clients are served without TLS'),
  ('client-cert-auth', 'on', 0, 'clients need no certificate'),
  ('trusted-ca-file', 'file', 0, 'no CA to check clients by'),
  ('auto-tls', 'off', 0, 'a certificate that nobody can check'),
  ('peer-cert-file', 'file', 1, 'peers are served without TLS'),
  ('peer-key-file', 'file', 1, 'peers are served without TLS'),
  ('peer-client-cert-auth', 'on', 1, 'peers need no certificate'),
  ('peer-auto-tls', 'off', 1, 'a certificate that nobody can check'))
SELECT
  e.kind AS kind, e.namespace AS namespace, e.name AS name, coalesce(f.path, e.path || '.command') AS path,
  CASE WHEN f.flag IS NULL THEN '--' || w.flag || ' unset' ELSE '--' || w.flag || '=' || coalesce(f.value, '(from elsewhere)') END AS actual,
  '--' || w.flag || CASE w.type WHEN 'file' THEN '=FILE' WHEN 'on' THEN '=true' ELSE ' unset' END AS expected,
  w.reason AS reason, w.flag AS flag, e.node AS node, e.file AS file, e.line AS line
FROM etcd e
JOIN wanted w ON e.peers OR NOT w.peer
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = e.spec_id AND f.container = e.container AND f.flag = w.flag
WHERE CASE w.type
  WHEN 'file' THEN f.flag IS NULL OR f.value IS ''
  WHEN 'on' THEN f.value IS NULL OR f.value NOT IN ('true', 'TRUE', 'True', 't', 'T', '1')
  ELSE f.flag IS NOT NULL AND (f.value IS NULL OR f.value NOT IN ('false', 'FALSE', 'False', 'f', 'F', '0'))
END;
