-- id: CIS-2.1
-- title: etcd serves its clients with TLS
-- section: 2 etcd
-- severity: critical
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
--   etcd holds every Secret. In clear text its traffic can be read off the network, and clients
--   cannot know whether they talk to etcd at all.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/etcd.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts etcd at once, one member at a time please. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.etcd.local.extraArgs of its ConfigMap kubeadm-config.
--     - --{{.flag}}={{if eq .flag "cert-file"}}/etc/kubernetes/pki/etcd/server.crt{{else}}/etc/kubernetes/pki/etcd/server.key{{end}}
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 2.1
--   - https://etcd.io/docs/v3.6/op-guide/security/
-- aliases: [C-0153, KCV-0042]
-- pass:
--   - name: by flags, and by variables
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --cert-file=/etc/kubernetes/pki/etcd/server.crt, --key-file=/etc/kubernetes/pki/etcd/server.key]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd]
--             env: [{name: ETCD_CERT_FILE, value: "/etc/kubernetes/pki/etcd/server.crt"}, {name: ETCD_KEY_FILE, value: "/etc/kubernetes/pki/etcd/server.key"}]
-- fail:
--   - name: neither, and half of it
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, --cert-file=/etc/kubernetes/pki/etcd/server.crt]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: etcd-cp1, path: "spec.containers[0].command", flag: cert-file, actual: --cert-file unset, node: cp1}
--       - {name: etcd-cp1, flag: key-file}
--       - {name: etcd-cp2, flag: key-file}
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
WITH wanted(flag, example) AS (VALUES ('cert-file', '/etc/kubernetes/pki/etcd/server.crt'), ('key-file', '/etc/kubernetes/pki/etcd/server.key'))
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--' || w.flag || ' unset' AS actual, '--' || w.flag || '=' || w.example AS expected, w.flag AS flag, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c, wanted w
WHERE c.component = 'etcd' AND c.flags_known
  AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags z WHERE z.spec_id = c.spec_id AND z.container = c.container AND z.flag = 'config-file')
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = w.flag AND f.value IS NOT '');
