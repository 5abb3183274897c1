-- id: NSA-78
-- title: No sandboxed runtime (information)
-- section: Kubernetes Pod security
-- severity: info
-- verdict: info
-- scope: namespace
-- parameters:
--   - {name: untrusted_namespaces, type: list, doc: "Namespaces that run code you do not trust, with * and ?: only these are looked at. Unset is every namespace."}
-- assets: SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces WHERE NOT implied AND pod_count + workload_count > 0
-- why: |
--   All containers of a node share its kernel, and one flaw in it is an exit for any of them. For
--   code that nobody here has read, of customers, plug-ins or the build of a stranger's pull
--   request, a runtime with a kernel of its own keeps such a flaw inside.
-- fix: |
--   {{if .available}}This cluster offers {{.available}}: set runtimeClassName on the pods of {{.name}} that run code you do not trust.
--   {{- else}}Install gVisor (runsc) or Kata Containers on a pool of nodes, make a RuntimeClass whose handler is its name in the nodes' containerd, and set
--   runtimeClassName on the pods of {{.name}} that run code you do not trust.{{end}}
--   Where all code is your own, this is nothing to do.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, hardening container environments
--   - https://kubernetes.io/docs/concepts/containers/runtime-class/
-- aliases: [C-0242, C-0297]
-- pass:
--   - name: every workload in a sandbox
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: node.k8s.io/v1
--       kind: RuntimeClass
--       metadata: {name: gvisor}
--       handler: runsc
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         runtimeClassName: gvisor
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: outside the namespaces that are not trusted
--     parameters: {untrusted_namespaces: [ci, "tenant-*"]}
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
-- fail:
--   - name: a namespace that is not trusted
--     parameters: {untrusted_namespaces: [ci, "tenant-*"]}
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: tenant-a}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: tenant-a}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--     rows:
--       - {name: tenant-a}
--   - name: sandboxes that nobody uses, and a class that is none
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: node.k8s.io/v1
--       kind: RuntimeClass
--       metadata: {name: kata}
--       handler: kata-qemu
--       ---
--       apiVersion: node.k8s.io/v1
--       kind: RuntimeClass
--       metadata: {name: nvidia}
--       handler: nvidia
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: train, namespace: shop}
--       spec:
--         runtimeClassName: nvidia
--         containers: [{name: app, image: registry.example/train:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: build, namespace: shop}
--       spec:
--         runtimeClassName: kata
--         containers: [{name: app, image: registry.example/build:1}]
--     rows:
--       - {kind: Namespace, namespace: "", name: shop, path: runtimeClassName, actual: 2 of 3 workloads without, available: kata (Kata Containers)}
--   - name: no sandbox in the cluster
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
--     rows:
--       - {name: shop, actual: 1 of 1 workloads without, available: ""}

-- For information: which namespaces run code that is not trusted is not in the API.
WITH specs AS (
  SELECT s.namespace AS ns, count(DISTINCT s.asset_kind || '/' || s.asset_name) AS workloads,
    count(DISTINCT CASE WHEN c.sandboxed IS NOT 1 THEN s.asset_kind || '/' || s.asset_name END) AS plain
  FROM k8s_pod_specs s
  LEFT JOIN k8s_runtime_classes c ON c.name = s.runtime_class
  WHERE s.judged GROUP BY s.namespace)
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name, 'runtimeClassName' AS path,
  s.plain || ' of ' || s.workloads || ' workloads without' AS actual, 'a sandbox, for code that is not trusted' AS expected,
  (SELECT group_concat(name || ' (' || sandbox || ')', ', ') FROM k8s_runtime_classes WHERE sandboxed) AS available,
  n.pod_count AS pods_here, n.file AS file, n.line AS line
FROM k8s_namespaces n
JOIN specs s ON s.ns = n.name
WHERE NOT n.implied AND s.plain > 0
  AND (EXISTS (SELECT 1 FROM kspm_parameters p, json_each(p.value) v WHERE p.rule = 'NSA-78' AND p.name = 'untrusted_namespaces' AND n.name GLOB v.value)
    OR NOT EXISTS (SELECT 1 FROM kspm_parameters WHERE rule = 'NSA-78' AND name = 'untrusted_namespaces' AND value IS NOT NULL));
