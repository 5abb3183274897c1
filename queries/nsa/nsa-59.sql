-- id: NSA-59
-- title: Rights to create workloads
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
--   FROM k8s_rbac_bindings WHERE role_kind = 'ClusterRole' AND role IN ('admin', 'edit')
--   GROUP BY binding_kind, namespace, name
-- why: |
--   Who may create or change a pod may mount every Secret and use every service account of its
--   namespace, whatever else their role leaves out, and without pod security enforced (NSA-06)
--   take the node as well. The right is rarely needed by people where a pipeline deploys.
-- fix: |
--   {{if .workloads}}Take create, update and patch on {{.workloads}} out of {{.path}} of {{.kind}} {{.name}}{{if .bound_to}}, which {{.bound_to}} has{{end}},
--   unless its holders deploy: people get view, and the right to deploy goes to one pipeline for each namespace.
--   {{- else}}Bind {{.subject}} to view, or to a role of its own without workloads, instead of {{.actual}}, unless it deploys here.{{end}}
--   Where it stays, no Secret or service account of the namespace may be worth more than its holders, and
--   the namespace enforces pod security.
-- command: "kubectl edit {{.kind}}/{{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, role-based access control
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation
-- aliases: [CIS-5.1.4, C-0188, KSV-0048]
-- pass:
--   - name: reading and deleting, workloads of another API, create by name, which allows nothing
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: watcher, namespace: shop}
--       rules:
--         - {apiGroups: ["", apps, batch], resources: ["*"], verbs: [get, list, watch, delete]}
--         - {apiGroups: [example.org], resources: [pods, jobs], verbs: [create]}
--         - {apiGroups: [""], resources: [deployments, configmaps], verbs: [create]}
--         - {apiGroups: [apps], resources: [deployments/scale, pods], verbs: [patch]}
--         - {apiGroups: [""], resources: [pods], resourceNames: [web], verbs: [create]}
--         - {apiGroups: [""], resources: [pods/ephemeralcontainers], verbs: [create]}
--   - name: admin and edit for the control plane alone, view for people
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: addons}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{kind: ServiceAccount, name: addons, namespace: kube-system}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: developers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: reader, namespace: shop}
--       rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
-- fail:
--   - name: each API group of workloads, bound and not
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: deployer, namespace: shop}
--       rules:
--         - {apiGroups: [""], resources: [pods, services], verbs: [create]}
--         - {apiGroups: [apps], resources: [deployments, statefulsets], verbs: [patch]}
--         - {apiGroups: ["*"], resources: [cronjobs], verbs: [update]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: deployer, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
--       subjects: [{kind: ServiceAccount, name: ci, namespace: build}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: everything}
--       rules: [{apiGroups: [""], resources: ["*"], verbs: ["*"]}]
--     rows:
--       - {kind: Role, namespace: shop, name: deployer, path: "rules[0]", workloads: pods, bound_to: ServiceAccount build/ci, severity: medium}
--       - {kind: Role, name: deployer, path: "rules[1]", workloads: "deployments, statefulsets"}
--       - {kind: Role, name: deployer, path: "rules[2]", workloads: cronjobs}
--       - {kind: ClusterRole, name: everything, workloads: "*", bound_to: "", severity: low}
--   - name: containers added to a running pod, and pods changed by name
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: debug, namespace: shop}
--       rules: [{apiGroups: [""], resources: [pods/ephemeralcontainers], verbs: [get, patch]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: debug, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: debug}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: restart, namespace: shop}
--       rules: [{apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: [patch]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: restart, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: restart}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--     rows:
--       - {name: debug, workloads: pods/ephemeralcontainers, severity: medium}
--       - {name: restart, workloads: deployments, only: '["web"]', severity: low}
--   - name: admin and edit for people and pipelines
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: developers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects:
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}
--         - {kind: ServiceAccount, name: addons, namespace: kube-system}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: ops}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}]
--     rows:
--       - {kind: RoleBinding, namespace: shop, name: developers, path: "subjects[0]", actual: ClusterRole/edit, subject: developers}
--       - {kind: ClusterRoleBinding, name: ops, path: "subjects[0]", actual: ClusterRole/admin}
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
--       rules: [{apiGroups: [batch], resources: [jobs], verbs: [create]}]
--     rows:
--       - {name: more, workloads: jobs, bound_to: whoever holds edit, severity: medium}

-- resourceNames take nothing from create, which they never match, and leave one object of
-- update and patch: low severity.
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
      WHERE (v.value IN ('*', 'update', 'patch') OR v.value = 'create' AND resource_names IS NULL AND x.value NOT LIKE '%/ephemeralcontainers')
        AND (g.value IN ('*', '') AND x.value IN ('*', 'pods', 'replicationcontrollers', 'pods/ephemeralcontainers', '*/ephemeralcontainers')
          OR g.value IN ('*', 'apps') AND x.value IN ('*', 'deployments', 'daemonsets', 'statefulsets', 'replicasets')
          OR g.value IN ('*', 'batch') AND x.value IN ('*', 'jobs', 'cronjobs'))) AS workloads
  FROM k8s_rbac_rules
  WHERE NOT role_is_builtin
    AND (verbs LIKE '%"*"%' OR verbs LIKE '%"create"%' OR verbs LIKE '%"update"%' OR verbs LIKE '%"patch"%'))
SELECT
  r.role_kind AS kind, r.namespace AS namespace, r.name AS name, r.path AS path,
  replace(trim(r.verbs, '[]"'), '","', ', ') || ' on ' || replace(trim(r.resources, '[]"'), '","', ', ') AS actual, 'no create, update or patch of workloads' AS expected,
  CASE WHEN r.resource_names IS NOT NULL OR b.bound_to IS NULL THEN 'low' ELSE 'medium' END AS severity,
  replace(r.workloads, ',', ', ') AS workloads, r.resource_names AS "only", b.bound_to AS bound_to, NULL AS subject, r.file AS file, r.line AS line
FROM r
LEFT JOIN held b ON b.role_kind = r.role_kind AND b.role = r.role AND b.role_namespace IS r.role_namespace
WHERE r.workloads IS NOT NULL
UNION ALL
SELECT
  binding_kind, namespace, name, path, role_kind || '/' || role, 'a role without workloads',
  'medium', NULL, NULL, NULL, subject, file, line
FROM k8s_rbac_bindings
WHERE role_kind = 'ClusterRole' AND role IN ('admin', 'edit') AND NOT subject_is_system;
