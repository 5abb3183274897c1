-- id: CIS-5.1.1
-- title: cluster-admin is bound only where it is needed
-- section: 5.1 RBAC and service accounts
-- severity: high
-- level: 1
-- type: manual
-- profile: policies
-- scope: cluster
-- assets: |
--   SELECT binding_kind AS kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_bindings WHERE binding_kind = 'ClusterRoleBinding' GROUP BY binding_kind, namespace, name
-- why: |
--   cluster-admin may do anything to everything, and no policy of the cluster holds for who can
--   change the policies. Each binding to it is one login, or one stolen token, away from the
--   loss of the cluster; roles with fewer rights serve nearly every purpose.
-- fix: |
--   See in the audit log what {{.subject}} does, and bind it to a role with just that: view, edit or admin by a RoleBinding in its
--   namespaces, or a ClusterRole of its own. Then {{if .only_subject}}delete {{.kind}} {{.name}}.{{else}}take it out of subjects of {{.kind}} {{.name}}.{{end}}
--   Keep cluster-admin for a group that few people enter, for a short time and in emergencies; NSA-56 finds roles that are its equal.
-- command: "kubectl {{if .only_subject}}delete{{else}}edit{{end}} {{.kind}} {{.name}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.1
--   - https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
-- aliases: [C-0185, KSV-0111]
-- pass:
--   - name: what Kubernetes and kubeadm ship, another role, and one namespace
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: cluster-admin}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: "kubeadm:cluster-admins"}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "kubeadm:cluster-admins"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: viewers}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: owners, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
-- fail:
--   - name: a group and a service account
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: ops}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}, {kind: ServiceAccount, name: deployer, namespace: ci}]
--     rows:
--       - {kind: ClusterRoleBinding, name: ops, path: "subjects[0]", actual: ClusterRole/cluster-admin, subject: ops, only_subject: ""}
--       - {path: "subjects[1]", subject_kind: ServiceAccount, subject_namespace: ci, subject: deployer}
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.role_kind || '/' || b.role AS actual, 'a role with the rights that are used' AS expected,
  b.subject_kind AS subject_kind, b.subject_namespace AS subject_namespace, b.subject AS subject,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
WHERE b.binding_kind = 'ClusterRoleBinding' AND b.role_kind = 'ClusterRole' AND b.role = 'cluster-admin' AND NOT b.subject_is_system
  AND NOT (b.name = 'kubeadm:cluster-admins' AND b.subject_kind = 'Group' AND b.subject = 'kubeadm:cluster-admins');
