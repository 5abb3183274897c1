-- id: NSA-22
-- title: No LimitRange policy
-- section: Network separation and hardening
-- severity: low
-- scope: namespace
-- assets: SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces WHERE NOT implied
-- why: |
--   A LimitRange gives a limit to the containers whose authors set none, and refuses the ones
--   that ask for too much. Without one, a single forgotten line in a manifest makes a pod that
--   may use up its node.
-- fix: |
--   Apply the LimitRange below, with amounts that suit the namespace: kubectl top pod -n {{.name}} --containers shows what is used.
--   It holds for pods created from then on. Add max to refuse containers that ask for more.
-- manifest:
--   - apiVersion: v1
--     kind: LimitRange
--     metadata: {name: container-defaults, namespace: "{{.name}}"}
--     spec:
--       limits:
--         - type: Container
--           defaultRequest: {cpu: 100m, memory: 128Mi}
--           default: {cpu: 500m, memory: 512Mi}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, resource policies
--   - https://kubernetes.io/docs/concepts/policy/limit-range/
-- aliases: [KSV-0039]
-- pass:
--   - name: a default for containers, and a max for pods
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: LimitRange
--       metadata: {name: containers, namespace: shop}
--       spec: {limits: [{type: Container, default: {memory: 512Mi}}]}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: v1
--       kind: LimitRange
--       metadata: {name: pods, namespace: pay}
--       spec: {limits: [{type: PersistentVolumeClaim, max: {storage: 1Gi}}, {type: Pod, max: {cpu: "2"}}]}
--   - name: system namespaces are exempt, namespaces that are only mentioned are not judged
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: kube-system}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: LimitRange
--       metadata: {name: containers, namespace: shop}
--       spec: {limits: [{type: Container, max: {cpu: "2"}}]}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: elsewhere}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: several, of which one bounds containers
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: LimitRange
--       metadata: {name: a, namespace: shop}
--       spec: {limits: [{type: PersistentVolumeClaim, max: {storage: 1Gi}}]}
--       ---
--       apiVersion: v1
--       kind: LimitRange
--       metadata: {name: b, namespace: shop}
--       spec: {limits: [{type: Container, max: {memory: 1Gi}}]}
-- fail:
--   - name: none
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--     rows:
--       - {kind: Namespace, namespace: "", name: shop, path: LimitRange, actual: unset, limit_ranges: 0, missing: "default, defaultRequest, max, min of cpu; default, defaultRequest, max, min of memory"}
--   - name: volumes, minimums, requests and other resources bound no container
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: LimitRange
--       metadata: {name: a, namespace: shop}
--       spec: {limits: [{type: PersistentVolumeClaim, max: {storage: 1Gi}}, {type: Container, min: {cpu: 10m, memory: 1Mi}, defaultRequest: {cpu: 100m}}]}
--       ---
--       apiVersion: v1
--       kind: LimitRange
--       metadata: {name: b, namespace: shop}
--       spec: {limits: [{type: Container, max: {ephemeral-storage: 1Gi}}]}
--     rows:
--       - {name: shop, limit_ranges: 2, actual: "no default and no max of cpu or memory", missing: "default, max of cpu; default, defaultRequest, max of memory"}

-- A max or a default of ephemeral-storage alone does not count: it bounds neither CPU nor
-- memory, which is what the rule is about.
WITH ranges AS (
  SELECT namespace, count(DISTINCT name) AS limit_ranges,
    max(limit_type IN ('Container', 'Pod') AND resource IN ('cpu', 'memory') AND coalesce(default_limit, max) IS NOT NULL) AS bounds,
    max(resource = 'cpu' AND default_limit IS NOT NULL) AS cpu_default, max(resource = 'cpu' AND default_request IS NOT NULL) AS cpu_request,
    max(resource = 'cpu' AND max IS NOT NULL) AS cpu_max, max(resource = 'cpu' AND min IS NOT NULL) AS cpu_min,
    max(resource = 'memory' AND default_limit IS NOT NULL) AS memory_default, max(resource = 'memory' AND default_request IS NOT NULL) AS memory_request,
    max(resource = 'memory' AND max IS NOT NULL) AS memory_max, max(resource = 'memory' AND min IS NOT NULL) AS memory_min
  FROM k8s_limit_ranges GROUP BY namespace)
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name, 'LimitRange' AS path,
  CASE WHEN r.limit_ranges > 0 THEN 'no default and no max of cpu or memory' ELSE 'unset' END AS actual,
  'a default or a max of cpu or memory' AS expected,
  coalesce(r.limit_ranges, 0) AS limit_ranges,
  substr(iif(r.cpu_default IS 1, '', ', default') || iif(r.cpu_request IS 1, '', ', defaultRequest')
    || iif(r.cpu_max IS 1, '', ', max') || iif(r.cpu_min IS 1, '', ', min'), 3) || ' of cpu; '
  || substr(iif(r.memory_default IS 1, '', ', default') || iif(r.memory_request IS 1, '', ', defaultRequest')
    || iif(r.memory_max IS 1, '', ', max') || iif(r.memory_min IS 1, '', ', min'), 3) || ' of memory' AS missing,
  n.pod_count AS pods_here, n.file AS file, n.line AS line
FROM k8s_namespaces n
LEFT JOIN ranges r ON r.namespace = n.name
WHERE NOT n.implied AND NOT n.is_system AND r.bounds IS NOT 1;
