-- id: NSA-57
-- title: Wildcards in roles
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
-- why: |
--   An asterisk grants what nobody listed, and what does not exist yet: the next custom resource,
--   the next verb, subresources such as exec, and Secrets where only ConfigMaps were meant. Nobody
--   who reads the role can say what its holders may do.
-- fix: |
--   {{if .aggregated}}The rules of {{.name}} are made of the roles that its aggregationRule selects, and what is edited here is put back: change {{.path}} where it comes from.
--   {{else}}Write out in {{.path}} of {{.kind}} {{.name}} what is used, in place of * in {{.wildcards}}: kubectl api-resources -o wide lists
--   what there is, the audit log what the holders ({{if .bound_to}}{{.bound_to}}{{else}}nobody so far{{end}}) called.
--   {{- if not .bound_to}}
--   No binding names the role: delete it unless another role aggregates it.{{end}}{{end}}
-- command: "kubectl {{if .aggregated}}get {{.kind}}/{{.name}} -o jsonpath='{.aggregationRule}'{{else}}edit {{.kind}}/{{.name}}{{if .namespace}} -n {{.namespace}}{{end}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, role-based access control
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
-- aliases: [CIS-5.1.3, C-0187, KSV-0044, KSV-0045, KSV-0046, KSV-0112]
-- pass:
--   - name: everything spelt out; a subresource of all kinds and a path are no wildcards
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: scaler}
--       rules:
--         - {apiGroups: ["", apps], resources: [pods, deployments, "*/scale"], verbs: [get, list, watch]}
--         - {nonResourceURLs: ["/metrics/*"], verbs: [get]}
--   - name: the roles that Kubernetes ships, and roles that the control plane alone holds
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: cluster-admin, labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}, {nonResourceURLs: ["*"], verbs: ["*"]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: cni}
--       rules: [{apiGroups: [crd.example.org], resources: ["*"], verbs: ["*"]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: cni}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cni}
--       subjects: [{kind: ServiceAccount, name: cni, namespace: kube-system}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: reader, namespace: shop}
--       rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
-- fail:
--   - name: verbs, resources and API groups, of a role that is bound
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: developer, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [pods], verbs: [get]}
--         - {apiGroups: ["", apps], resources: ["*"], verbs: ["*"]}
--         - {apiGroups: ["*"], resources: [deployments], verbs: [get]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: a, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: developer}
--       subjects:
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}
--         - {kind: ServiceAccount, name: ci, namespace: build}
--     rows:
--       - {kind: Role, namespace: shop, name: developer, path: "rules[1]", wildcards: "verbs, resources", actual: "* on * of core, apps", bound_to: "Group developers and 1 more", severity: medium}
--       - {path: "rules[2]", wildcards: apiGroups}
--   - name: a role that nobody holds, and a binding of the same name in another namespace
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: all, namespace: shop}
--       rules: [{apiGroups: [""], resources: ["*"], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: all, namespace: pay}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: all}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: pay}]
--     rows:
--       - {kind: Role, namespace: shop, name: all, wildcards: resources, bound_to: "", severity: low}
--   - name: every URL, and the label of the shipped roles on a role that is none of them
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: probe, labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       rules: [{nonResourceURLs: ["*"], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: probe}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: probe}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: probe}]
--     rows:
--       - {kind: ClusterRole, namespace: "", name: probe, wildcards: nonResourceURLs, severity: low}
--   - name: an aggregated role and its source, and a role that a shipped one is made of
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: monitoring}
--       aggregationRule: {clusterRoleSelectors: [{matchLabels: {monitoring: "true"}}]}
--       rules: [{apiGroups: [example.org], resources: ["*"], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: monitoring-source, labels: {monitoring: "true"}}
--       rules: [{apiGroups: [example.org], resources: ["*"], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: monitoring}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: monitoring}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "monitoring"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: more, labels: {rbac.authorization.k8s.io/aggregate-to-admin: "true"}}
--       rules: [{apiGroups: [example.org], resources: [widgets], verbs: ["*"]}]
--     rows:
--       - {name: monitoring, aggregated: "true", bound_to: Group monitoring, severity: medium}
--       - {name: monitoring-source, aggregated: "", bound_to: "", severity: low}
--       - {name: more, bound_to: whoever holds admin, severity: medium}

-- Roles of an aggregation rule repeat the rules of their sources, and have rows beside
-- theirs: the one is what is held, the other where to change it. A role that the shipped
-- ones are made of is held by whoever holds them.
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
  SELECT role_kind, role_namespace, namespace, name, role, path, verbs, api_groups, resources, non_resource_urls, file, line,
    substr(iif(non_resource_urls IS NULL AND verbs LIKE '%"*"%', ', verbs', '') || iif(resources LIKE '%"*"%', ', resources', '')
      || iif(api_groups LIKE '%"*"%', ', apiGroups', '') || iif(non_resource_urls LIKE '%"*"%', ', nonResourceURLs', ''), 3) AS wildcards
  FROM k8s_rbac_rules WHERE has_wildcard AND NOT role_is_builtin AND coalesce(resources, non_resource_urls) IS NOT NULL)
SELECT
  r.role_kind AS kind, r.namespace AS namespace, r.name AS name, r.path AS path,
  replace(trim(r.verbs, '[]"'), '","', ', ') || ' on ' || CASE WHEN r.non_resource_urls IS NOT NULL THEN replace(trim(r.non_resource_urls, '[]"'), '","', ', ')
    ELSE replace(trim(r.resources, '[]"'), '","', ', ') || ' of ' || replace(trim(replace(r.api_groups, '""', '"core"'), '[]"'), '","', ', ') END AS actual,
  'what is used, by name' AS expected,
  CASE WHEN b.bound_to IS NULL OR r.wildcards = 'nonResourceURLs' THEN 'low' ELSE 'medium' END AS severity,
  r.wildcards AS wildcards, b.bound_to AS bound_to, CASE WHEN c.aggregation IS NOT NULL THEN 'true' END AS aggregated, r.file AS file, r.line AS line
FROM r
LEFT JOIN k8s_cluster_roles c ON r.role_kind = 'ClusterRole' AND c.name = r.role
LEFT JOIN held b ON b.role_kind = r.role_kind AND b.role = r.role AND b.role_namespace IS r.role_namespace
WHERE r.wildcards <> '';
