-- id: CIS-1.2.15
-- title: The API server does not serve profiles
-- section: 1.2 API server
-- severity: low
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
--   Profiles at /debug/pprof tell about the inside of the server, and making one costs processor
--   time. They are for those who debug the server, and are on unless someone switches them off.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --profiling=false
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.15
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
-- aliases: [C-0129, KCV-0018]
-- pass:
--   - name: set to false, the last one wins
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --profiling=false]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --profiling=true, --profiling=false]
-- fail:
--   - name: set to true, and unset
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --profiling=true]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --v=2]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: --profiling=true, expected: --profiling=false, node: cp1}
--       - {name: kube-apiserver-cp2, path: "spec.containers[0].command", actual: --profiling unset}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--profiling' || coalesce('=' || f.value, ' unset') AS actual, '--profiling=false' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'profiling'
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND lower(coalesce(f.value, 'true')) NOT IN ('false', 'f', '0');
