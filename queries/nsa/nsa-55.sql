-- id: NSA-55
-- title: RBAC authorization not in force
-- section: Authentication and authorization
-- severity: critical
-- scope: cluster
-- assets: |
--   SELECT c.kind AS kind, c.namespace AS namespace, c.name AS name,
--     CASE WHEN NOT c.flags_known THEN 'its command line was not understood'
--       WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'authorization-config')
--         THEN 'the modes are in the file of --authorization-config, which is not read' END AS not_assessed
--   FROM k8s_control_plane_components c
--   WHERE c.component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, i.cluster,
--     CASE WHEN i.control_plane_provider IS NULL AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
--       THEN 'the API server does not run as a pod: its modes cannot be read' END
--   FROM k8s_cluster_info i
--   WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
--     OR NOT EXISTS (SELECT 1 FROM k8s_api_resources r WHERE r.cluster = i.cluster AND r.api_group = 'rbac.authorization.k8s.io' AND r.available)
-- why: |
--   Without RBAC every role and binding is decoration. AlwaysAllow lets each pod's token do
--   everything, and it does so even beside RBAC, since one authorizer that says yes is enough.
-- fix: |
--   {{if eq .kind "Cluster"}}The API server does not serve rbac.authorization.k8s.io: remove what switches it off in --runtime-config of the API server, or create
--   the cluster anew with RBAC where the provider made it without.
--   {{- else}}Look first who relies on it: with RBAC alone everything needs a role. Then edit the command in
--   /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm writes the file anew
--   on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --authorization-mode=Node,RBAC{{end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, role-based access control
--   - https://kubernetes.io/docs/reference/access-authn-authz/authorization/
-- aliases: [CIS-1.2.6, CIS-1.2.7, CIS-1.2.8, C-0088, C-0118, C-0120, KCV-0007, KCV-0009]
-- pass:
--   - name: RBAC, alone, with others, and in two flags
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, "--authorization-mode=Node,RBAC"]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --authorization-mode=Webhook, --authorization-mode=RBAC]}]
-- not_assessed:
--   - name: a start script
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system, labels: {component: kube-apiserver}}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [/start.sh]}]
--     unassessed: [{kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, reason: its command line was not understood}]
--   - name: a file that nobody can see
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp3, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --authorization-config=/auth/authorization.yaml]}]
--     unassessed: [{name: kube-apiserver-cp3, reason: "the modes are in the file of --authorization-config, which is not read"}]
-- fail:
--   - name: unset is AlwaysAllow
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --secure-port=6443]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", actual: --authorization-mode unset, reason: unset is AlwaysAllow, node: cp1}
--   - name: AlwaysAllow beside RBAC, and others without it
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, "--authorization-mode=RBAC,AlwaysAllow"]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, "--authorization-mode=Node,ABAC"]}]
--     rows:
--       - {name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: "--authorization-mode=RBAC,AlwaysAllow", expected: "--authorization-mode=Node,RBAC", reason: AlwaysAllow allows everything}
--       - {name: kube-apiserver-cp2, reason: RBAC is not among the modes}

-- With --authorization-config the modes are in a file; such servers are not judged. Where no
-- API server can be seen, that the API group is not served proves RBAC off; that it is
-- served proves nothing, so that a managed cluster passes no judgement here.
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--authorization-mode' || coalesce('=' || f.value, ' unset') AS actual, '--authorization-mode=Node,RBAC' AS expected,
  CASE WHEN f.value IS NULL THEN 'unset is AlwaysAllow'
    WHEN instr(',' || f.value || ',', ',AlwaysAllow,') THEN 'AlwaysAllow allows everything'
    ELSE 'RBAC is not among the modes' END AS reason,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'authorization-mode'
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND (f.value IS NULL OR NOT instr(',' || f.value || ',', ',RBAC,') OR instr(',' || f.value || ',', ',AlwaysAllow,'))
  AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags x WHERE x.spec_id = c.spec_id AND x.container = c.container AND x.flag = 'authorization-config')
UNION ALL
SELECT 'Cluster', NULL, i.cluster, 'rbac.authorization.k8s.io', 'not served', 'served', 'there are no roles', NULL, NULL, NULL
FROM k8s_cluster_info i
WHERE NOT EXISTS (SELECT 1 FROM k8s_api_resources r WHERE r.cluster = i.cluster AND r.api_group = 'rbac.authorization.k8s.io' AND r.available);
