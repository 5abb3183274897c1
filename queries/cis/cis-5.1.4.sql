-- id: CIS-5.1.4
-- title: Few subjects can create pods
-- section: 5.1 RBAC and service accounts
-- severity: medium
-- level: 1
-- type: manual
-- profile: policies
-- scope: cluster
-- assets: |
--   SELECT binding_kind AS kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_bindings GROUP BY binding_kind, namespace, name
-- why: |
--   Who may create a pod may have it run as any service account of the namespace, mount every
--   Secret there, and without pod security enforced take the node. The right belongs to the
--   controllers and to what deploys, hardly ever to a person or to an application.
-- fix: |
--   {{if .rule}}Take create on pods out of {{.rule}} of {{.actual}}, or bind {{.subject}} to a role without it.
--   {{- else}}Bind {{.subject}} to a role of its own: {{.actual}}, which Kubernetes ships, holds this and more.{{end}}
--   Let people deploy through a pipeline; give an application that starts pods a namespace of its own.
--   {{if .only_subject}}If {{.subject}} needs none of it, delete {{.kind}} {{.name}}.{{else}}If {{.subject}} needs none of it, take it out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl edit {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.4
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
-- aliases: [C-0188]
-- pass:
--   - name: reading and deleting pods, creating what has a controller, and the control plane itself
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: watcher, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [pods], verbs: [get, list, watch, delete]}
--         - {apiGroups: [apps], resources: [deployments], verbs: [create]}
--         - {apiGroups: [""], resources: [pods], resourceNames: [web], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: watcher, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: watcher}
--       subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: addons}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{kind: ServiceAccount, name: addons, namespace: kube-system}]
--   - name: pods/*, which RBAC takes for nothing, and the same resource of another API
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: none}
--       rules: [{apiGroups: [""], resources: ["pods/*"], verbs: ["*"]}, {apiGroups: [example.org], resources: ["*"], verbs: ["*"]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: none}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: none}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "ops"}]
-- fail:
--   - name: by name, by a wildcard, and by a role that Kubernetes ships
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: runner, namespace: ci}
--       rules:
--         - {apiGroups: [""], resources: [pods, pods/log], verbs: [get, create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: runner, namespace: ci}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: runner}
--       subjects: [{kind: ServiceAccount, name: runner, namespace: ci}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: any}
--       rules:
--         - {apiGroups: ["*"], resources: ["*"], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: any}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: any}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: developers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--     rows:
--       - {kind: RoleBinding, namespace: ci, name: runner, path: "subjects[0]", subject: runner, verbs: create, rule: "rules[0]"}
--       - {kind: ClusterRoleBinding, name: any, subject: ops, scope: cluster}
--       - {kind: RoleBinding, namespace: shop, name: developers, actual: ClusterRole/admin}
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

-- Roles that Kubernetes ships are named, since manifests do not hold them.
WITH rights AS (
  SELECT r.role_kind AS role_kind, r.role_namespace AS role_namespace, r.role AS role,
    r.path AS path, group_concat(DISTINCT v.value) AS verbs
  FROM k8s_rbac_rules r, json_each(r.verbs) v, json_each(r.api_groups) g, json_each(r.resources) x
  WHERE v.value IN ('*', 'create') AND g.value IN ('*', '') AND x.value IN ('*', 'pods') AND r.resource_names IS NULL
  GROUP BY r.role_kind, r.role_namespace, r.role, r.path
  UNION ALL
  SELECT 'ClusterRole', NULL, shipped.name, NULL, NULL
  FROM (SELECT 'cluster-admin' AS name UNION ALL SELECT 'admin' UNION ALL SELECT 'edit') shipped),
able AS (
  SELECT role_kind, role_namespace, role, max(path) AS path, max(verbs) AS verbs
  FROM rights GROUP BY role_kind, role_namespace, role)
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.role_kind || '/' || b.role AS actual, 'a role that cannot create pods' AS expected,
  b.subject_kind AS subject_kind, b.subject_namespace AS subject_namespace, b.subject AS subject, b.scope AS scope,
  a.path AS rule, replace(a.verbs, ',', ', ') AS verbs,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
JOIN able a ON a.role_kind = b.role_kind AND a.role = b.role AND a.role_namespace IS b.role_namespace
WHERE NOT b.subject_is_system
  AND NOT (b.binding_kind = 'ClusterRoleBinding' AND b.name = 'kubeadm:cluster-admins' AND b.subject_kind = 'Group' AND b.subject = 'kubeadm:cluster-admins');
