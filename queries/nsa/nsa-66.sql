-- id: NSA-66
-- title: Audit log not retained or not persistent
-- section: Audit logging and threat detection
-- severity: medium
-- scope: object
-- parameters:
--   - {name: audit_min_days, type: integer, default: 30, doc: "How many days audit logs must be kept on the node; 0 in --audit-log-maxage is for ever, which fills the disk."}
-- assets: |
--   SELECT c.kind AS kind, c.namespace AS namespace, c.name AS name,
--     CASE WHEN NOT c.flags_known THEN 'its command line was not understood' END AS not_assessed,
--     CASE
--       WHEN NOT c.flags_known THEN NULL
--       WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'audit-webhook-config-file' AND f.value IS NOT '')
--         THEN 'a webhook takes the audit log: how long it is kept is decided there'
--       WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'audit-log-path' AND f.value = '-')
--         THEN 'the audit log goes to standard output: how long it is kept is decided there'
--       WHEN NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'audit-log-path' AND f.value IS NOT '')
--         THEN 'no audit log is written at all: see NSA-65' END AS not_applicable
--   FROM k8s_control_plane_components c
--   WHERE c.component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the API server does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   Break-ins are found weeks after they began, and the log of those weeks is what tells how far
--   they went. A log inside the container is gone with its next restart; one that is cut after a
--   few files can be flushed by anybody who makes enough requests; one without an end fills the
--   disk that the control plane runs on.
-- fix: |
--   Edit /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm: set the same in
--   ClusterConfiguration.apiServer (extraArgs, extraVolumes), or its next upgrade takes it back.
--   {{- if eq .flag "audit-log-path"}}
--     volumeMounts: [{name: audit, mountPath: {{.folder}}}]
--     volumes: [{name: audit, hostPath: {path: {{.folder}}, type: DirectoryOrCreate}}]
--   {{- else}}
--     - {{.expected}}
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Audit logging and threat detection, Kubernetes native audit logging
--   - https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#log-backend
-- aliases: [CIS-1.2.17, CIS-1.2.18, CIS-1.2.19, C-0131, C-0132, C-0133, KCV-0020, KCV-0021, KCV-0022]
-- pass:
--   - name: thirty days, on the node's disk
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --audit-log-path=/var/log/audit/audit.log, --audit-log-maxage=30, --audit-log-maxbackup=10, --audit-log-maxsize=100]
--             volumeMounts: [{name: audit, mountPath: /var/log/audit}]
--         volumes: [{name: audit, hostPath: {path: /var/log/kubernetes/audit}}]
--   - name: as many and as large files as come, and the log file itself mounted
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --audit-log-path=/var/log/audit.log, --audit-log-maxage=365, --audit-log-maxbackup=0]
--             volumeMounts: [{name: audit, mountPath: /var/log/audit.log}]
--         volumes: [{name: audit, hostPath: {path: /var/log/audit.log, type: FileOrCreate}}]
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
--   - name: a month, where a year is asked for
--     parameters: {audit_min_days: 365}
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --audit-log-path=/var/log/audit/audit.log, --audit-log-maxage=30, --audit-log-maxbackup=10, --audit-log-maxsize=100]
--             volumeMounts: [{name: audit, mountPath: /var/log/audit}]
--         volumes: [{name: audit, hostPath: {path: /var/log/kubernetes/audit}}]
--     rows:
--       - {flag: audit-log-maxage, actual: --audit-log-maxage=30, expected: --audit-log-maxage=365}
--   - name: nothing said, inside the container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --audit-log-path=/var/log/audit/audit.log]
--             volumeMounts: [{name: logs, mountPath: /var/log/aud}, {name: pki, mountPath: /etc/kubernetes/pki}]
--         volumes: [{name: logs, hostPath: {path: /var/log/aud}}, {name: pki, hostPath: {path: /etc/kubernetes/pki}}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, flag: audit-log-maxage, path: "spec.containers[0].command", actual: --audit-log-maxage unset, expected: --audit-log-maxage=30, reason: kept until the disk is full, node: cp1}
--       - {flag: audit-log-path, path: "spec.containers[0].command[1]", actual: --audit-log-path=/var/log/audit/audit.log, reason: written into the container, folder: /var/log/audit}
--   - name: days, files and sizes that are too few, on a volume that goes with the pod
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --audit-log-path=/var/log/audit/audit.log, --audit-log-maxage=7, --audit-log-maxbackup=2, --audit-log-maxsize=10]
--             volumeMounts: [{name: logs, mountPath: /var/log/audit}]
--         volumes: [{name: logs, emptyDir: {}}]
--     rows:
--       - {flag: audit-log-maxage, path: "spec.containers[0].command[2]", actual: --audit-log-maxage=7, reason: too short}
--       - {flag: audit-log-maxbackup, actual: --audit-log-maxbackup=2, expected: --audit-log-maxbackup=10, reason: overwritten too soon}
--       - {flag: audit-log-maxsize, actual: --audit-log-maxsize=10, expected: --audit-log-maxsize=100}
--       - {flag: audit-log-path, reason: on a volume of type emptyDir}

-- 0, and unset, is no limit for each of the three: only of age that is a failure, since then
-- nothing is ever deleted. Thirty days, ten files and 100 MB are those of the CIS benchmark;
-- the guide's example keeps five years. With a webhook besides, retention is elsewhere; the
-- log on standard output is kept by whoever collects it: neither is judged.
WITH server AS (
  SELECT c.kind, c.namespace, c.name, c.spec_id, c.container, c.node, c.path, c.file, c.line, l.value AS log, l.path AS log_path
  FROM k8s_control_plane_components c
  JOIN k8s_control_plane_flags l ON l.spec_id = c.spec_id AND l.container = c.container AND l.flag = 'audit-log-path' AND l.value NOT IN ('', '-')
  WHERE c.component = 'kube-apiserver' AND c.flags_known
    AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags w
      WHERE w.spec_id = c.spec_id AND w.container = c.container AND w.flag = 'audit-webhook-config-file' AND w.value IS NOT '')),
wanted(flag, least, unlimited, reason) AS (VALUES
  ('audit-log-maxage', coalesce((SELECT CAST(value AS INTEGER) FROM kspm_parameters WHERE rule = 'NSA-66' AND name = 'audit_min_days'), 30), 0, 'too short'), ('audit-log-maxbackup', 10, 1, 'overwritten too soon'), ('audit-log-maxsize', 100, 1, 'overwritten too soon')),
mounted AS (
  SELECT s.*, (SELECT m.volume_type FROM k8s_container_mounts m
    WHERE m.namespace = 'kube-system' AND m.spec_id = s.spec_id AND m.container = s.container
      AND (s.log = m.mount_path OR substr(s.log, 1, length(rtrim(m.mount_path, '/')) + 1) = rtrim(m.mount_path, '/') || '/')
    ORDER BY length(m.mount_path) DESC LIMIT 1) AS volume_type
  FROM server s)
SELECT
  s.kind AS kind, s.namespace AS namespace, s.name AS name, coalesce(f.path, s.path || '.command') AS path,
  '--' || w.flag || coalesce('=' || f.value, ' unset') AS actual, '--' || w.flag || '=' || w.least AS expected,
  CASE WHEN coalesce(CAST(f.value AS INTEGER), 0) = 0 THEN 'kept until the disk is full' ELSE w.reason END AS reason,
  w.flag AS flag, NULL AS folder, s.log AS log, s.node AS node, s.file AS file, s.line AS line
FROM server s, wanted w
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = s.spec_id AND f.container = s.container AND f.flag = w.flag
WHERE CASE WHEN coalesce(CAST(f.value AS INTEGER), 0) = 0 THEN NOT w.unlimited ELSE CAST(f.value AS INTEGER) < w.least END
UNION ALL
SELECT
  kind, namespace, name, log_path, '--audit-log-path=' || log, 'on a volume of the node',
  CASE WHEN volume_type IS NULL THEN 'written into the container' ELSE 'on a volume of type ' || volume_type END,
  'audit-log-path', rtrim(rtrim(log, replace(log, '/', '')), '/'), log, node, file, line
FROM mounted
WHERE volume_type IS NULL OR volume_type = 'emptyDir';
