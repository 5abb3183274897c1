-- id: CIS-5.1.10
-- title: Few subjects can reach kubelets through nodes/proxy
-- section: 5.1 RBAC and service accounts
-- severity: critical
-- level: 1
-- type: manual
-- profile: policies
-- scope: cluster
-- assets: |
--   SELECT binding_kind AS kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_bindings GROUP BY binding_kind, namespace, name
-- why: |
--   nodes/proxy is a connection to the kubelet with the API server's own rights: exec into every
--   container of the node, past admission control and without a line in the audit log that says
--   what was run. get is enough for that.
-- fix: |
--   {{if .rule}}Take nodes/proxy out of {{.rule}} of {{.actual}}, or bind {{.subject}} to a role without it.
--   {{- else}}Bind {{.subject}} to a role of its own: {{.actual}}, which Kubernetes ships, holds this and more.{{end}}
--   What reads metrics or logs of kubelets needs nodes/metrics, nodes/stats or nodes/log; from Kubernetes 1.33 on nodes/configz, nodes/healthz and nodes/pods are rights of their own too.
--   {{if .only_subject}}If {{.subject}} needs none of it, delete {{.kind}} {{.name}}.{{else}}If {{.subject}} needs none of it, take it out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl edit {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.10
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
-- aliases: [C-0279, KSV-0047]
-- pass:
--   - name: the finer rights, proxies of other things, and the API server itself
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: metrics}
--       rules:
--         - {apiGroups: [""], resources: [nodes/metrics, nodes/stats, nodes], verbs: [get, list]}
--         - {apiGroups: [""], resources: [services/proxy, pods/proxy], verbs: [get]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: metrics}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: metrics}
--       subjects: [{kind: ServiceAccount, name: agent, namespace: monitoring}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: kubelet-api}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:kubelet-api-admin"}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:kube-apiserver"}]
--   - name: nodes/*, which RBAC takes for nothing, and the same resource of another API
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: none}
--       rules: [{apiGroups: [""], resources: ["nodes/*"], verbs: ["*"]}, {apiGroups: [example.org], resources: ["*"], verbs: ["*"]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: none}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: none}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "ops"}]
-- fail:
--   - name: reading suffices, one node suffices, and so does any proxy
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: agent}
--       rules:
--         - {apiGroups: [""], resources: [nodes/proxy], verbs: [get]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: agent}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: agent}
--       subjects: [{kind: ServiceAccount, name: agent, namespace: monitoring}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: one}
--       rules:
--         - {apiGroups: [""], resources: ["*/proxy"], resourceNames: [node-1], verbs: [create]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: one}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: one}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: debuggers}]
--     rows:
--       - {kind: ClusterRoleBinding, name: agent, subject: agent, verbs: get, only: ""}
--       - {kind: ClusterRoleBinding, name: one, subject: debuggers, verbs: create, only: '["node-1"]'}
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

-- Nodes are in no namespace, so that only a ClusterRoleBinding grants them. resourceNames
-- leave one node, which is no less a node.
-- Roles that Kubernetes ships are named, since manifests do not hold them.
WITH rights AS (
  SELECT r.role_kind AS role_kind, r.role_namespace AS role_namespace, r.role AS role,
    r.path AS path, group_concat(DISTINCT v.value) AS verbs, r.resource_names AS only
  FROM k8s_rbac_rules r, json_each(r.verbs) v, json_each(r.api_groups) g, json_each(r.resources) x
  WHERE v.value IN ('*', 'get', 'create', 'update', 'patch', 'delete') AND g.value IN ('*', '') AND x.value IN ('*', 'nodes/proxy', '*/proxy')
  GROUP BY r.role_kind, r.role_namespace, r.role, r.path
  UNION ALL
  SELECT 'ClusterRole', NULL, shipped.name, NULL, NULL, NULL
  FROM (SELECT 'cluster-admin' AS name UNION ALL SELECT 'system:kubelet-api-admin') shipped),
able AS (
  SELECT role_kind, role_namespace, role, max(path) AS path, max(verbs) AS verbs,
    CASE WHEN count(only) = count(path) THEN max(only) END AS only
  FROM rights GROUP BY role_kind, role_namespace, role)
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.role_kind || '/' || b.role AS actual, 'a role without nodes/proxy' AS expected,
  b.subject_kind AS subject_kind, b.subject_namespace AS subject_namespace, b.subject AS subject, b.scope AS scope,
  a.path AS rule, replace(a.verbs, ',', ', ') AS verbs, a.only AS only,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
JOIN able a ON a.role_kind = b.role_kind AND a.role = b.role AND a.role_namespace IS b.role_namespace
WHERE NOT b.subject_is_system
  AND b.binding_kind = 'ClusterRoleBinding'
  AND NOT (b.binding_kind = 'ClusterRoleBinding' AND b.name = 'kubeadm:cluster-admins' AND b.subject_kind = 'Group' AND b.subject = 'kubeadm:cluster-admins');
