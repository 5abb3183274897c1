-- id: NSA-40
-- title: etcd shares the cluster CA
-- section: Network separation and hardening
-- severity: medium
-- scope: cluster
-- assets: |
--   SELECT c.kind AS kind, c.namespace AS namespace, c.name AS name,
--     CASE WHEN NOT c.flags_known THEN 'its command line was not understood'
--       WHEN f.flag IS NOT NULL THEN 'its settings are in ' || coalesce(f.value, 'a file') || ', which is not read: with --config-file etcd heeds no flags'
--       WHEN NOT EXISTS (SELECT 1 FROM k8s_control_plane_components a WHERE a.component = 'kube-apiserver' AND a.flags_known)
--         THEN 'the command line of the API server, to compare with, was not understood' END AS not_assessed,
--     NULL AS not_applicable
--   FROM k8s_control_plane_components c
--   LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'config-file'
--   WHERE c.component = 'etcd' AND EXISTS (SELECT 1 FROM k8s_control_plane_components a WHERE a.component = 'kube-apiserver')
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
--   etcd lets in everybody with a certificate of the CA it trusts. If that is the cluster's own,
--   these are all kubelets and every person with a client certificate, the one with rights to
--   nothing included: to etcd they are all administrators.
-- fix: |
--   Make a CA for etcd alone (kubeadm init phase certs etcd-ca), from it new certificates for the members, their peers and the API server's
--   client (etcd-server, etcd-peer, apiserver-etcd-client), then in /etc/kubernetes/manifests/etcd.yaml{{if .node}} on node {{.node}}{{end}}:
--     - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
--     - --peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
--   and --etcd-cafile of the API server. To change a running cluster, trust a file with both CAs until every member has its new certificate.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, etcd
--   - https://kubernetes.io/docs/setup/best-practices/certificates/
-- aliases: [CIS-2.7, C-0159]
-- pass:
--   - name: a CA of its own
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd, --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --client-ca-file=/etc/kubernetes/pki/ca.crt]}]
-- not_assessed:
--   - name: a file in place of flags
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd, --config-file=/etc/etcd.yaml]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver]}]
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
--   - name: the same file
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd, --trusted-ca-file=/etc/kubernetes/pki/ca.crt]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --client-ca-file=/etc/kubernetes/pki/ca.crt]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: etcd-cp1, path: "spec.containers[0].command[1]", actual: --trusted-ca-file=/etc/kubernetes/pki/ca.crt, reason: also --client-ca-file of kube-apiserver-cp1, node: cp1}
--   - name: no CA at all
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.5-0", command: [etcd]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --client-ca-file=/etc/kubernetes/pki/ca.crt]}]
--     rows:
--       - {name: etcd-cp1, path: "spec.containers[0].command", actual: --trusted-ca-file unset, reason: no CA to check clients by}

-- Paths are compared, which are those inside the two containers: the same certificate under
-- two names is not seen.
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(t.path, c.path || '.command') AS path,
  '--trusted-ca-file' || coalesce('=' || t.value, ' unset') AS actual, 'a CA for etcd alone' AS expected,
  coalesce('also --client-ca-file of ' || min(a.name), 'no CA to check clients by') AS reason,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags t ON t.spec_id = c.spec_id AND t.container = c.container AND t.flag = 'trusted-ca-file'
LEFT JOIN k8s_control_plane_flags a ON a.component = 'kube-apiserver' AND a.flag = 'client-ca-file' AND a.value = t.value
WHERE c.component = 'etcd' AND c.flags_known
  AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'config-file')
  AND EXISTS (SELECT 1 FROM k8s_control_plane_components s WHERE s.component = 'kube-apiserver' AND s.flags_known)
  AND (t.flag IS NULL OR t.value IS '' OR a.flag IS NOT NULL)
GROUP BY c.spec_id, c.container;
