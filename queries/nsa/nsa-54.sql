-- id: NSA-54
-- title: Static password or token files
-- section: Authentication and authorization
-- severity: high
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
--   The credentials in such a file are in clear text on every control plane node, never expire,
--   and cannot be taken back without a restart of the API server. Nothing ties them to a person
--   who has left.
-- fix: |
--   Give each user of {{.value}} another way in: people through OpenID Connect (--authentication-config), programs through a
--   service account and kubectl create token. Then remove --{{.flag}} and the mount of its file from
--   /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}} and from kubeadm's ClusterConfiguration, delete the file, and take the
--   names it held out of all role bindings.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, authentication
--   - https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
-- aliases: [CIS-1.2.2, C-0114, KCV-0002]
-- pass:
--   - name: neither
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --enable-bootstrap-token-auth=true, --client-ca-file=/pki/ca.crt]}]
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
--   - name: tokens, and passwords as old versions had them
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --token-auth-file=/etc/kubernetes/tokens.csv]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.18.0", command: [kube-apiserver, --basic-auth-file, /etc/kubernetes/users.csv]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", flag: token-auth-file, value: /etc/kubernetes/tokens.csv, actual: --token-auth-file=/etc/kubernetes/tokens.csv, expected: --token-auth-file unset, node: cp1}
--       - {name: kube-apiserver-cp2, flag: basic-auth-file}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, f.path AS path,
  '--' || f.flag || '=' || f.value AS actual, '--' || f.flag || ' unset' AS expected,
  f.flag AS flag, f.value AS value, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag IN ('token-auth-file', 'basic-auth-file')
WHERE c.component = 'kube-apiserver' AND c.flags_known AND f.value <> '';
