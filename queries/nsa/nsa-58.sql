-- id: NSA-58
-- title: Rights to bind, escalate or impersonate
-- section: Authentication and authorization
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
-- why: |
--   The API server lets nobody grant rights that they lack, except by these verbs. Who may bind
--   or escalate makes itself administrator; who may impersonate acts as anybody, the group
--   system:masters included, and the audit log is the only place that knows.
-- fix: |
--   Remove {{.rights}} from {{.path}} of {{.kind}} {{.name}}{{if .bound_to}}, which {{.bound_to}} has{{end}}.
--   An operator that hands out roles needs bind only, for these roles: give the verb its own rule with resourceNames.
--   A proxy or a support tool that impersonates gets resourceNames too: the users, or groups, that it may act as.
-- command: "kubectl edit {{.kind}}/{{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, role-based access control
--   - https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
-- aliases: [CIS-5.1.8, C-0191, C-0065, KSV-0043, KSV-0050, KSV-0051, KSV-0052]
-- pass:
--   - name: roles and bindings without these verbs, and these verbs where they mean nothing
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: manager}
--       rules:
--         - {apiGroups: [rbac.authorization.k8s.io], resources: [roles, clusterroles, rolebindings], verbs: [get, list, create, update]}
--         - {apiGroups: [""], resources: [pods], verbs: [bind, escalate, impersonate]}
--         - {apiGroups: [example.org], resources: [roles, users], verbs: ["*"]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: no-effect, namespace: shop}
--       rules: [{apiGroups: [""], resources: [users, groups], verbs: [impersonate]}]
--   - name: the roles that Kubernetes ships, and roles that the control plane alone holds
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: "system:aggregate-to-edit", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       rules: [{apiGroups: [""], resources: [serviceaccounts], verbs: [impersonate]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: addons}
--       rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: addons}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: addons}
--       subjects: [{kind: ServiceAccount, name: addons, namespace: kube-system}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: reader, namespace: shop}
--       rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
-- fail:
--   - name: bind, escalate and * on roles, bound
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: operator}
--       rules:
--         - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [get, bind]}
--         - {apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate, bind]}
--         - {apiGroups: ["*"], resources: [roles, rolebindings], verbs: ["*"]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: operator}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: operator}
--       subjects: [{kind: ServiceAccount, name: operator, namespace: build}]
--     rows:
--       - {kind: ClusterRole, name: operator, path: "rules[0]", rights: bind, actual: "get, bind on clusterroles", bound_to: ServiceAccount build/operator, severity: high}
--       - {path: "rules[1]", rights: "bind, escalate"}
--       - {path: "rules[2]", rights: "bind, escalate"}
--   - name: impersonate of each kind, of a role that nobody holds
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: proxy}
--       rules:
--         - {apiGroups: [""], resources: [users, groups], verbs: [impersonate]}
--         - {apiGroups: [authentication.k8s.io], resources: [userextras/scopes], verbs: [impersonate]}
--         - {apiGroups: [authentication.k8s.io], resources: [uids], verbs: ["*"]}
--         - {apiGroups: [""], resources: [serviceaccounts], verbs: [impersonate]}
--     rows:
--       - {path: "rules[0]", rights: impersonate, bound_to: "", severity: medium}
--       - {path: "rules[1]", rights: impersonate}
--       - {path: "rules[2]", rights: impersonate}
--       - {path: "rules[3]", rights: impersonate}
--   - name: resourceNames make it narrow, which is for information
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: granter, namespace: shop}
--       rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [view], verbs: [bind]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: granter, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: granter}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: leads}]
--     rows:
--       - {kind: Role, namespace: shop, name: granter, only: '["view"]', severity: info}
--   - name: a role that a shipped one is made of is held by whoever holds that
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: more, labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}}
--       rules: [{apiGroups: [""], resources: [serviceaccounts], verbs: [impersonate]}]
--     rows:
--       - {name: more, rights: impersonate, bound_to: whoever holds edit, severity: high}

-- A verb * on pods or on all resources grants these rights as well: the roles of NSA-57
-- that reach roles, users or service accounts are here too, for another reason. Users and
-- groups belong to no namespace: a Role cannot grant to be one of them.
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
    (SELECT group_concat(DISTINCT n.name) FROM
      (SELECT 'bind' AS name UNION ALL SELECT 'escalate' UNION ALL SELECT 'impersonate') n,
      json_each(verbs) v, json_each(api_groups) g, json_each(resources) x
      WHERE v.value IN ('*', n.name) AND CASE n.name
        WHEN 'impersonate' THEN g.value IN ('*', '') AND (x.value IN ('*', 'serviceaccounts') OR role_kind = 'ClusterRole' AND x.value IN ('users', 'groups'))
          OR role_kind = 'ClusterRole' AND g.value IN ('*', 'authentication.k8s.io') AND (x.value IN ('*', 'uids') OR x.value LIKE 'userextras/%')
        ELSE g.value IN ('*', 'rbac.authorization.k8s.io') AND x.value IN ('*', 'roles', 'clusterroles')
      END) AS rights
  FROM k8s_rbac_rules
  WHERE NOT role_is_builtin
    AND (verbs LIKE '%"*"%' OR verbs LIKE '%"bind"%' OR verbs LIKE '%"escalate"%' OR verbs LIKE '%"impersonate"%'))
SELECT
  r.role_kind AS kind, r.namespace AS namespace, r.name AS name, r.path AS path,
  replace(trim(r.verbs, '[]"'), '","', ', ') || ' on ' || replace(trim(r.resources, '[]"'), '","', ', ') AS actual, 'no bind, escalate or impersonate' AS expected,
  CASE WHEN r.resource_names IS NOT NULL THEN 'info' WHEN b.bound_to IS NULL THEN 'medium' ELSE 'high' END AS severity,
  replace(r.rights, ',', ', ') AS rights, r.resource_names AS "only", b.bound_to AS bound_to, r.file AS file, r.line AS line
FROM r
LEFT JOIN held b ON b.role_kind = r.role_kind AND b.role = r.role AND b.role_namespace IS r.role_namespace
WHERE r.rights IS NOT NULL;
