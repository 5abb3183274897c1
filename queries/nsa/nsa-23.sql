-- id: NSA-23
-- title: Defining resource quota policies
-- section: Network separation and hardening
-- severity: low
-- scope: namespace
-- assets: SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces WHERE NOT implied
-- why: |
--   A quota is the only bound on what a namespace as a whole may take. Without it a deployment
--   scaled by mistake, or a job that starts itself again and again, fills the nodes that other
--   teams pay for, and an intruder may run as many miners as there is room.
-- fix: |
--   Apply the ResourceQuota below, its amounts set to what the namespace may use at most: kubectl top pod -n {{.name}} shows today's use.
--   It refuses pods that leave out what it bounds: have a LimitRange fill that in first (NSA-22), which this quota then counts.
--   {{- if .scoped}}
--   Quotas with scopes ({{.scoped}}) bound only the pods of these.{{end}}
-- manifest:
--   - apiVersion: v1
--     kind: ResourceQuota
--     metadata: {name: compute, namespace: "{{.name}}"}
--     spec:
--       hard: {requests.cpu: "10", requests.memory: 20Gi, limits.cpu: "20", limits.memory: 40Gi}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, resource policies
--   - https://kubernetes.io/docs/concepts/policy/resource-quotas/
-- aliases: [KSV-0040]
-- pass:
--   - name: requests or limits of both, in one quota or several
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: all, namespace: shop}
--       spec: {hard: {requests.cpu: "4", limits.memory: 8Gi, pods: "20"}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: cpu, namespace: pay}
--       spec: {hard: {cpu: "4"}}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: memory, namespace: pay}
--       spec: {hard: {memory: 8Gi}}
--   - name: system namespaces are exempt, namespaces that are only mentioned are not judged
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: kube-public}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: all, namespace: shop}
--       spec: {hard: {limits.cpu: "4", requests.memory: 8Gi}}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: elsewhere}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: an amount of nought bounds as well, beside a quota for some pods
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: all, namespace: shop}
--       spec: {hard: {limits.cpu: "0", limits.memory: "0"}}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: batch, namespace: shop}
--       spec: {hard: {requests.cpu: "4"}, scopes: [Terminating]}
-- fail:
--   - name: none, and one without amounts
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: none, namespace: pay}
--       spec: {}
--     rows:
--       - {kind: Namespace, namespace: "", name: shop, path: ResourceQuota, actual: unset, quotas: 0, pods_here: 1, missing: "requests.cpu, requests.memory, limits.cpu, limits.memory"}
--       - {name: pay, actual: bounds neither cpu nor memory, quotas: 1}
--   - name: objects or one resource alone
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: objects, namespace: shop}
--       spec: {hard: {pods: "20", services: "5"}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: cpu, namespace: pay}
--       spec: {hard: {requests.cpu: "4", limits.cpu: "8"}}
--     rows:
--       - {name: shop, actual: bounds neither cpu nor memory, bounded: "pods, services", quotas: 1}
--       - {name: pay, actual: does not bound memory, bounded: "limits.cpu, requests.cpu", missing: "requests.memory, limits.memory"}
--   - name: a quota for some pods only
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: batch, namespace: shop}
--       spec: {hard: {requests.cpu: "4", requests.memory: 8Gi}, scopes: [Terminating]}
--       ---
--       apiVersion: v1
--       kind: ResourceQuota
--       metadata: {name: high, namespace: shop}
--       spec: {hard: {limits.cpu: "4"}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high]}]}}
--     rows:
--       - {name: shop, actual: bounds neither cpu nor memory, quotas: 2, scoped: "batch, high"}

-- Quotas whose scopes complete each other (Terminating and NotTerminating) would bound all
-- pods together; we do not count them, and take it as a case for a waiver.
WITH quotas AS (
  SELECT namespace, count(DISTINCT name) AS quotas,
    group_concat(DISTINCT CASE WHEN scoped THEN name END) AS scoped,
    group_concat(CASE WHEN NOT scoped THEN resource END, ', ') AS bounded,
    max(NOT scoped AND resource IN ('cpu', 'requests.cpu', 'limits.cpu')) AS cpu,
    max(NOT scoped AND resource IN ('memory', 'requests.memory', 'limits.memory')) AS memory,
    max(NOT scoped AND resource IN ('cpu', 'requests.cpu')) AS requests_cpu, max(NOT scoped AND resource = 'limits.cpu') AS limits_cpu,
    max(NOT scoped AND resource IN ('memory', 'requests.memory')) AS requests_memory, max(NOT scoped AND resource = 'limits.memory') AS limits_memory
  FROM (SELECT namespace, name, resource, scopes IS NOT NULL OR scope_selector IS NOT NULL AS scoped FROM k8s_resource_quotas ORDER BY namespace, name, resource)
  GROUP BY namespace)
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name, 'ResourceQuota' AS path,
  CASE
    WHEN q.quotas IS NULL THEN 'unset'
    WHEN q.cpu IS NOT 1 AND q.memory IS NOT 1 THEN 'bounds neither cpu nor memory'
    WHEN q.cpu IS NOT 1 THEN 'does not bound cpu'
    ELSE 'does not bound memory'
  END AS actual,
  'bounds cpu and memory' AS expected, coalesce(q.quotas, 0) AS quotas, q.bounded AS bounded, replace(q.scoped, ',', ', ') AS scoped,
  substr(iif(q.requests_cpu IS 1, '', ', requests.cpu') || iif(q.requests_memory IS 1, '', ', requests.memory')
    || iif(q.limits_cpu IS 1, '', ', limits.cpu') || iif(q.limits_memory IS 1, '', ', limits.memory'), 3) AS missing,
  n.pod_count AS pods_here, n.file AS file, n.line AS line
FROM k8s_namespaces n
LEFT JOIN quotas q ON q.namespace = n.name
WHERE NOT n.implied AND NOT n.is_system AND (q.cpu IS NOT 1 OR q.memory IS NOT 1);
