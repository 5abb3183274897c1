-- id: NSA-50
-- title: Broad read access to Secrets
-- section: Network separation and hardening
-- severity: high
-- scope: cluster
-- assets: |
--   SELECT r.role_kind AS kind, r.namespace AS namespace, r.name AS name,
--     CASE WHEN r.role_is_builtin OR b.all_system = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_rules r
--   LEFT JOIN (
--     SELECT role_kind, role_namespace, role, min(subject_is_system) AS all_system
--     FROM k8s_rbac_bindings GROUP BY role_kind, role_namespace, role) b
--     ON b.role_kind = r.role_kind AND b.role = r.role AND b.role_namespace IS r.role_namespace
--   UNION ALL
--   SELECT binding_kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END
--   FROM k8s_rbac_bindings WHERE role_kind = 'ClusterRole' AND role IN ('admin', 'edit', 'cluster-admin')
--   GROUP BY binding_kind, namespace, name
-- why: |
--   Secrets are the passwords of every application and, in the system namespaces, of the cluster
--   itself: who may read them all may become any of their owners. list and watch hand out the
--   contents too, so that there is no such thing as only seeing the names.
-- fix: |
--   {{if .rights}}Take secrets out of {{.path}} of {{.kind}} {{.name}}{{if .bound_to}}, which {{.bound_to}} has{{end}}, or name the ones that are needed, with get alone:
--     - {apiGroups: [""], resources: [secrets], resourceNames: [NAME], verbs: [get]}
--   {{- else}}Bind {{.subject}} to view, which leaves Secrets out, or to a role of its own, instead of {{.actual}}.{{end}}
--   An application needs no right to read its own Secrets: the kubelet mounts them for it.
-- command: "kubectl edit {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, Secrets
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets
-- aliases: [CIS-5.1.2, C-0015, C-0186, KSV-0041, KSV-0113]
-- pass:
--   - name: named Secrets, writing, other groups, and secrets/*, which RBAC takes for nothing
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: web, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [secrets], resourceNames: [tls, db], verbs: [get]}
--         - {apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [list, watch]}
--         - {apiGroups: [""], resources: [secrets], verbs: [create, delete]}
--         - {apiGroups: [""], resources: ["secrets/*", configmaps], verbs: [get, list]}
--         - {apiGroups: [external-secrets.io], resources: [secrets], verbs: [get]}
--   - name: the cluster's own parts, and roles that Kubernetes ships
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: "system:controller:generic-garbage-collector", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get, list, watch]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: cluster-admin, labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: viewers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: viewers}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: reader, namespace: shop}
--       rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
-- fail:
--   - name: by name and by wildcard, in a namespace and everywhere
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: deploy, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [pods, secrets], verbs: [get, create]}
--         - {apiGroups: ["*"], resources: ["*"], verbs: [list]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: deploy, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deploy}
--       subjects: [{kind: ServiceAccount, name: ci, namespace: build}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: operator}
--       rules: [{apiGroups: [""], resources: [secrets], verbs: ["*"]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: operator}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: operator}
--       subjects:
--         - {kind: ServiceAccount, name: operator, namespace: ops}
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}
--     rows:
--       - {kind: Role, namespace: shop, name: deploy, path: "rules[0]", actual: "get, create on pods, secrets", rights: get, bound_to: ServiceAccount build/ci, scope: shop, severity: high}
--       - {kind: Role, name: deploy, path: "rules[1]", rights: list}
--       - {kind: ClusterRole, name: operator, path: "rules[0]", rights: "*", scope: cluster, bound_to: Group ops and 1 more, severity: high}
--   - name: a role that nobody holds
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: secrets}
--       rules: [{apiGroups: [""], resources: [secrets], verbs: [watch]}]
--     rows:
--       - {kind: ClusterRole, name: secrets, bound_to: "", scope: "", severity: medium}
--   - name: admin, edit and cluster-admin for people
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: developers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: ops}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects:
--         - {apiGroup: rbac.authorization.k8s.io, kind: User, name: ops@example}
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}
--     rows:
--       - {kind: RoleBinding, namespace: shop, name: developers, path: "subjects[0]", actual: ClusterRole/edit, scope: shop, severity: medium}
--       - {kind: ClusterRoleBinding, name: ops, path: "subjects[0]", actual: ClusterRole/cluster-admin, scope: cluster, severity: high}
--   - name: everyone with a login, all accounts of a namespace and whoever has no login are not the cluster's own
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: all}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts:shop"}, {apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:anonymous"}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
--     rows:
--       - {name: all, path: "subjects[0]", actual: ClusterRole/edit}
--       - {name: all, path: "subjects[1]"}
--       - {name: all, path: "subjects[2]"}
--   - name: a role that a shipped one is made of is held by whoever holds that
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: more, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}
--       rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
--     rows:
--       - {name: more, rights: get, bound_to: whoever holds view, severity: high}

-- A rule with resourceNames passes: get reads what is named, and list and watch are only
-- allowed for one name at a time. In one namespace the shipped roles are what they are
-- meant for: such bindings are of medium severity.
WITH bound AS (
  SELECT role_kind, role_namespace, role,
    min(subject_kind || ' ' || coalesce(subject_namespace || '/', '') || subject) || CASE WHEN count(*) > 1 THEN ' and ' || (count(*) - 1) || ' more' ELSE '' END AS bound_to,
    CASE WHEN max(scope = 'cluster') THEN 'cluster' ELSE group_concat(DISTINCT scope) END AS scope
  FROM k8s_rbac_bindings GROUP BY role_kind, role_namespace, role),
held AS (
  SELECT role_kind, role_namespace, role, bound_to, scope FROM bound
  UNION ALL
  SELECT 'ClusterRole', NULL, c.name, 'whoever holds ' || replace(trim(c.aggregate_to, '[]"'), '","', ', '), NULL FROM k8s_cluster_roles c
  WHERE c.aggregate_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings b WHERE b.role_kind = 'ClusterRole' AND b.role = c.name)),
r AS (
  SELECT role_kind, role_namespace, namespace, name, role, path, verbs, resources, file, line,
    (SELECT group_concat(DISTINCT v.value) FROM json_each(verbs) v, json_each(api_groups) g, json_each(resources) x
      WHERE v.value IN ('*', 'get', 'list', 'watch') AND g.value IN ('*', '') AND x.value IN ('*', 'secrets')) AS rights
  FROM k8s_rbac_rules
  WHERE NOT role_is_builtin AND resource_names IS NULL AND (resources LIKE '%"*"%' OR resources LIKE '%"secrets"%'))
SELECT
  r.role_kind AS kind, r.namespace AS namespace, r.name AS name, r.path AS path,
  replace(trim(r.verbs, '[]"'), '","', ', ') || ' on ' || replace(trim(r.resources, '[]"'), '","', ', ') AS actual, 'no reading of Secrets, or of named ones' AS expected,
  CASE WHEN b.bound_to IS NULL THEN 'medium' ELSE 'high' END AS severity,
  replace(r.rights, ',', ', ') AS rights, b.bound_to AS bound_to, NULL AS subject, replace(b.scope, ',', ', ') AS scope, r.file AS file, r.line AS line
FROM r
LEFT JOIN held b ON b.role_kind = r.role_kind AND b.role = r.role AND b.role_namespace IS r.role_namespace
WHERE r.rights IS NOT NULL
UNION ALL
SELECT
  binding_kind, namespace, name, path, role_kind || '/' || role, 'a role without Secrets',
  CASE scope WHEN 'cluster' THEN 'high' ELSE 'medium' END, NULL, NULL, coalesce(subject_namespace || '/', '') || subject, scope, file, line
FROM k8s_rbac_bindings
WHERE role_kind = 'ClusterRole' AND role IN ('admin', 'edit', 'cluster-admin') AND NOT subject_is_system;
