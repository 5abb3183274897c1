-- id: CIS-5.1.2
-- title: Few subjects can read Secrets
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
--   A Secret is as widely known as the right to read it. list and watch return the values just
--   as get does, and among them are tokens and passwords that open more than this cluster. Every
--   subject beyond the control plane that can read them is one more place to steal them from.
-- fix: |
--   {{if .rule}}Take get, list and watch on secrets out of {{.rule}} of {{.actual}}, or bind {{.subject}} to a role without it.
--   {{- else}}Bind {{.subject}} to a role of its own: {{.actual}}, which Kubernetes ships, holds this and more.{{end}}
--   A pod that needs one Secret mounts it, or gets a rule with resourceNames for it.
--   {{if .only_subject}}If {{.subject}} needs none of it, delete {{.kind}} {{.name}}.{{else}}If {{.subject}} needs none of it, take it out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl edit {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.2
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
-- aliases: [C-0186]
-- pass:
--   - name: a single Secret by name, other objects, and the control plane itself
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: one, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [secrets], resourceNames: [web-tls], verbs: [get]}
--         - {apiGroups: [""], resources: [configmaps], verbs: ["*"]}
--         - {apiGroups: [""], resources: [secrets], verbs: [create, delete]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: one, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: one}
--       subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: all}
--       rules:
--         - {apiGroups: [""], resources: [secrets], verbs: [list]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: addons}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all}
--       subjects: [{kind: ServiceAccount, name: addons, namespace: kube-system}]
--   - name: secrets/*, which RBAC takes for nothing, and the same resource of another API
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: none}
--       rules: [{apiGroups: [""], resources: ["secrets/*"], verbs: ["*"]}, {apiGroups: [example.org], resources: ["*"], verbs: ["*"]}]
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
--       kind: ClusterRole
--       metadata: {name: reader}
--       rules:
--         - {apiGroups: [""], resources: [pods], verbs: [get]}
--         - {apiGroups: [""], resources: [secrets], verbs: [list, watch]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: reader}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
--       subjects: [{kind: ServiceAccount, name: web, namespace: shop}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: core, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: ["*"], verbs: ["*"]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: core, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: core}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: editors, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: editors}]
--     rows:
--       - {kind: ClusterRoleBinding, name: reader, path: "subjects[0]", actual: ClusterRole/reader, subject: web, rule: "rules[1]", verbs: "list, watch"}
--       - {kind: ClusterRoleBinding, name: reader, path: "subjects[1]", subject: ops}
--       - {kind: RoleBinding, namespace: shop, name: core, actual: Role/core, verbs: "*", only_subject: "true"}
--       - {kind: RoleBinding, namespace: shop, name: editors, actual: ClusterRole/edit, rule: ""}
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
  WHERE v.value IN ('*', 'get', 'list', 'watch') AND g.value IN ('*', '') AND x.value IN ('*', 'secrets') AND r.resource_names IS NULL
  GROUP BY r.role_kind, r.role_namespace, r.role, r.path
  UNION ALL
  SELECT 'ClusterRole', NULL, shipped.name, NULL, NULL
  FROM (SELECT 'cluster-admin' AS name UNION ALL SELECT 'admin' UNION ALL SELECT 'edit') shipped),
able AS (
  SELECT role_kind, role_namespace, role, max(path) AS path, max(verbs) AS verbs
  FROM rights GROUP BY role_kind, role_namespace, role)
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.role_kind || '/' || b.role AS actual, 'a role that cannot read Secrets' AS expected,
  b.subject_kind AS subject_kind, b.subject_namespace AS subject_namespace, b.subject AS subject, b.scope AS scope,
  a.path AS rule, replace(a.verbs, ',', ', ') AS verbs,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
JOIN able a ON a.role_kind = b.role_kind AND a.role = b.role AND a.role_namespace IS b.role_namespace
WHERE NOT b.subject_is_system
  AND NOT (b.binding_kind = 'ClusterRoleBinding' AND b.name = 'kubeadm:cluster-admins' AND b.subject_kind = 'Group' AND b.subject = 'kubeadm:cluster-admins');
