-- id: CIS-5.2.2
-- title: Few containers are privileged
-- section: 5.2 Pod security standards
-- severity: high
-- level: 1
-- type: manual
-- profile: policies
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   A privileged container has every capability and every device of its node, and is confined by
--   neither seccomp nor AppArmor: whoever runs code in it owns the node. enforced says what pod
--   security lets into the namespace; below baseline nothing keeps the next privileged pod out.
-- fix: |
--   Remove securityContext.privileged of container {{.container}}, or set it to false. If it needs one thing of the host, grant that alone:
--   a capability, or a device through a device plug-in.
--   {{- if not .held}}
--   Then keep others out: kubectl label namespace {{.namespace}} pod-security.kubernetes.io/enforce=baseline{{end}}
-- patch:
--   container:
--     securityContext: {privileged: false}
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.2.2
--   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
-- aliases: [C-0193]
-- pass:
--   - name: unset and false, and capabilities, which are another rule's
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: a, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: b, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {privileged: false, capabilities: {add: [NET_ADMIN]}}}]
-- fail:
--   - name: with and without a policy against more of them
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: web}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: old, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {privileged: true}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: new, namespace: web}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {privileged: true}}]
--     rows:
--       - {kind: Pod, namespace: shop, name: old, container: app, path: "spec.containers[0].securityContext.privileged", actual: "true", enforced: baseline, held: "true"}
--       - {namespace: web, name: new, enforced: "", held: ""}
SELECT
  c.asset_kind AS kind, c.namespace AS namespace, c.asset_name AS name, c.container AS container, c.container_type AS container_type,
  c.path || '.securityContext.privileged' AS path, 'true' AS actual, 'false' AS expected,
  n.psa_enforce AS enforced, CASE WHEN n.psa_enforce IN ('baseline', 'restricted') THEN 'true' END AS held,
  c.image AS image, c.drift AS drift, c.pods AS pods, c.file AS file, c.line AS line
FROM k8s_containers c
LEFT JOIN k8s_namespaces n ON n.name = c.namespace
WHERE c.judged AND c.privileged = 1;
