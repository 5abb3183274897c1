-- id: NSA-34
-- title: API server insecure port enabled
-- section: Network separation and hardening
-- severity: critical
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
--   The insecure port asks nobody who they are and refuses nothing: whoever can open a
--   connection to it owns the cluster, and the audit log names no one. Bound to localhost it is
--   still open to every process on the node and every pod in the node's network.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once.
--   {{- if eq .flag "insecure-bind-address"}}
--     remove --insecure-bind-address
--   {{- end}}
--     - --insecure-port=0
--   Kubernetes 1.20 and later cannot open the port any more, and 1.24 no longer knows the flags: upgrading
--   {{if .version}}from {{.version}} {{end}}does away with it for good (NSA-69).
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, control plane hardening
--   - https://kubernetes.io/docs/concepts/security/controlling-access/
-- aliases: [C-0005]
-- pass:
--   - name: closed where it would be open, and versions that cannot open it
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - {name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.19.16", command: [kube-apiserver, --insecure-port=0]}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - {name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.23.17", command: [kube-apiserver, --secure-port=6443]}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp3, namespace: kube-system}
--       spec:
--         containers:
--           - {name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --secure-port=6443]}
--   - name: an address for a port that is closed, and a version that nobody can tell
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - {name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.18.20", command: [kube-apiserver, --insecure-port=0, --insecure-bind-address=127.0.0.1]}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - {name: kube-apiserver, image: registry.example/kube-apiserver, command: [kube-apiserver, --secure-port=6443]}
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
--   - name: opened by name
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - {name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.19.16", command: [kube-apiserver, --insecure-port=8080, --insecure-bind-address=0.0.0.0]}
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, node: cp1, path: "spec.containers[0].command[1]", actual: --insecure-port=8080, expected: --insecure-port=0, reason: listens on 0.0.0.0}
--   - name: absent before 1.20, when the default was to listen, and an address alone
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - {name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.17.0", command: [kube-apiserver, --secure-port=6443]}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - {name: kube-apiserver, image: registry.example/kube-apiserver, command: [kube-apiserver, --insecure-bind-address=10.0.0.1]}
--     rows:
--       - {name: kube-apiserver-cp1, path: "spec.containers[0].command", actual: --insecure-port unset, flag: insecure-port, version: v1.17.0, reason: listens on 127.0.0.1}
--       - {name: kube-apiserver-cp2, path: "spec.containers[0].command[1]", actual: --insecure-bind-address=10.0.0.1, flag: insecure-bind-address, version: "", reason: listens on 10.0.0.1}

-- Until 1.19 the port was open, on localhost:8080, unless the flag said 0; from 1.20 on it
-- can only be 0, and the address does nothing. The version is that of the image's tag; where
-- that tells none, only what is written counts.
WITH server AS (
  SELECT kind, namespace, name, spec_id, container, node, path, file, line, version,
    CASE WHEN ltrim(version, 'v') GLOB '1.[0-9]*' THEN CAST(substr(ltrim(version, 'v'), 3) AS INTEGER) END AS minor
  FROM k8s_control_plane_components WHERE component = 'kube-apiserver' AND flags_known)
SELECT
  s.kind AS kind, s.namespace AS namespace, s.name AS name,
  coalesce(p.path, a.path, s.path || '.command') AS path,
  CASE WHEN p.flag IS NOT NULL THEN '--insecure-port=' || p.value
    WHEN a.flag IS NOT NULL THEN '--insecure-bind-address=' || a.value ELSE '--insecure-port unset' END AS actual,
  '--insecure-port=0' AS expected, 'listens on ' || coalesce(a.value, '127.0.0.1') AS reason,
  coalesce(p.flag, a.flag, 'insecure-port') AS flag, s.node AS node, s.version AS version, s.file AS file, s.line AS line
FROM server s
LEFT JOIN k8s_control_plane_flags p ON p.spec_id = s.spec_id AND p.container = s.container AND p.flag = 'insecure-port'
LEFT JOIN k8s_control_plane_flags a ON a.spec_id = s.spec_id AND a.container = s.container AND a.flag = 'insecure-bind-address'
WHERE CASE
    WHEN p.flag IS NOT NULL THEN p.value IS NOT '0' AND coalesce(s.minor, 0) < 24
    WHEN a.flag IS NOT NULL THEN coalesce(s.minor, 0) < 20
    ELSE s.minor < 20
  END;
