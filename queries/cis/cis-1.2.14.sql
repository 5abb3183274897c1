-- id: CIS-1.2.14
-- title: The plug-in NodeRestriction is on
-- section: 1.2 API server
-- severity: high
-- level: 2
-- type: automated
-- profile: control-plane
-- scope: object
-- assets: |
--   SELECT kind, namespace, name, iif(flags_known, NULL, 'its command line was not understood') AS not_assessed
--   FROM k8s_control_plane_components c WHERE component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster, 'no pod of kube-apiserver can be seen, so that its flags are not known'
--   FROM k8s_cluster_info
--   WHERE coalesce(platform, '') NOT IN ('eks', 'gke', 'aks', 'ack', 'oke', 'doks', 'lke')
--     AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   NodeRestriction lets a kubelet change its own Node and its own pods alone, and keeps it from
--   giving itself labels by which pods are placed. Without it one stolen kubelet certificate can
--   draw the pods with the most valuable Secrets to its node. It is not on by default.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --enable-admission-plugins={{if .plugins}}{{.plugins}},{{end}}NodeRestriction
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.14
--   - https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
-- aliases: [C-0127, KCV-0016]
-- pass:
--   - name: among the plug-ins, given once or in parts
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, "--enable-admission-plugins=NamespaceLifecycle,NodeRestriction"]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --enable-admission-plugins=NodeRestriction, --enable-admission-plugins=PodTolerationRestriction]
-- fail:
--   - name: not among them, and none at all
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --enable-admission-plugins=PodTolerationRestriction]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --secure-port=6443]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: --enable-admission-plugins=PodTolerationRestriction, plugins: PodTolerationRestriction, node: cp1}
--       - {name: kube-apiserver-cp2, path: "spec.containers[0].command", actual: --enable-admission-plugins unset}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--enable-admission-plugins' || coalesce('=' || f.value, ' unset') AS actual, '--enable-admission-plugins=…,NodeRestriction' AS expected, f.value AS plugins,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'enable-admission-plugins'
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND ',' || replace(coalesce(f.value, ''), ' ', '') || ',' NOT LIKE '%,NodeRestriction,%';
