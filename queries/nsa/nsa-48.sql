-- id: NSA-48
-- title: Encryption provider weak or key on disk
-- section: Network separation and hardening
-- severity: medium
-- verdict: review
-- scope: object
-- assets: |
--   SELECT c.kind AS kind, c.namespace AS namespace, c.name AS name,
--     CASE WHEN NOT c.flags_known THEN 'its command line was not understood' END AS not_assessed,
--     CASE WHEN c.flags_known AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.value IS NOT ''
--       AND f.flag IN ('encryption-provider-config', 'experimental-encryption-provider-config')) THEN 'no encryption at rest is configured at all: see NSA-47' END AS not_applicable
--   FROM k8s_control_plane_components c
--   WHERE c.component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the API server does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   A key in a file on the control plane node protects a stolen backup of etcd, and nothing once
--   that node is read. With a KMS the key never is where the data are, each use of it is logged,
--   and it can be withdrawn. A configuration whose first provider is identity encrypts nothing.
-- fix: |
--   Read {{.value}}{{if .node}} on node {{.node}}{{end}}: of each entry that lists secrets the first provider is the one that encrypts. identity first means clear
--   text; aescbc, aesgcm and secretbox have their key in that file; kms with apiVersion v2 is what to aim for.
--   Run a KMS plug-in for your cloud or HSM on each control plane node, mount its socket into the API server in
--   /etc/kubernetes/manifests/kube-apiserver.yaml, put it first, then rewrite all Secrets:
--     providers:
--       - kms: {apiVersion: v2, name: cluster-kms, endpoint: "unix:///var/run/kmsplugin/socket.sock"}
--       - secretbox: … as it was, so that what it encrypted can still be read
--   If the keys have to stay on disk, waive this with the file's mode (0600 root) and the day of the next rotation.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, Secrets
--   - https://kubernetes.io/docs/tasks/administer-cluster/kms-provider/
-- aliases: [CIS-1.2.28, C-0142]
-- pass:
--   - name: the socket of a KMS plug-in is mounted, by itself or with its folder
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/enc.yaml]
--             volumeMounts:
--               - {name: enc, mountPath: /etc/kubernetes/enc, readOnly: true}
--               - {name: plugin, mountPath: /var/run/kmsplugin}
--         volumes:
--           - {name: enc, hostPath: {path: /etc/kubernetes/enc}}
--           - {name: plugin, hostPath: {path: /var/run/kmsplugin, type: DirectoryOrCreate}}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/enc.yaml]
--             volumeMounts: [{name: plugin, mountPath: /run/vault.sock}]
--         volumes: [{name: plugin, hostPath: {path: /run/vault.sock, type: Socket}}]
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
--   - name: nothing but a file
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/enc.yaml]
--             volumeMounts:
--               - {name: enc, mountPath: /etc/kubernetes/enc, readOnly: true}
--               - {name: pki, mountPath: /etc/kubernetes/pki, readOnly: true}
--         volumes:
--           - {name: enc, hostPath: {path: /etc/kubernetes/enc}}
--           - {name: pki, hostPath: {path: /etc/kubernetes/pki}}
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: no KMS plug-in mounted, value: /etc/kubernetes/enc/enc.yaml, node: cp1, mounts: "/etc/kubernetes/enc, /etc/kubernetes/pki"}

-- What the file says is not in the API. What is: a KMS plug-in is reached through a socket,
-- which has to be mounted from the node. A mount that looks like one passes, although its
-- place among the providers is not known; without one a key must be in the file, or none.
WITH server AS (
  SELECT c.kind, c.namespace, c.name, c.spec_id, c.container, c.node, c.file, c.line, min(f.path) AS path, f.value
  FROM k8s_control_plane_components c
  JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container
  WHERE c.component = 'kube-apiserver' AND c.flags_known AND f.value IS NOT ''
    AND f.flag IN ('encryption-provider-config', 'experimental-encryption-provider-config')
  GROUP BY c.spec_id, c.container)
SELECT
  s.kind AS kind, s.namespace AS namespace, s.name AS name, s.path AS path,
  'no KMS plug-in mounted' AS actual, 'a socket of a KMS plug-in' AS expected, s.value AS value,
  (SELECT group_concat(m.mount_path, ', ') FROM k8s_container_mounts m
    WHERE m.namespace = 'kube-system' AND m.spec_id = s.spec_id AND m.container = s.container AND m.host_path IS NOT NULL) AS mounts,
  s.node AS node, s.file AS file, s.line AS line
FROM server s
WHERE NOT EXISTS (
  SELECT 1 FROM k8s_container_mounts m
  LEFT JOIN k8s_pod_volumes v ON v.namespace = 'kube-system' AND v.spec_id = m.spec_id AND v.volume = m.volume
  WHERE m.namespace = 'kube-system' AND m.spec_id = s.spec_id AND m.container = s.container AND m.host_path IS NOT NULL
    AND (v.host_path_type = 'Socket' OR m.host_path LIKE '%.sock' OR m.host_path LIKE '%kms%' OR m.mount_path LIKE '%kms%' OR m.volume LIKE '%kms%'));
