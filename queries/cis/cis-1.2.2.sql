-- id: CIS-1.2.2
-- title: No static tokens log in to the API server
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
--   The tokens of --token-auth-file are in clear text on the node, never expire, and are taken
--   back only by editing the file and restarting every API server. Whoever reads the file once
--   stays logged in.
-- fix: |
--   Give everybody in the file another login first: an identity provider (--authentication-config) for people, service accounts for programs.
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --token-auth-file=…   # remove the line, then delete the file
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.2
--   - https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
-- aliases: [C-0114, KCV-0002]
-- pass:
--   - name: not given, or empty
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --secure-port=6443]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --token-auth-file=]
-- fail:
--   - name: a file of tokens
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --token-auth-file=/etc/kubernetes/tokens.csv]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: --token-auth-file=/etc/kubernetes/tokens.csv, node: cp1}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--token-auth-file' || coalesce('=' || f.value, ' unset') AS actual, '--token-auth-file unset' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'token-auth-file'
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND f.flag IS NOT NULL AND f.value IS NOT '';
