-- id: CIS-3.2.1
-- title: The API server has an audit policy
-- section: 3.2 Logging
-- severity: high
-- level: 1
-- type: manual
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
--   Without a policy the API server writes no audit record, whatever else is set. Even one that
--   notes the metadata of every request answers who touched what.
-- fix: |
--   Write a policy to begin with, and mount its folder into the pod:
--     apiVersion: audit.k8s.io/v1
--     kind: Policy
--     omitStages: [RequestReceived]
--     rules: [{level: Metadata}]
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --audit-policy-file=/etc/kubernetes/audit/policy.yaml
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 3.2.1
--   - https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
-- aliases: [C-0160]
-- pass:
--   - name: a file
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --audit-policy-file=/etc/kubernetes/audit/policy.yaml]
-- fail:
--   - name: unset, and empty
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --audit-log-path=-]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --audit-policy-file=]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", actual: --audit-policy-file unset, node: cp1}
--       - {name: kube-apiserver-cp2}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--audit-policy-file unset' AS actual, '--audit-policy-file=/etc/kubernetes/audit/policy.yaml' AS expected, 'audit-policy-file' AS flag, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'audit-policy-file' AND f.value IS NOT '');
