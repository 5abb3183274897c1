-- id: NSA-61
-- title: Rights for all users or all service accounts
-- section: Authentication and authorization
-- severity: high
-- scope: cluster
-- assets: |
--   SELECT binding_kind AS kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_bindings GROUP BY binding_kind, namespace, name
-- why: |
--   These groups hold everyone who can log in, or every pod that has a token, those of tomorrow
--   included: a cloud account of another project may count as a login, and so does the token of
--   the least important pod. No review of who needs what survives such a binding.
-- fix: |
--   Find out who uses {{.role}}: the audit log names the users behind {{.actual}}.
--   Bind it to these service accounts, or to a group of your identity provider, then
--   {{if .only_subject}}delete {{.kind}} {{.name}}.{{else}}take {{.actual}} out of subjects of {{.kind}} {{.name}}.{{end}}
-- command: "kubectl {{if .only_subject}}delete{{else}}edit{{end}} {{.kind}}/{{.name}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, role-based access control
--   - https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
-- aliases: [C-0265, KSV-01011]
-- pass:
--   - name: what Kubernetes ships, and groups of one's own
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: "system:basic-user", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:basic-user"}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: "system:service-account-issuer-discovery", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:service-account-issuer-discovery"}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: developers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
-- fail:
--   - name: everyone may write, read Secrets, read, or what is not known
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: a-edit}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: secrets}
--       rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: b-secrets}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: secrets}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: nodes}
--       rules: [{apiGroups: [""], resources: [nodes], verbs: [get, list]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: c-nodes}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: nodes}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: d-elsewhere}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: elsewhere}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts:shop"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: events}
--       rules: [{apiGroups: [""], resources: [events], verbs: [create, patch]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: e-events}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: events}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
--     rows:
--       - {kind: ClusterRoleBinding, name: a-edit, path: "subjects[0]", actual: "system:authenticated", role: ClusterRole/edit, allows: taking over, severity: critical}
--       - {name: b-secrets, actual: "system:serviceaccounts", allows: taking over, severity: critical}
--       - {name: c-nodes, allows: reading, severity: medium}
--       - {name: d-elsewhere, actual: "system:serviceaccounts:shop", allows: "", severity: high}
--       - {name: e-events, allows: writing, severity: high}
--   - name: all service accounts of a namespace, within it
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: reader, namespace: shop}
--       rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: readers, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts:shop"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: editors, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts:shop"}]
--     rows:
--       - {kind: RoleBinding, namespace: shop, name: readers, severity: low}
--       - {kind: RoleBinding, namespace: shop, name: editors, severity: medium}
--   - name: the name of a shipped binding for another role
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: "system:discovery", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
--     rows:
--       - {name: "system:discovery", role: ClusterRole/view, severity: medium}

-- All service accounts of a namespace, bound within it, are of low severity, and of
-- medium where the role lets them take the namespace over. Another binding of
-- a role that everyone holds as it is changes nothing: low.
WITH found AS (
  SELECT b.binding_kind, b.namespace, b.name, b.path, b.role_kind, b.role, b.subject, b.scope, b.file, b.line,
    b.binding_kind = 'RoleBinding' AND b.subject = 'system:serviceaccounts:' || b.namespace AS within,
    CASE
      WHEN b.role_kind = 'ClusterRole' AND b.role IN ('cluster-admin', 'admin', 'edit') THEN 'taking over'
      WHEN b.role_kind = 'ClusterRole' AND b.role = 'view' THEN 'reading'
      ELSE (SELECT CASE max(CASE
          WHEN EXISTS (SELECT 1 FROM json_each(r.verbs) v, json_each(r.resources) x WHERE
            v.value IN ('bind', 'escalate', 'impersonate')
            OR v.value IN ('*', 'get', 'list', 'watch') AND x.value IN ('*', 'secrets')
            OR v.value IN ('*', 'create', 'get') AND x.value IN ('pods/exec', 'pods/attach', '*/exec', '*/attach', 'nodes/proxy', '*/proxy', 'serviceaccounts/token', '*/token')
            OR v.value IN ('*', 'create', 'update', 'patch') AND x.value IN ('*', 'pods', 'pods/ephemeralcontainers', 'replicationcontrollers',
              'deployments', 'daemonsets', 'statefulsets', 'replicasets', 'jobs', 'cronjobs')) THEN 3
          WHEN EXISTS (SELECT 1 FROM json_each(r.verbs) v WHERE v.value NOT IN ('get', 'list', 'watch')) THEN 2
          ELSE 1
        END) WHEN 3 THEN 'taking over' WHEN 2 THEN 'writing' WHEN 1 THEN 'reading' END
        FROM k8s_rbac_rules r WHERE r.role_kind = b.role_kind AND r.role = b.role AND r.role_namespace IS b.role_namespace)
    END AS allows
  FROM k8s_rbac_bindings b
  WHERE b.subject_kind = 'Group'
    AND (b.subject IN ('system:authenticated', 'system:serviceaccounts') OR b.subject LIKE 'system:serviceaccounts:%')
    AND NOT (b.binding_kind = 'ClusterRoleBinding' AND b.role_kind = 'ClusterRole' AND b.name = b.role
      AND b.name IN ('system:basic-user', 'system:discovery', 'system:public-info-viewer', 'system:service-account-issuer-discovery',
        'system:cluster-trust-bundle-discovery')))
SELECT
  f.binding_kind AS kind, f.namespace AS namespace, f.name AS name, f.path AS path,
  f.subject AS actual, 'the subjects that need it' AS expected,
  CASE
    WHEN f.within THEN CASE WHEN f.allows IS 'taking over' THEN 'medium' ELSE 'low' END
    WHEN f.role_kind = 'ClusterRole' AND f.role IN ('system:basic-user', 'system:discovery', 'system:public-info-viewer') THEN 'low'
    WHEN f.allows = 'taking over' THEN 'critical'
    WHEN f.allows = 'reading' THEN 'medium'
    ELSE 'high'
  END AS severity,
  f.role_kind || '/' || f.role AS role, f.allows AS allows, f.scope AS scope,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = f.name AND o.binding_kind = f.binding_kind AND o.namespace IS f.namespace AND o.path <> f.path)
    THEN 'true' END AS only_subject,
  f.file AS file, f.line AS line
FROM found f;
