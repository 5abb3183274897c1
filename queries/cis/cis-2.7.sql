-- id: CIS-2.7
-- title: etcd trusts a CA of its own
-- section: 2 etcd
-- severity: medium
-- level: 2
-- type: manual
-- profile: etcd
-- scope: object
-- assets: |
--   SELECT kind, namespace, name, CASE WHEN NOT flags_known THEN 'its command line was not understood'
--       WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'config-file') THEN 'the file of --config-file decides, and turns flags off' END AS not_assessed, NULL AS not_applicable
--   FROM k8s_control_plane_components c
--   WHERE component = 'etcd'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'etcd does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs etcd, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'etcd')
-- why: |
--   The CA of the cluster signs a certificate for every kubelet and every administrator. When
--   etcd trusts the same one, each of these certificates opens the database. What is compared
--   are paths: a copy of the CA under another name has to be found by people.
-- fix: |
--   Make a CA for etcd, and sign anew with it the server, peer and health check certificates of etcd and the client certificate of
--   the API server (kubeadm init phase certs etcd-ca, etcd-server, etcd-peer, etcd-healthcheck-client, apiserver-etcd-client).
--   Edit the command in /etc/kubernetes/manifests/etcd.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts etcd at once, one member at a time please. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.etcd.local.extraArgs of its ConfigMap kubeadm-config.
--     - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 2.7
--   - https://etcd.io/docs/v3.6/op-guide/security/
-- aliases: [C-0159]
-- pass:
--   - name: a file of its own
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --client-ca-file=/etc/kubernetes/pki/ca.crt]
-- fail:
--   - name: that of the cluster, and none
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --trusted-ca-file=/etc/kubernetes/pki/ca.crt]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --name=cp2]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --client-ca-file=/etc/kubernetes/pki/ca.crt]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: etcd-cp1, path: "spec.containers[0].command[1]", actual: --trusted-ca-file=/etc/kubernetes/pki/ca.crt, shared_with: kube-apiserver-cp1, node: cp1}
--       - {name: etcd-cp2, actual: --trusted-ca-file unset}
-- not_assessed:
--   - name: a file decides
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --config-file=/etc/etcd/etcd.yaml, --cert-file=/pki/server.crt]
WITH ca AS (
  SELECT c.*, f.value AS trusted, f.flag AS flag, f.path AS at
  FROM k8s_control_plane_components c
  LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'trusted-ca-file'
  WHERE c.component = 'etcd' AND c.flags_known
    AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags z WHERE z.spec_id = c.spec_id AND z.container = c.container AND z.flag = 'config-file'))
SELECT
  ca.kind AS kind, ca.namespace AS namespace, ca.name AS name, coalesce(ca.at, ca.path || '.command') AS path,
  '--trusted-ca-file' || coalesce('=' || ca.trusted, ' unset') AS actual, 'a CA that signs for etcd alone' AS expected,
  (SELECT min(a.name) FROM k8s_control_plane_flags a WHERE a.component = 'kube-apiserver' AND a.flag = 'client-ca-file' AND a.value = ca.trusted) AS shared_with,
  ca.node AS node, ca.file AS file, ca.line AS line
FROM ca
WHERE coalesce(ca.trusted, iif(ca.flag IS NULL, '', 'hidden')) = ''
  OR EXISTS (SELECT 1 FROM k8s_control_plane_flags a WHERE a.component = 'kube-apiserver' AND a.flag = 'client-ca-file' AND a.value = ca.trusted);
