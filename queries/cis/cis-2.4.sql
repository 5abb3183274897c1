-- id: CIS-2.4
-- title: etcd members talk to each other with TLS
-- section: 2 etcd
-- severity: critical
-- level: 1
-- type: automated
-- profile: etcd
-- scope: object
-- assets: |
--   SELECT kind, namespace, name, CASE WHEN NOT flags_known THEN 'its command line was not understood'
--       WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'config-file') THEN 'the file of --config-file decides, and turns flags off' END AS not_assessed,
--     CASE WHEN flags_known AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags i WHERE i.spec_id = c.spec_id AND i.container = c.container AND i.flag = 'initial-cluster' AND i.value LIKE '%,%') THEN 'etcd has one member, which has no peers' END AS not_applicable
--   FROM k8s_control_plane_components c
--   WHERE component = 'etcd'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'etcd does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs etcd, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'etcd')
-- why: |
--   What members tell each other is the whole content of the cluster. In clear text it can be
--   read and changed between the control plane nodes.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/etcd.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts etcd at once, one member at a time please. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.etcd.local.extraArgs of its ConfigMap kubeadm-config.
--     - --{{.flag}}={{if eq .flag "peer-cert-file"}}/etc/kubernetes/pki/etcd/peer.crt{{else}}/etc/kubernetes/pki/etcd/peer.key{{end}}
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 2.4
--   - https://etcd.io/docs/v3.6/op-guide/security/
-- aliases: [C-0156, KCV-0045]
-- pass:
--   - name: by flags, and by variables; a member that is alone has no peers
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, "--initial-cluster=cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380", --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt, --peer-key-file=/etc/kubernetes/pki/etcd/peer.key]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, "--initial-cluster=cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380"]
--             env: [{name: ETCD_PEER_CERT_FILE, value: "/etc/kubernetes/pki/etcd/peer.crt"}, {name: ETCD_PEER_KEY_FILE, value: "/etc/kubernetes/pki/etcd/peer.key"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp3, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, "--initial-cluster=cp3=https://10.0.0.3:2380"]
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
--             command: [etcd, "--initial-cluster=cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380"]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: etcd
--             image: registry.k8s.io/etcd:3.6.6-0
--             command: [etcd, "--initial-cluster=cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380", --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: etcd-cp1, path: "spec.containers[0].command", flag: peer-cert-file, actual: --peer-cert-file unset, node: cp1}
--       - {name: etcd-cp1, flag: peer-key-file}
--       - {name: etcd-cp2, flag: peer-key-file}
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
--             command: [etcd, "--initial-cluster=cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380", --config-file=/etc/etcd/etcd.yaml]

-- Variables of etcd count where the flag is not given. A member that is alone talks to no peer.
WITH wanted(flag, example) AS (VALUES ('peer-cert-file', '/etc/kubernetes/pki/etcd/peer.crt'), ('peer-key-file', '/etc/kubernetes/pki/etcd/peer.key'))
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--' || w.flag || ' unset' AS actual, '--' || w.flag || '=' || w.example AS expected, w.flag AS flag, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c, wanted w
WHERE c.component = 'etcd' AND c.flags_known
  AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags z WHERE z.spec_id = c.spec_id AND z.container = c.container AND z.flag = 'config-file')
  AND EXISTS (SELECT 1 FROM k8s_control_plane_flags i WHERE i.spec_id = c.spec_id AND i.container = c.container AND i.flag = 'initial-cluster' AND i.value LIKE '%,%')
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = w.flag AND f.value IS NOT '');
