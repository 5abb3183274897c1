-- id: CIS-5.6.1
-- title: Namespaces separate applications and teams
-- section: 5.6 General policies
-- severity: low
-- verdict: review
-- level: 1
-- type: manual
-- profile: policies
-- scope: namespace
-- assets: SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces
-- why: |
--   Rights, quotas, pod security and network policies are given to namespaces. Applications that
--   share one share all of these, and a Role for the team of one is a Role over the other.
--   Whether a boundary is in the right place is for people to judge: shown are namespaces that
--   hold several applications by their labels, and workloads in default.
-- fix: |
--   {{if .applications}}Look whether {{.applications}} belong together. If different people own them, give each a namespace of its own, with its own Roles,
--   ResourceQuota and NetworkPolicy.{{else}}Give the workloads of default a namespace that has an owner; default has none.{{end}}
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.6.1
--   - https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
-- aliases: [C-0209]
-- pass:
--   - name: one application a namespace, some without a label
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: a, namespace: shop, labels: {app.kubernetes.io/part-of: shop}}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: b, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
-- fail:
--   - name: two applications in one, and workloads in default
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: default}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: a, namespace: shop, labels: {app.kubernetes.io/part-of: shop}}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: b, namespace: shop, labels: {app.kubernetes.io/part-of: blog}}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: c, namespace: default}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
--     rows:
--       - {kind: Namespace, name: shop, applications: "blog, shop", actual: 2 applications}
--       - {name: default, actual: 1 workloads in default}
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name, 'metadata.name' AS path,
  count(DISTINCT p.part) || ' applications' AS actual, 'one application, or one owner' AS expected,
  (SELECT group_concat(part, ', ') FROM (SELECT DISTINCT labels ->> '$."app.kubernetes.io/part-of"' AS part FROM k8s_pod_specs
    WHERE judged AND namespace = n.name AND labels ->> '$."app.kubernetes.io/part-of"' IS NOT NULL ORDER BY 1)) AS applications,
  n.file AS file, n.line AS line
FROM k8s_namespaces n
JOIN (SELECT namespace, labels ->> '$."app.kubernetes.io/part-of"' AS part FROM k8s_pod_specs WHERE judged) p ON p.namespace = n.name
WHERE n.exempt IS NULL AND p.part IS NOT NULL
GROUP BY n.name HAVING count(DISTINCT p.part) > 1
UNION ALL
SELECT
  'Namespace', NULL, n.name, 'metadata.name', count(DISTINCT p.asset_kind || p.asset_name) || ' workloads in default', 'a namespace with an owner', NULL, n.file, n.line
FROM k8s_namespaces n JOIN k8s_pod_specs p ON p.namespace = n.name AND p.judged
WHERE n.name = 'default'
GROUP BY n.name;
