-- id: CIS-5.1.9
-- title: Few subjects can create PersistentVolumes
-- section: 5.1 RBAC and service accounts
-- severity: high
-- level: 1
-- type: manual
-- profile: policies
-- scope: cluster
-- assets: |
--   SELECT binding_kind AS kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_bindings GROUP BY binding_kind, namespace, name
-- why: |
--   A PersistentVolume may be of type hostPath, and pod security does not look at what stands
--   behind a claim. Who can create one can have any folder of any node mounted into a pod that
--   passes as restricted.
-- fix: |
--   {{if .rule}}Take create on persistentvolumes out of {{.rule}} of {{.actual}}, or bind {{.subject}} to a role without it.
--   {{- else}}Bind {{.subject}} to a role of its own: {{.actual}}, which Kubernetes ships, holds this and more.{{end}}
--   Let volumes be made by a provisioner: people need claims (persistentvolumeclaims) alone.
--   {{if .only_subject}}If {{.subject}} needs none of it, delete {{.kind}} {{.name}}.{{else}}If {{.subject}} needs none of it, take it out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl edit {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.9
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
-- aliases: [C-0278]
-- pass:
--   - name: claims, reading volumes, and a RoleBinding, which reaches nothing outside its namespace
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: storage}
--       rules:
--         - {apiGroups: [""], resources: [persistentvolumeclaims], verbs: [create]}
--         - {apiGroups: [""], resources: [persistentvolumes], verbs: [get, list]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: storage}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: storage}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: volumes}
--       rules:
--         - {apiGroups: [""], resources: [persistentvolumes], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: volumes, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: volumes}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--   - name: persistentvolumes/*, which RBAC takes for nothing, and the same resource of another API
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: none}
--       rules: [{apiGroups: [""], resources: ["persistentvolumes/*"], verbs: ["*"]}, {apiGroups: [example.org], resources: ["*"], verbs: ["*"]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: none}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: none}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "ops"}]
-- fail:
--   - name: a provisioner of one's own, and cluster-admin
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: provisioner}
--       rules:
--         - {apiGroups: [""], resources: [persistentvolumes], verbs: [get, create, delete]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: provisioner}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: provisioner}
--       subjects: [{kind: ServiceAccount, name: provisioner, namespace: storage}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: ops}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}]
--     rows:
--       - {kind: ClusterRoleBinding, name: provisioner, subject: provisioner, subject_namespace: storage, verbs: create, actual: ClusterRole/provisioner}
--       - {kind: ClusterRoleBinding, name: ops, subject: ops, actual: ClusterRole/cluster-admin}
--   - name: everyone with a login, all accounts of a namespace and whoever has no login are not the cluster's own
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: all}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts:shop"}, {apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:anonymous"}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
--     rows:
--       - {name: all, path: "subjects[0]", subject: "system:authenticated"}
--       - {name: all, path: "subjects[1]"}
--       - {name: all, path: "subjects[2]", subject: "system:anonymous"}

-- PersistentVolumes are in no namespace, so that only a ClusterRoleBinding grants them.
-- Roles that Kubernetes ships are named, since manifests do not hold them.
WITH rights AS (
  SELECT r.role_kind AS role_kind, r.role_namespace AS role_namespace, r.role AS role,
    r.path AS path, group_concat(DISTINCT v.value) AS verbs
  FROM k8s_rbac_rules r, json_each(r.verbs) v, json_each(r.api_groups) g, json_each(r.resources) x
  WHERE v.value IN ('*', 'create') AND g.value IN ('*', '') AND x.value IN ('*', 'persistentvolumes') AND r.resource_names IS NULL
  GROUP BY r.role_kind, r.role_namespace, r.role, r.path
  UNION ALL
  SELECT 'ClusterRole', NULL, shipped.name, NULL, NULL
  FROM (SELECT 'cluster-admin' AS name) shipped),
able AS (
  SELECT role_kind, role_namespace, role, max(path) AS path, max(verbs) AS verbs
  FROM rights GROUP BY role_kind, role_namespace, role)
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.role_kind || '/' || b.role AS actual, 'a role that cannot create PersistentVolumes' AS expected,
  b.subject_kind AS subject_kind, b.subject_namespace AS subject_namespace, b.subject AS subject, b.scope AS scope,
  a.path AS rule, replace(a.verbs, ',', ', ') AS verbs,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
JOIN able a ON a.role_kind = b.role_kind AND a.role = b.role AND a.role_namespace IS b.role_namespace
WHERE NOT b.subject_is_system
  AND b.binding_kind = 'ClusterRoleBinding'
  AND NOT (b.binding_kind = 'ClusterRoleBinding' AND b.name = 'kubeadm:cluster-admins' AND b.subject_kind = 'Group' AND b.subject = 'kubeadm:cluster-admins');
