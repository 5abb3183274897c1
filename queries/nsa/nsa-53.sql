-- id: NSA-53
-- title: Permissions for anonymous principals
-- section: Authentication and authorization
-- severity: critical
-- scope: cluster
-- assets: |
--   SELECT binding_kind AS kind, namespace, name, CASE WHEN min(subject_is_system) = 1 THEN 'system' END AS exempt
--   FROM k8s_rbac_bindings GROUP BY binding_kind, namespace, name
-- why: |
--   These rights need no login: whoever can open a connection to the API server has them, from
--   a pod, a laptop, or the internet where the server is reachable from there. Clusters with
--   such bindings are found by scanning, and taken over within hours.
-- fix: |
--   {{if .widened}}Take out of {{.role}} what was added: {{.widened}}.
--   {{- else if .only_subject}}Delete {{.kind}} {{.name}}.{{else}}Take {{.subject}} out of subjects of {{.kind}} {{.name}}.{{end}}
--   If something has to be read without a login (a load balancer's health check), Kubernetes ships
--   system:public-info-viewer, which covers /healthz, /livez, /readyz and /version alone; everything else gets a
--   service account and a token.
-- command: "kubectl {{if .widened}}edit {{.role}}{{else if .only_subject}}delete {{.kind}}/{{.name}}{{else}}edit {{.kind}}/{{.name}}{{end}}{{if .namespace}} -n {{.namespace}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, authentication
--   - https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests
-- aliases: [C-0262, KSV-0122]
-- pass:
--   - name: the bindings that Kubernetes and kubeadm ship, and everyone with a login
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: "system:public-info-viewer", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       rules: [{nonResourceURLs: [/healthz, /livez, /readyz, /version, /version/], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: "system:public-info-viewer", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:public-info-viewer"}
--       subjects:
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: "kubeadm:bootstrap-signer-clusterinfo", namespace: kube-public}
--       rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [cluster-info], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: "kubeadm:bootstrap-signer-clusterinfo", namespace: kube-public}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "kubeadm:bootstrap-signer-clusterinfo"}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:anonymous"}]
-- fail:
--   - name: the user and the group, in the cluster and in one namespace
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: open}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:anonymous"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: reader, namespace: shop}
--       rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: open, namespace: shop}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
--       subjects:
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}
--         - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}
--     rows:
--       - {kind: ClusterRoleBinding, name: open, path: "subjects[0]", actual: "system:anonymous", role: ClusterRole/cluster-admin, only_subject: "true", severity: critical}
--       - {kind: RoleBinding, namespace: shop, name: open, path: "subjects[1]", actual: "system:unauthenticated", role: Role/reader, allows: '["get","list"] on ["configmaps"]', severity: critical}
--   - name: a shipped role that was widened
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: "system:public-info-viewer", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       rules:
--         - {nonResourceURLs: [/healthz, /livez, /readyz, /version, /version/], verbs: [get]}
--         - {apiGroups: [""], resources: [secrets], verbs: [get]}
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: "system:public-info-viewer", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:public-info-viewer"}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: Role
--       metadata: {name: "kubeadm:bootstrap-signer-clusterinfo", namespace: kube-public}
--       rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: RoleBinding
--       metadata: {name: "kubeadm:bootstrap-signer-clusterinfo", namespace: kube-public}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "kubeadm:bootstrap-signer-clusterinfo"}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:anonymous"}]
--     rows:
--       - {kind: ClusterRoleBinding, name: "system:public-info-viewer", reason: a shipped role that was widened, widened: '["get"] on ["secrets"]'}
--       - {kind: RoleBinding, name: "kubeadm:bootstrap-signer-clusterinfo", reason: a shipped role that was widened}
--   - name: the name of a shipped binding for another role, and paths alone, which weigh less
--     objects: |
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: "system:public-info-viewer"}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRole
--       metadata: {name: issuer}
--       rules: [{nonResourceURLs: [/.well-known/openid-configuration, /openid/v1/jwks], verbs: [get]}]
--       ---
--       apiVersion: rbac.authorization.k8s.io/v1
--       kind: ClusterRoleBinding
--       metadata: {name: issuer}
--       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: issuer}
--       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}]
--     rows:
--       - {name: "system:public-info-viewer", severity: critical}
--       - {name: issuer, severity: medium}

-- A role that allows nothing but to get some URLs outside the resources is of medium
-- severity: publishing the keys of the token issuer in this way is common, and on purpose.
WITH found AS (
  SELECT binding_kind, namespace, name, path, role_kind, role_namespace, role, subject_kind, subject, scope, file, line,
    binding_kind = 'ClusterRoleBinding' AND name = 'system:public-info-viewer' AND role_kind = 'ClusterRole' AND role = name
    OR binding_kind = 'RoleBinding' AND name = 'kubeadm:bootstrap-signer-clusterinfo' AND namespace = 'kube-public' AND role_kind = 'Role' AND role = name AS shipped
  FROM k8s_rbac_bindings
  WHERE subject_kind = 'User' AND subject = 'system:anonymous' OR subject_kind = 'Group' AND subject = 'system:unauthenticated'),
weighed AS (
  SELECT f.*, r.*
  FROM found f
  LEFT JOIN (
    SELECT role_kind AS rk, role_namespace AS rn, role AS ro,
      group_concat(verbs || ' on ' || coalesce(resources, non_resource_urls, '[]'), '; ') AS allows,
      min(non_resource_urls IS NOT NULL AND verbs = '["get"]') AS urls_only,
      group_concat(CASE WHEN CASE role
        WHEN 'system:public-info-viewer' THEN non_resource_urls IS NULL OR verbs <> '["get"]'
          OR EXISTS (SELECT 1 FROM json_each(non_resource_urls) WHERE value NOT IN ('/healthz', '/livez', '/readyz', '/version', '/version/'))
        ELSE coalesce(resources, '') <> '["configmaps"]' OR verbs <> '["get"]' OR coalesce(resource_names, '') <> '["cluster-info"]'
      END THEN verbs || ' on ' || coalesce(resources, non_resource_urls, '[]') END, '; ') AS widened
    FROM k8s_rbac_rules GROUP BY role_kind, role_namespace, role) r
    ON r.rk = f.role_kind AND r.ro = f.role AND r.rn IS f.role_namespace
  WHERE NOT f.shipped OR r.widened IS NOT NULL)
SELECT
  w.binding_kind AS kind, w.namespace AS namespace, w.name AS name, w.path AS path,
  w.subject AS actual, 'subjects that have logged in' AS expected,
  CASE WHEN w.urls_only = 1 AND NOT w.shipped THEN 'medium' ELSE 'critical' END AS severity,
  CASE WHEN w.shipped THEN 'a shipped role that was widened' ELSE 'no login needed' END AS reason,
  w.subject AS subject, w.role_kind || '/' || w.role AS role, w.allows AS allows, CASE WHEN w.shipped THEN w.widened END AS widened, w.scope AS scope,
  CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_rbac_bindings o WHERE o.name = w.name AND o.binding_kind = w.binding_kind AND o.namespace IS w.namespace AND o.path <> w.path)
    THEN 'true' END AS only_subject,
  w.file AS file, w.line AS line
FROM weighed w;
