-- id: NSA-64
-- title: No audit policy
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
--   Without a policy the API server records no request at all. After an incident nobody can say
--   who read which Secret, who bound which role, or when it began; and nothing can raise an
--   alarm while it goes on.
-- fix: |
--   Write /etc/kubernetes/audit/policy.yaml. One to begin with keeps the bodies of Secrets out and says who did what:
--     apiVersion: audit.k8s.io/v1
--     kind: Policy
--     omitStages: [RequestReceived]
--     rules:
--       - {level: None, users: ["system:kube-proxy"], verbs: [watch]}
--       - {level: None, nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", /version]}
--       - {level: Metadata, resources: [{group: "", resources: [secrets, configmaps, serviceaccounts/token]}, {group: authentication.k8s.io, resources: [tokenreviews]}]}
--       - {level: Request, verbs: [create, update, patch, delete, deletecollection]}
--       - {level: Metadata}
--   Mount it into the API server in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}, and add
--     - --audit-policy-file=/etc/kubernetes/audit/policy.yaml
--   and a backend (NSA-65). kubeadm writes the manifest anew on upgrades: set flag and mount in ClusterConfiguration.apiServer as well.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Audit logging and threat detection, Kubernetes native audit logging
--   - https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
-- aliases: [CIS-3.2.1, C-0067, C-0160]
-- pass:
--   - name: a policy
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [/bin/sh, -c, "exec kube-apiserver --audit-policy-file=/audit/policy.yaml"]}]
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
--   - name: none, with a log that stays empty
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --audit-log-path=/var/log/audit.log]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", actual: --audit-policy-file unset, expected: --audit-policy-file=FILE, node: cp1}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--audit-policy-file unset' AS actual, '--audit-policy-file=FILE' AS expected, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'audit-policy-file' AND f.value IS NOT '');
