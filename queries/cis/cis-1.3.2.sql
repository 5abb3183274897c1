-- id: CIS-1.3.2
-- title: The controller manager does not serve profiles
-- section: 1.3 Controller manager
-- severity: low
-- level: 1
-- type: automated
-- profile: control-plane
-- scope: object
-- assets: |
--   SELECT kind, namespace, name,
--     CASE WHEN NOT flags_known THEN 'its command line was not understood' END AS not_assessed, NULL AS not_applicable
--   FROM k8s_control_plane_components WHERE component = 'kube-controller-manager'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the controller manager does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-controller-manager')
-- why: |
--   Profiles tell about the inside of the program that holds the rights of every controller, and
--   making one costs processor time. They are on unless someone switches them off.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-controller-manager.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts it at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.controllerManager.extraArgs of its ConfigMap kubeadm-config.
--     - --profiling=false
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.3.2
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
-- aliases: [C-0145, KCV-0034]
-- pass:
--   - name: set to false, the last one wins
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --profiling=false]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --profiling=true, --profiling=false]
-- fail:
--   - name: set to true, and unset
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --profiling=true]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --v=2]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-controller-manager-cp1, path: "spec.containers[0].command[1]", actual: --profiling=true, expected: --profiling=false, node: cp1}
--       - {name: kube-controller-manager-cp2, path: "spec.containers[0].command", actual: --profiling unset}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--profiling' || coalesce('=' || f.value, ' unset') AS actual, '--profiling=false' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'profiling'
WHERE c.component = 'kube-controller-manager' AND c.flags_known
  AND lower(coalesce(f.value, 'true')) NOT IN ('false', 'f', '0');
