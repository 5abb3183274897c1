-- id: CIS-1.2.24
-- title: The API server has a certificate of its own
-- section: 1.2 API server
-- severity: high
-- level: 1
-- type: automated
-- profile: control-plane
-- scope: object
-- assets: |
--   SELECT kind, namespace, name,
--     CASE WHEN NOT flags_known THEN 'its command line was not understood' END AS not_assessed, NULL AS not_applicable
--   FROM k8s_control_plane_components WHERE component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the API server does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   Without a certificate the server makes one up at each start, which no client can check.
--   People then learn to skip the check, and whoever stands between them and the server reads
--   every token.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --{{.flag}}={{if eq .flag "tls-cert-file"}}/etc/kubernetes/pki/apiserver.crt{{else}}/etc/kubernetes/pki/apiserver.key{{end}}
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.24
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
-- aliases: [C-0138, KCV-0027]
-- pass:
--   - name: set, by = and by a word of its own
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --tls-cert-file=/etc/kubernetes/pki/apiserver.crt, --tls-private-key-file=/etc/kubernetes/pki/apiserver.key]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --tls-cert-file, /etc/kubernetes/pki/apiserver.crt, --tls-private-key-file, /etc/kubernetes/pki/apiserver.key]
-- fail:
--   - name: nothing is set
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --secure-port=6443]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", flag: tls-cert-file, actual: --tls-cert-file unset, node: cp1}
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", flag: tls-private-key-file, actual: --tls-private-key-file unset, node: cp1}
--   - name: half of it, and an empty value
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --tls-cert-file=/etc/kubernetes/pki/apiserver.crt, --tls-private-key-file=]
--     rows:
--       - {flag: tls-private-key-file}
WITH wanted(flag, example) AS (VALUES ('tls-cert-file', '/etc/kubernetes/pki/apiserver.crt'), ('tls-private-key-file', '/etc/kubernetes/pki/apiserver.key'))
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--' || w.flag || ' unset' AS actual, '--' || w.flag || '=' || w.example AS expected, w.flag AS flag, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c, wanted w
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = w.flag AND f.value IS NOT '');
