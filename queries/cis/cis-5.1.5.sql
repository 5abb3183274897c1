-- id: CIS-5.1.5
-- title: Default service accounts are not used
-- section: 5.1 RBAC and service accounts
-- severity: medium
-- level: 1
-- type: manual
-- profile: policies
-- scope: cluster
-- assets: SELECT 'ServiceAccount' AS kind, namespace, name, exempt FROM k8s_service_accounts WHERE is_default
-- why: |
--   Pods that name no service account run as default. When that account has rights, or hands its
--   token to every pod, an application gets a login to the cluster that nobody decided to give
--   it. An account for each application makes rights visible and takes them back without
--   breaking others.
-- fix: |
--   {{if eq .reason "bound"}}Give the pods of namespace {{.namespace}} that need {{.actual}} a service account of their own, bind that, and take default out of the binding.
--   {{- else}}Let default hand out no token: a pod that needs one names an account of its own.
--     kubectl patch serviceaccount default -n {{.namespace}} -p '{"automountServiceAccountToken": false}'{{end}}
-- command: "{{if eq .reason \"automount\"}}kubectl patch serviceaccount default -n {{.namespace}} -p '{\"automountServiceAccountToken\": false}'{{else}}kubectl edit {{.binding_kind}} {{.binding}}{{if .binding_namespace}} -n {{.binding_namespace}}{{end}}{{end}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.1.5
--   - https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
-- aliases: [C-0189]
-- pass:
--   - name: no token and no binding; other accounts are another matter
--     objects: |
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: default, namespace: shop}
--       automountServiceAccountToken: false
--       ---
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: web, namespace: shop}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: web, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
--   - name: the default account of kube-system is a part of the cluster, shown and not counted
--     objects: |
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: default, namespace: kube-system}
--       ---
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: default, namespace: shop}
--       automountServiceAccountToken: false
-- fail:
--   - name: the token is mounted when the field is unset, and when it is true
--     objects: |
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: default, namespace: shop}
--       ---
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: default, namespace: web}
--       automountServiceAccountToken: true
--     rows:
--       - {kind: ServiceAccount, namespace: shop, name: default, path: automountServiceAccountToken, actual: unset, expected: "false", reason: automount}
--       - {namespace: web, actual: "true"}
--   - name: rights, by its own name and as a user
--     objects: |
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: default, namespace: shop}
--       automountServiceAccountToken: false
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: rights, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: more}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:serviceaccount:shop:default"}]
--     rows:
--       - {kind: ServiceAccount, namespace: shop, name: default, path: metadata.name, actual: RoleBinding/shop/rights to ClusterRole/view, expected: no rights, reason: bound}
--       - {actual: ClusterRoleBinding/more to ClusterRole/edit}
SELECT
  'ServiceAccount' AS kind, namespace, name, 'automountServiceAccountToken' AS path,
  iif(automount_sa_token IS NULL, 'unset', 'true') AS actual, 'false' AS expected, 'automount' AS reason,
  NULL AS binding_kind, NULL AS binding_namespace, NULL AS binding, file, line
FROM k8s_service_accounts
WHERE is_default AND automount_sa_token IS NOT 0
UNION ALL
SELECT
  'ServiceAccount', a.namespace, a.name, 'metadata.name',
  b.binding_kind || '/' || coalesce(b.namespace || '/', '') || b.name || ' to ' || b.role_kind || '/' || b.role, 'no rights', 'bound',
  b.binding_kind, b.namespace, b.name, a.file, a.line
FROM k8s_service_accounts a
JOIN k8s_rbac_bindings b ON b.subject = 'default' AND b.subject_kind = 'ServiceAccount' AND b.subject_namespace = a.namespace
  OR b.subject_kind = 'User' AND b.subject = 'system:serviceaccount:' || a.namespace || ':default'
WHERE a.is_default;
