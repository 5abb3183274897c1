-- id: NSA-60
-- title: Rights to exec, attach or port-forward
-- section: Authentication and authorization
-- severity: medium
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
--   A shell in a running container is that container: its Secrets, its token, its database
--   connections, with no review and no trace in the image. Port-forwarding reaches services
--   that were never meant to leave the pod, past every NetworkPolicy. Reading logs needs neither.
-- fix: |
--   {{if .rights}}Take {{.rights}} out of {{.path}} of {{.kind}} {{.name}}{{if .bound_to}}, which {{.bound_to}} has{{end}}.
--   {{- else}}Bind {{.subject}} to view, or to a role of its own, instead of {{.actual}}.{{end}}
--   For debugging, grant it for an incident and take it back after, in one namespace, with audit of pods/exec and pods/attach;
--   pods/log with get is enough to read logs.
-- command: "kubectl edit {{.kind}}/{{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, role-based access control
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
-- aliases: [C-0002, C-0063, KSV-0053, KSV-0054]
-- pass:
--   - name: logs, pods themselves, and pods/*, which RBAC takes for nothing
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: reader, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [pods, pods/log, "pods/*"], verbs: ["*"]}
--         - {apiGroups: [""], resources: [pods/exec], verbs: [list]}
--         - {apiGroups: [apps], resources: [pods/exec], verbs: [create]}
--   - name: the cluster's own administrators
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: cluster-admin, labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: reader, namespace: shop}
--       rules: [{apiGroups: [""], resources: [pods/log], verbs: [get]}]
-- fail:
--   - name: create and get of each, and a subresource of all kinds
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: support, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [pods/exec, pods/log], verbs: [create]}
--         - {apiGroups: [""], resources: [pods/attach], verbs: [get]}
--         - {apiGroups: ["*"], resources: [pods/portforward, pods/exec], verbs: ["*"]}
--         - {apiGroups: [""], resources: ["*/exec"], verbs: [create]}
--         - {apiGroups: [""], resources: ["*"], verbs: [get]}
--         - {apiGroups: [""], resources: [pods/exec], resourceNames: [web], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: support, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: support}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: support}]
--     rows:
--       - {kind: Role, namespace: shop, name: support, path: "rules[0]", rights: pods/exec, bound_to: Group support, severity: medium}
--       - {path: "rules[1]", rights: pods/attach}
--       - {path: "rules[2]", rights: "pods/portforward, pods/exec"}
--       - {path: "rules[3]", rights: "*/exec"}
--       - {path: "rules[4]", rights: "*"}
--       - {path: "rules[5]", only: '["web"]'}
--   - name: a role that nobody holds
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: exec}
--       rules: [{apiGroups: [""], resources: [pods/exec], verbs: [create]}]
--     rows:
--       - {kind: ClusterRole, name: exec, bound_to: "", severity: low}
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
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}
--     rows:
--       - {kind: RoleBinding, namespace: shop, name: developers, path: "subjects[0]", actual: ClusterRole/edit}
--       - {kind: ClusterRoleBinding, name: ops, path: "subjects[0]", actual: ClusterRole/cluster-admin}
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
--       metadata: {name: more, labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}}
--       rules: [{apiGroups: [""], resources: [pods/exec], verbs: [create]}]
--     rows:
--       - {name: more, rights: pods/exec, bound_to: whoever holds edit, severity: medium}

-- get counts: clients that stream over websockets ask with GET, which API servers before
-- 1.35 take for the verb get. "pods/*" matches nothing: see ResourceMatches of
-- k8s.io/kubernetes/pkg/apis/rbac/v1.
WITH bound AS (
  SELECT role_kind, role_namespace, role,
    min(subject_kind || ' ' || coalesce(subject_namespace || '/', '') || subject) || CASE WHEN count(*) > 1 THEN ' and ' || (count(*) - 1) || ' more' ELSE '' END AS bound_to
  FROM k8s_rbac_bindings GROUP BY role_kind, role_namespace, role),
held AS (
  SELECT role_kind, role_namespace, role, bound_to FROM bound
  UNION ALL
  SELECT 'ClusterRole', NULL, c.name, 'whoever holds ' || replace(trim(c.aggregate_to, '[]"'), '","', ', ') FROM k8s_cluster_roles c
  WHERE c.aggregate_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings b WHERE b.role_kind = 'ClusterRole' AND b.role = c.name)),
r AS (
  SELECT role_kind, role_namespace, namespace, name, role, path, verbs, resources, resource_names, file, line,
    (SELECT group_concat(DISTINCT x.value) FROM json_each(verbs) v, json_each(api_groups) g, json_each(resources) x
      WHERE v.value IN ('*', 'create', 'get') AND g.value IN ('*', '')
        AND x.value IN ('*', 'pods/exec', 'pods/attach', 'pods/portforward', '*/exec', '*/attach', '*/portforward')) AS rights
  FROM k8s_rbac_rules
  WHERE NOT role_is_builtin
    AND (resources LIKE '%"*"%' OR resources LIKE '%/exec"%' OR resources LIKE '%/attach"%' OR resources LIKE '%/portforward"%'))
SELECT
  r.role_kind AS kind, r.namespace AS namespace, r.name AS name, r.path AS path,
  replace(trim(r.verbs, '[]"'), '","', ', ') || ' on ' || replace(trim(r.resources, '[]"'), '","', ', ') AS actual, 'no exec, attach or portforward' AS expected,
  CASE WHEN r.resource_names IS NOT NULL OR b.bound_to IS NULL THEN 'low' ELSE 'medium' END AS severity,
  replace(r.rights, ',', ', ') AS rights, r.resource_names AS "only", b.bound_to AS bound_to, NULL AS subject, r.file AS file, r.line AS line
FROM r
LEFT JOIN held b ON b.role_kind = r.role_kind AND b.role = r.role AND b.role_namespace IS r.role_namespace
WHERE r.rights IS NOT NULL
UNION ALL
SELECT
  binding_kind, namespace, name, path, role_kind || '/' || role, 'a role without exec, attach and portforward',
  'medium', NULL, NULL, NULL, subject, file, line
FROM k8s_rbac_bindings
WHERE role_kind = 'ClusterRole' AND role IN ('admin', 'edit', 'cluster-admin') AND NOT subject_is_system;
