-- id: CIS-5.1.7
-- title: The group system:masters is not used
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
--   The API server lets system:masters do everything before it asks any authorizer: no role, no
--   webhook and no policy limits its members, and nobody can be thrown out of it, since
--   membership is written into a client certificate until that expires. What is seen here are
--   bindings that name the group; certificates that name it have to be looked for where they are
--   issued.
-- fix: |
--   Bind {{.actual}} to a group of your own instead of system:masters, {{if .only_subject}}then delete {{.kind}} {{.name}}.{{else}}then take system:masters out of subjects of {{.kind}} {{.name}}.{{end}}
--   Look for certificates with O=system:masters too: admin.conf before Kubernetes 1.29 and super-admin.conf since hold one.
--     openssl x509 -noout -subject -enddate -in CERTIFICATE
--   Give people who administrate kubeadm:cluster-admins (kubeadm) or a group of the identity provider, bound to cluster-admin,
--   which can be revoked; keep the system:masters certificate offline.
-- command: "kubectl {{if .only_subject}}delete{{else}}edit{{end}} {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.7
--   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
-- aliases: [C-0246, KSV-0123]
-- pass:
--   - name: the binding that Kubernetes ships, and a group of one's own
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: cluster-admin}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: ops}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}]
-- fail:
--   - name: another binding that names it
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: owners, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: masters}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
--     rows:
--       - {kind: RoleBinding, namespace: shop, name: owners, path: "subjects[1]", actual: ClusterRole/admin, only_subject: ""}
--       - {kind: ClusterRoleBinding, name: masters, actual: ClusterRole/view, only_subject: "true"}
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.role_kind || '/' || b.role AS actual, 'a group that can be left' AS expected,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
WHERE b.subject_kind = 'Group' AND b.subject = 'system:masters'
  AND NOT (b.binding_kind = 'ClusterRoleBinding' AND b.name = 'cluster-admin' AND b.role = 'cluster-admin');
