-- id: CIS-2.3
-- title: etcd does not sign its own certificates for clients
-- section: 2 etcd
-- severity: high
-- level: 1
-- type: automated
-- profile: etcd
-- scope: object
-- assets: |
--   SELECT kind, namespace, name, CASE WHEN NOT flags_known THEN 'its command line was not understood'
--       WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'config-file') THEN 'the file of --config-file decides, and turns flags off' END AS not_assessed, NULL AS not_applicable
--   FROM k8s_control_plane_components c
--   WHERE component = 'etcd'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'etcd does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs etcd, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'etcd')
-- why: |
--   A certificate that etcd makes up at start proves nothing to its clients, so that they cannot
--   tell it from somebody in between.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/etcd.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts etcd at once, one member at a time please. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.etcd.local.extraArgs of its ConfigMap kubeadm-config.
--     - --auto-tls=false
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 2.3
--   - https://etcd.io/docs/v3.6/op-guide/security/
-- aliases: [C-0155, KCV-0044]
-- pass:
--   - name: false, and unset
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --auto-tls=false]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd]
-- fail:
--   - name: by flag, and by variable
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --auto-tls=true]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd]
--             env: [{name: ETCD_AUTO_TLS, value: "true"}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: etcd-cp1, path: "spec.containers[0].command[1]", actual: --auto-tls=true, node: cp1}
--       - {name: etcd-cp2, path: "spec.containers[0].env[0]"}
-- not_assessed:
--   - name: a file decides
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --config-file=/etc/etcd/etcd.yaml]

-- Variables of etcd count where the flag is not given.
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--auto-tls' || coalesce('=' || f.value, ' unset') AS actual, '--auto-tls=false' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'auto-tls'
WHERE c.component = 'etcd' AND c.flags_known
  AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags z WHERE z.spec_id = c.spec_id AND z.container = c.container AND z.flag = 'config-file')
  AND lower(coalesce(f.value, 'false')) IN ('true', 't', '1');
