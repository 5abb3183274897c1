-- id: NSA-62
-- title: Default service account has permissions
-- section: Authentication and authorization
-- severity: medium
-- scope: cluster
-- assets: |
--   SELECT binding_kind AS kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_bindings GROUP BY binding_kind, namespace, name
-- why: |
--   Every pod that names no account runs as default. Rights given to it for one application go
--   to all of those, today's and the ones deployed next year by people who never heard of the
--   binding.
-- fix: |
--   Give the pods that use {{.actual}} an account of their own in namespace {{.account_namespace}} (kubectl create serviceaccount),
--   set it as serviceAccountName in their template, and bind {{.role}} to it. Then
--   {{if .only_subject}}delete {{.kind}} {{.name}}.{{else}}take {{.actual}} out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl {{if .only_subject}}delete{{else}}edit{{end}} {{.kind}}/{{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, authentication
--   - https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts
-- aliases: [CIS-5.1.5, C-0189, C-0225]
-- pass:
--   - name: accounts of their own, and another user with the same ending
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: web, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects:
--         - {kind: ServiceAccount, name: web, namespace: shop}
--         - {apiGroup: rbac.authorization.k8s.io, kind: User, name: default}
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: default}
--   - name: the default account of kube-system is a part of the cluster, shown and not counted
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: addons}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{kind: ServiceAccount, name: default, namespace: kube-system}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: web, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
-- fail:
--   - name: as account and as user, with the pods that run as it
--     objects: |
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: default, namespace: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: web, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: pay}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects:
--         - {kind: ServiceAccount, name: web, namespace: pay}
--         - {apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:serviceaccount:pay:default"}
--     rows:
--       - {kind: RoleBinding, namespace: shop, name: web, path: "subjects[0]", actual: shop/default, role: ClusterRole/view, scope: shop, pods_using: 1, only_subject: "true"}
--       - {kind: ClusterRoleBinding, name: pay, path: "subjects[1]", actual: pay/default, role: ClusterRole/edit, scope: cluster, only_subject: ""}
WITH found AS (
  SELECT binding_kind, namespace, name, path, role_kind, role, scope, file, line,
    CASE subject_kind WHEN 'ServiceAccount' THEN subject_namespace
      ELSE substr(subject, 23, length(subject) - 30) END AS account_namespace
  FROM k8s_rbac_bindings
  WHERE subject_kind = 'ServiceAccount' AND subject = 'default'
    OR subject_kind = 'User' AND subject LIKE 'system:serviceaccount:%:default')
SELECT
  f.binding_kind AS kind, f.namespace AS namespace, f.name AS name, f.path AS path,
  f.account_namespace || '/default' AS actual, 'an account of its own' AS expected,
  f.role_kind || '/' || f.role AS role, f.scope AS scope, f.account_namespace AS account_namespace, a.pods_using AS pods_using,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = f.name AND o.binding_kind = f.binding_kind AND o.namespace IS f.namespace AND o.path <> f.path)
    THEN 'true' END AS only_subject,
  f.file AS file, f.line AS line
FROM found f
LEFT JOIN k8s_service_accounts a ON a.namespace = f.account_namespace AND a.name = 'default';
