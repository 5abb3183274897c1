-- id: NSA-65
-- title: No audit backend
-- section: Audit logging and threat detection
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
--   The policy says what is worth recording; a backend is where it goes. Without one the API
--   server throws every audit event away, and an attacker need not even delete traces.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. Mount
--   /var/log/kubernetes/audit from the node, so that the log outlives the container, and let the log agent collect it (NSA-67).
--     - --audit-log-path=/var/log/kubernetes/audit/audit.log
--     - --audit-log-maxage=30
--     - --audit-log-maxbackup=10
--     - --audit-log-maxsize=100
--   A webhook (--audit-webhook-config-file) does as well, and leaves nothing on the node. kubeadm: set flags and mount in
--   ClusterConfiguration.apiServer too, or its next upgrade takes them back.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Audit logging and threat detection, Kubernetes native audit logging
--   - https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-backends
-- aliases: [CIS-1.2.16, C-0130, KCV-0019]
-- pass:
--   - name: a file, standard output, a webhook
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --audit-log-path=/var/log/audit.log]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --audit-log-path=-]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp3, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --audit-webhook-config-file=/audit/webhook.yaml]}]
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
--   - name: a policy alone, and an empty path
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --audit-policy-file=/audit/policy.yaml]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --audit-log-path=, --audit-webhook-mode=batch]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", actual: "--audit-log-path and --audit-webhook-config-file unset", node: cp1}
--       - {name: kube-apiserver-cp2}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--audit-log-path and --audit-webhook-config-file unset' AS actual, '--audit-log-path=FILE' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag IN ('audit-log-path', 'audit-webhook-config-file') AND f.value IS NOT '');
