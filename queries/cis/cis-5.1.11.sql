-- id: CIS-5.1.11
-- title: Few subjects can approve certificate signing requests
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
--   An approved request becomes a client certificate of any user and group that it names, valid
--   until it expires: nothing takes it back. Who approves can log in as anybody they like.
-- fix: |
--   {{if .rule}}Take update and patch on certificatesigningrequests/approval out of {{.rule}} of {{.actual}}, or bind {{.subject}} to a role without it.
--   {{- else}}Bind {{.subject}} to a role of its own: {{.actual}}, which Kubernetes ships, holds this and more.{{end}}
--   Approvals belong to the controllers of the signer (kubelet certificates are approved by the controller manager), or to very few people.
--   {{if .only_subject}}If {{.subject}} needs none of it, delete {{.kind}} {{.name}}.{{else}}If {{.subject}} needs none of it, take it out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl edit {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.11
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
-- aliases: [C-0280]
-- pass:
--   - name: asking and reading, and what the controller manager does
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: requester}
--       rules:
--         - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create, get, list, update]}
--         - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [get]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: requester}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: requester}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: approver}
--       rules:
--         - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: approver}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: approver}
--       subjects: [{kind: ServiceAccount, name: certificate-controller, namespace: kube-system}]
--   - name: certificatesigningrequests/*, which RBAC takes for nothing, and the same resource of another API
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: none}
--       rules: [{apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests/*"], verbs: ["*"]}, {apiGroups: [example.org], resources: ["*"], verbs: ["*"]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: none}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: none}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "ops"}]
-- fail:
--   - name: update and patch
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: approver}
--       rules:
--         - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}
--         - {apiGroups: [certificates.k8s.io], resources: [signers], resourceNames: [kubernetes.io/kube-apiserver-client], verbs: [approve]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: approver}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: approver}
--       subjects: [{kind: ServiceAccount, name: approver, namespace: pki}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: patcher}
--       rules:
--         - {apiGroups: ["*"], resources: ["*/approval"], verbs: [patch]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: patcher}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: patcher}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}]
--     rows:
--       - {kind: ClusterRoleBinding, name: approver, subject: approver, verbs: update, signers: '["kubernetes.io/kube-apiserver-client"]'}
--       - {kind: ClusterRoleBinding, name: patcher, subject: ops, verbs: patch, signers: ""}
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

-- An approval takes effect only for signers that the subject may approve for: signers are
-- those that the same role names.
-- Roles that Kubernetes ships are named, since manifests do not hold them.
WITH rights AS (
  SELECT r.role_kind AS role_kind, r.role_namespace AS role_namespace, r.role AS role,
    r.path AS path, group_concat(DISTINCT v.value) AS verbs, r.resource_names AS only
  FROM k8s_rbac_rules r, json_each(r.verbs) v, json_each(r.api_groups) g, json_each(r.resources) x
  WHERE v.value IN ('*', 'update', 'patch') AND g.value IN ('*', 'certificates.k8s.io') AND x.value IN ('*', 'certificatesigningrequests/approval', '*/approval')
  GROUP BY r.role_kind, r.role_namespace, r.role, r.path
  UNION ALL
  SELECT 'ClusterRole', NULL, shipped.name, NULL, NULL, NULL
  FROM (SELECT 'cluster-admin' AS name) shipped),
able AS (
  SELECT role_kind, role_namespace, role, max(path) AS path, max(verbs) AS verbs,
    CASE WHEN count(only) = count(path) THEN max(only) END AS only
  FROM rights GROUP BY role_kind, role_namespace, role)
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.role_kind || '/' || b.role AS actual, 'a role that cannot approve' AS expected,
  b.subject_kind AS subject_kind, b.subject_namespace AS subject_namespace, b.subject AS subject, b.scope AS scope,
  a.path AS rule, replace(a.verbs, ',', ', ') AS verbs, a.only AS only,
  (SELECT max(r.resource_names) FROM k8s_rbac_rules r WHERE r.role_kind = b.role_kind AND r.role = b.role
    AND r.resources LIKE '%"signers"%' AND r.verbs LIKE '%"approve"%') AS signers,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
JOIN able a ON a.role_kind = b.role_kind AND a.role = b.role AND a.role_namespace IS b.role_namespace
WHERE NOT b.subject_is_system
  AND b.binding_kind = 'ClusterRoleBinding'
  AND NOT (b.binding_kind = 'ClusterRoleBinding' AND b.name = 'kubeadm:cluster-admins' AND b.subject_kind = 'Group' AND b.subject = 'kubeadm:cluster-admins');
