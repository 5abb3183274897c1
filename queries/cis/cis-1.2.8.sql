-- id: CIS-1.2.8
-- title: The API server authorizes by RBAC
-- section: 1.2 API server
-- severity: high
-- level: 1
-- type: automated
-- profile: control-plane
-- scope: object
-- assets: |
--   SELECT kind, namespace, name, CASE WHEN NOT flags_known THEN 'its command line was not understood'
--       WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'authorization-config') THEN 'the file of --authorization-config decides' END AS not_assessed, NULL AS not_applicable
--   FROM k8s_control_plane_components c
--   WHERE component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the API server does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   RBAC is where rights are given by name, can be read by anybody who audits, and are taken
--   back at once. A cluster without it depends on files or services that nobody sees in the API.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --authorization-mode=Node,RBAC
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.8
--   - https://kubernetes.io/docs/reference/access-authn-authz/authorization/
-- aliases: [C-0120, KCV-0009]
-- pass:
--   - name: Node and RBAC, at once or in parts
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, "--authorization-mode=Node,RBAC"]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --authorization-mode, "Node,RBAC"]
-- fail:
--   - name: another mode
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, "--authorization-mode=Node,ABAC"]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: "--authorization-mode=Node,ABAC", node: cp1}
-- not_assessed:
--   - name: a file decides
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --authorization-config=/etc/kubernetes/authz.yaml]
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--authorization-mode' || coalesce('=' || f.value, ' unset') AS actual, '--authorization-mode=Node,RBAC' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'authorization-mode'
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags z WHERE z.spec_id = c.spec_id AND z.container = c.container AND z.flag = 'authorization-config')
  AND ',' || replace(coalesce(f.value, 'AlwaysAllow'), ' ', '') || ',' NOT LIKE '%,RBAC,%';
