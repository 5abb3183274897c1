-- id: NSA-17
-- title: Capabilities not dropped
-- section: Kubernetes Pod security
-- severity: medium
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged AND os IS NOT 'windows'
-- why: |
--   A capability is a piece of root's power, and runtimes hand out about fourteen of them
--   unasked: among them changing the owner of any file, taking any user id, and forging packets
--   on the pod network. A program that listens on a port and talks to a database needs none.
-- fix: |
--   {{if eq .container_type "ephemeral"}}Ephemeral container {{.container}} cannot be changed: it goes when its pod is replaced.
--   {{- else if eq .violation "added"}}Remove {{.extra}} from securityContext.capabilities.add of container {{.container}}; only NET_BIND_SERVICE, for ports below 1024, may stay.
--   The patch removes every added capability: first find out what each is for (man 7 capabilities) and do without,
--   for example by changing files' owner in the image. One that the program cannot do without is a case for a waiver.
--   {{- else}}Set securityContext.capabilities.drop of container {{.container}} to [ALL].
--   A program that then fails with "operation not permitted" needs a capability back: name that one in add;
--   NET_BIND_SERVICE passes this rule, any other is a case for a waiver. The patch adds none.{{end}}
-- patch:
--   container:
--     securityContext:
--       capabilities: {drop: [ALL], add: null}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, and the example of a hardened pod policy
--   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
-- aliases: [CIS-5.2.8, CIS-5.2.9, C-0046, C-0200, C-0201, KSV-0003, KSV-0106, KSV-0004, KSV-0022]
-- pass:
--   - name: ALL dropped in every kind of container, in either case, and NET_BIND_SERVICE added
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         initContainers:
--           - {name: setup, image: registry.example/setup:1, securityContext: {capabilities: {drop: [ALL]}}}
--           - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, securityContext: {capabilities: {drop: [NET_RAW, ALL], add: [NET_BIND_SERVICE]}}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {capabilities: {drop: [all], add: [net_bind_service]}}}]
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1, securityContext: {capabilities: {drop: [ALL]}}}]
--       status: {phase: Running}
--   - name: Windows has no capabilities; the cluster's own parts are shown and not counted
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         os: {name: windows}
--         containers: [{name: app, image: registry.example/iis:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: etcd, image: registry.k8s.io/etcd:3.6.5-0}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {capabilities: {drop: [ALL]}}}]
-- fail:
--   - name: nothing dropped, in every kind of container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         initContainers:
--           - {name: setup, image: registry.example/setup:1}
--           - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, securityContext: {privileged: false}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {capabilities: {drop: [NET_RAW]}}}]
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1, securityContext: {capabilities: {drop: []}}}]
--       status: {phase: Running}
--     rows:
--       - {container: setup, container_type: init, violation: not dropped, actual: unset, path: "spec.initContainers[0].securityContext.capabilities.drop"}
--       - {container: proxy, container_type: sidecar, actual: unset}
--       - {container: app, container_type: regular, actual: '["NET_RAW"]'}
--       - {container: debug, container_type: ephemeral, actual: unset}
--   - name: capabilities added, with ALL dropped and without
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             containers:
--               - {name: a, image: registry.example/a:1, securityContext: {capabilities: {drop: [ALL], add: [CHOWN, NET_BIND_SERVICE, SETUID]}}}
--               - {name: b, image: registry.example/b:1, securityContext: {capabilities: {add: [ALL]}}}
--               - {name: c, image: registry.example/c:1, securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}}
--     rows:
--       - {container: a, violation: added, path: "spec.template.spec.containers[0].securityContext.capabilities.add", actual: '["CHOWN","NET_BIND_SERVICE","SETUID"]', extra: "CHOWN, SETUID"}
--       - {container: b, violation: added, extra: ALL}
--       - {container: b, violation: not dropped}
--       - {container: c, violation: not dropped}

-- containerd and CRI-O read names in either case; the Pod Security Standards take ALL
-- in capitals alone, so that "all" passes here and is refused by the level restricted.
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type,
  path || '.securityContext.capabilities.drop' AS path,
  coalesce(capabilities_drop, 'unset') AS actual, '["ALL"]' AS expected,
  'not dropped' AS violation, NULL AS extra, image, drift, pods, file, line
FROM k8s_containers
WHERE judged AND os IS NOT 'windows' AND coalesce(capabilities_drop, '') NOT LIKE '%"ALL"%'
UNION ALL
SELECT
  asset_kind, namespace, asset_name, container, container_type,
  path || '.securityContext.capabilities.add', capabilities_add, 'unset, or NET_BIND_SERVICE',
  'added', (SELECT group_concat(value, ', ') FROM json_each(capabilities_add) WHERE upper(value) <> 'NET_BIND_SERVICE'),
  image, drift, pods, file, line
FROM k8s_containers
WHERE judged AND os IS NOT 'windows' AND capabilities_add IS NOT NULL
  AND EXISTS (SELECT 1 FROM json_each(capabilities_add) WHERE upper(value) <> 'NET_BIND_SERVICE');
