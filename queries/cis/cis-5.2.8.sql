-- id: CIS-5.2.8
-- title: Containers do without the capability NET_RAW
-- section: 5.2 Pod security standards
-- severity: medium
-- level: 1
-- type: manual
-- profile: policies
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   Container runtimes grant NET_RAW unless told otherwise. With it a container makes up
--   packets: it can pose as another pod or as the DNS server to its neighbours on the node.
--   Hardly anything needs it, ping included on current kernels.
-- fix: |
--   {{if .added}}Take {{.added}} out of {{.path}}.
--   {{- else}}Drop it in container {{.container}}, better with all the others:{{end}}
--     securityContext:
--       capabilities: {drop: [ALL]}
--   Pod security of level restricted keeps it out of a namespace; baseline does not, since it is a default.
-- patch:
--   container:
--     securityContext: {capabilities: {drop: [ALL], add: []}}
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.2.8
--   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-capabilities-for-a-container
-- aliases: [C-0199, KSV-0119]
-- pass:
--   - name: dropped by name, with all, and where it does not exist
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: a, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {capabilities: {drop: [NET_RAW]}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: b, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {capabilities: {drop: [all], add: [NET_BIND_SERVICE]}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: c, namespace: shop}
--       spec:
--         os: {name: windows}
--         containers: [{name: app, image: "registry.example/app:1"}]
-- fail:
--   - name: a default, other ones dropped, added back, and all added
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
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {capabilities: {drop: [SYS_CHROOT]}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: c, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {capabilities: {drop: [ALL], add: [CAP_NET_RAW]}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: d, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {capabilities: {add: [ALL], drop: [NET_RAW]}}}]
--     rows:
--       - {kind: Pod, namespace: shop, name: a, container: app, path: "spec.containers[0].securityContext.capabilities.drop", actual: unset, added: ""}
--       - {name: b, actual: SYS_CHROOT}
--       - {name: c, path: "spec.containers[0].securityContext.capabilities.add", actual: CAP_NET_RAW, added: CAP_NET_RAW}
--       - {name: d, added: ALL}

-- What is added wins over what is dropped, by name as with ALL: the runtime drops first.
WITH c AS (
  SELECT *,
    (SELECT group_concat(value, ', ') FROM json_each(capabilities_add) WHERE upper(value) IN ('ALL', 'NET_RAW', 'CAP_NET_RAW')) AS added,
    (SELECT count(*) FROM json_each(capabilities_drop) WHERE upper(value) IN ('ALL', 'NET_RAW', 'CAP_NET_RAW')) AS dropped
  FROM k8s_containers
  WHERE judged AND os IS NOT 'windows')
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type,
  path || '.securityContext.capabilities.' || iif(added IS NULL, 'drop', 'add') AS path,
  coalesce(added, (SELECT group_concat(value, ', ') FROM json_each(capabilities_drop)), 'unset') AS actual,
  iif(added IS NULL, 'NET_RAW or ALL', 'no NET_RAW') AS expected,
  added, image, drift, pods, file, line
FROM c
WHERE added IS NOT NULL OR dropped = 0;
