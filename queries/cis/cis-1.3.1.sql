-- id: CIS-1.3.1
-- title: Finished pods are collected at a chosen threshold
-- section: 1.3 Controller manager
-- severity: low
-- verdict: review
-- level: 1
-- type: manual
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
--   Pods that have ended stay in etcd until there are more than the threshold, 12500 unless
--   someone decides. On a small cluster that many objects slow down every list of pods; the
--   right number depends on etcd.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-controller-manager.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts it at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.controllerManager.extraArgs of its ConfigMap kubeadm-config.
--     - --terminated-pod-gc-threshold=1000
--   or what suits the cluster; 12500 is the default, and 0 or less switches it off.
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.3.1
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
-- aliases: [C-0144, KCV-0033]
-- pass:
--   - name: a number
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --terminated-pod-gc-threshold=1000]
-- fail:
--   - name: off, and unset
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --terminated-pod-gc-threshold=0]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --leader-elect]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-controller-manager-cp1, path: "spec.containers[0].command[1]", actual: --terminated-pod-gc-threshold=0, node: cp1}
--       - {name: kube-controller-manager-cp2, actual: --terminated-pod-gc-threshold unset}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--terminated-pod-gc-threshold' || coalesce('=' || f.value, ' unset') AS actual, '--terminated-pod-gc-threshold=1000' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'terminated-pod-gc-threshold'
WHERE c.component = 'kube-controller-manager' AND c.flags_known
  AND (f.spec_id IS NULL OR CAST(f.value AS INTEGER) <= 0);
