-- id: CIS-5.1.13
-- title: Few subjects can create service account tokens
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
--   A token made by this right works as the service account wherever the API server is
--   reachable, with all that the account may do. Who holds it is every account of the namespace,
--   and with a ClusterRoleBinding every account there is, those of the control plane included.
-- fix: |
--   {{if .rule}}Take create on serviceaccounts/token out of {{.rule}} of {{.actual}}, or bind {{.subject}} to a role without it.
--   {{- else}}Bind {{.subject}} to a role of its own: {{.actual}}, which Kubernetes ships, holds this and more.{{end}}
--   A pod gets its token from the kubelet, through a projected volume; what hands out tokens of one account gets resourceNames for it.
--   {{if .only_subject}}If {{.subject}} needs none of it, delete {{.kind}} {{.name}}.{{else}}If {{.subject}} needs none of it, take it out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl edit {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.13
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
-- aliases: [C-0282]
-- pass:
--   - name: making accounts, reading them, and kubelets
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: accounts, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [serviceaccounts], verbs: [create, get, list]}
--         - {apiGroups: [authentication.k8s.io], resources: [tokenreviews], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: accounts, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: accounts}
--       subjects: [{kind: ServiceAccount, name: deployer, namespace: shop}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: tokens}
--       rules:
--         - {apiGroups: [""], resources: [serviceaccounts/token], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: nodes}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: tokens}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:node:node-1"}]
--   - name: serviceaccounts/*, which RBAC takes for nothing, and the same resource of another API
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: none}
--       rules: [{apiGroups: [""], resources: ["serviceaccounts/*"], verbs: ["*"]}, {apiGroups: [example.org], resources: ["*"], verbs: ["*"]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: none}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: none}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "ops"}]
-- fail:
--   - name: for every account, for one, and by a role that Kubernetes ships
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: tokens}
--       rules:
--         - {apiGroups: [""], resources: [serviceaccounts/token], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: tokens}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: tokens}
--       subjects: [{kind: ServiceAccount, name: injector, namespace: vault}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: one, namespace: ci}
--       rules:
--         - {apiGroups: [""], resources: [serviceaccounts/token], resourceNames: [deployer], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: one, namespace: ci}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: one}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ci}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: editors, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: editors}]
--     rows:
--       - {kind: ClusterRoleBinding, name: tokens, subject: injector, scope: cluster, only: ""}
--       - {kind: RoleBinding, namespace: ci, name: one, subject: ci, only: '["deployer"]'}
--       - {kind: RoleBinding, namespace: shop, name: editors, actual: ClusterRole/edit}
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
    r.path AS path, group_concat(DISTINCT v.value) AS verbs, r.resource_names AS only
  FROM k8s_rbac_rules r, json_each(r.verbs) v, json_each(r.api_groups) g, json_each(r.resources) x
  WHERE v.value IN ('*', 'create') AND g.value IN ('*', '') AND x.value IN ('*', 'serviceaccounts/token', '*/token')
  GROUP BY r.role_kind, r.role_namespace, r.role, r.path
  UNION ALL
  SELECT 'ClusterRole', NULL, shipped.name, NULL, NULL, NULL
  FROM (SELECT 'cluster-admin' AS name UNION ALL SELECT 'admin' UNION ALL SELECT 'edit') shipped),
able AS (
  SELECT role_kind, role_namespace, role, max(path) AS path, max(verbs) AS verbs,
    CASE WHEN count(only) = count(path) THEN max(only) END AS only
  FROM rights GROUP BY role_kind, role_namespace, role)
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.role_kind || '/' || b.role AS actual, 'a role that cannot create tokens' AS expected,
  b.subject_kind AS subject_kind, b.subject_namespace AS subject_namespace, b.subject AS subject, b.scope AS scope,
  a.path AS rule, replace(a.verbs, ',', ', ') AS verbs, a.only AS only,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
JOIN able a ON a.role_kind = b.role_kind AND a.role = b.role AND a.role_namespace IS b.role_namespace
WHERE NOT b.subject_is_system
  AND NOT (b.binding_kind = 'ClusterRoleBinding' AND b.name = 'kubeadm:cluster-admins' AND b.subject_kind = 'Group' AND b.subject = 'kubeadm:cluster-admins');
