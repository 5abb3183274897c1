-- id: CIS-GKE-4.1.10
-- title: Nothing is bound to system:authenticated but what Kubernetes ships
-- section: 4.1 RBAC and service accounts
-- severity: high
-- level: 1
-- type: automated
-- profile: policies
-- scope: cluster
-- assets: |
--   SELECT binding_kind AS kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_bindings GROUP BY binding_kind, namespace, name
-- why: |
--   On GKE everybody with a Google account counts as authenticated, also those outside of your
--   organization. Rights of this group are rights of the world.
-- fix: |
--   Find out who uses {{.role}}, and bind it to a group or a service account instead. Then
--   {{if .only_subject}}delete {{.kind}} {{.name}}.{{else}}take {{.actual}} out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl {{if .only_subject}}delete{{else}}edit{{end}} {{.kind}} {{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - CIS Google Kubernetes Engine (GKE) Benchmark v1.9.0, 4.1.10
--   - https://cloud.google.com/kubernetes-engine/docs/best-practices/rbac#default-roles-groups
-- pass:
--   - name: what Kubernetes ships, and groups of one's own
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: "system:public-info-viewer", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:public-info-viewer"}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: developers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
-- fail:
--   - name: a role for everybody
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: everybody}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: readers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
--     rows:
--       - {kind: ClusterRoleBinding, name: everybody, path: "subjects[0]", actual: "system:authenticated", only_subject: "true"}
--       - {kind: RoleBinding, namespace: shop, name: readers, path: "subjects[1]", only_subject: ""}
SELECT
  b.binding_kind AS kind, b.namespace AS namespace, b.name AS name, b.path AS path,
  b.subject AS actual, 'subjects that are known by name' AS expected, b.role_kind || '/' || b.role AS role,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = b.name AND o.binding_kind = b.binding_kind AND o.namespace IS b.namespace AND o.path <> b.path)
    THEN 'true' END AS only_subject,
  b.file AS file, b.line AS line
FROM k8s_rbac_bindings b
WHERE b.subject_kind = 'Group' AND b.subject = 'system:authenticated' AND NOT b.binding_is_default;
