-- id: CIS-1.2.12
-- title: The plug-in ServiceAccount is on
-- section: 1.2 API server
-- severity: medium
-- level: 2
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
--   This plug-in gives pods their service account and its token, and refuses accounts that do
--   not exist. It is on unless someone switches it off, and then pods run with no identity at
--   all, or with long-lived tokens by hand.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --disable-admission-plugins=…   # without ServiceAccount; no flag at all if nothing is left
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.12
--   - https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
-- aliases: [C-0125, KCV-0014]
-- pass:
--   - name: on by default, and others switched off
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
--             command: [kube-apiserver, --disable-admission-plugins=StorageObjectInUseProtection]
-- fail:
--   - name: switched off
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, "--disable-admission-plugins=StorageObjectInUseProtection,ServiceAccount"]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: "--disable-admission-plugins=StorageObjectInUseProtection,ServiceAccount", node: cp1}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--disable-admission-plugins' || coalesce('=' || f.value, ' unset') AS actual, 'not ServiceAccount' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'disable-admission-plugins'
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND ',' || replace(coalesce(f.value, ''), ' ', '') || ','  LIKE '%,ServiceAccount,%';
