-- id: NSA-72
-- title: Dangerous capabilities added
-- section: Kubernetes Pod security
-- severity: high
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged AND os IS NOT 'windows'
-- why: |
--   Some pieces of root's power amount to all of it. SYS_ADMIN mounts file systems and loads
--   eBPF programs, SYS_PTRACE and SYS_MODULE take over processes and the kernel, NET_ADMIN and
--   NET_RAW redirect and forge other pods' traffic. With one of these a container is a short way
--   from its node.
-- fix: |
--   {{if eq .container_type "ephemeral"}}Ephemeral container {{.container}} cannot be changed: it goes when its pod is replaced.
--   {{- else}}Remove {{.actual}} from securityContext.capabilities.add of container {{.container}}, at {{.path}}.
--   {{- if eq .reason "not a capability name"}}
--   Names are written in capitals and without CAP_: what this one grants depends on the runtime.{{end}}
--   Do once and outside what it is for: sysctls and interfaces in the pod spec or by the CNI, mounts by a CSI driver, tracing by an
--   agent in a namespace of its own, which gets a waiver.{{end}}
-- patch:
--   json: "{{.json_patch}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, table of pod security controls
--   - https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
-- aliases: [CIS-5.2.8, CIS-5.2.9, C-0046, KSV-0005, KSV-0119, KSV-0120, KSV-0022]
-- pass:
--   - name: none, dropped ones, and those of the baseline
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         initContainers: [{name: setup, image: registry.example/setup:1, securityContext: {capabilities: {drop: [SYS_ADMIN]}}}]
--         containers:
--           - {name: app, image: registry.example/app:1}
--           - {name: log, image: registry.example/log:1, securityContext: {capabilities: {add: [CHOWN, NET_BIND_SERVICE, SETFCAP, KILL, AUDIT_WRITE]}}}
--   - name: Windows has none; the cluster's own parts are shown and not counted
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         os: {name: windows}
--         containers: [{name: app, image: registry.example/iis:1, securityContext: {capabilities: {add: [SYS_ADMIN]}}}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: cilium, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: cilium}}
--         template:
--           metadata: {labels: {k8s-app: cilium}}
--           spec:
--             containers: [{name: agent, image: registry.example/cilium:1, securityContext: {capabilities: {add: [SYS_ADMIN]}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: one row each, in every kind of container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         initContainers:
--           - {name: setup, image: registry.example/setup:1, securityContext: {capabilities: {add: [SYS_MODULE]}}}
--           - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, securityContext: {capabilities: {add: [NET_ADMIN, CHOWN, NET_RAW]}}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {capabilities: {drop: [ALL], add: [ALL]}}}]
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1, securityContext: {capabilities: {add: [SYS_PTRACE]}}}]
--       status: {phase: Running}
--     rows:
--       - {container: setup, container_type: init, path: "spec.initContainers[0].securityContext.capabilities.add[0]", actual: SYS_MODULE, severity: high}
--       - {container: proxy, container_type: sidecar, path: "spec.initContainers[1].securityContext.capabilities.add[0]", actual: NET_ADMIN}
--       - {container: proxy, container_type: sidecar, actual: NET_RAW, json_patch: '[{"op":"replace","path":"/spec/initContainers/1/securityContext/capabilities/add","value":["CHOWN"]}]'}
--       - {container: app, container_type: regular, actual: ALL}
--       - {container: debug, container_type: ephemeral, actual: SYS_PTRACE}
--   - name: others are of medium severity
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             containers: [{name: app, image: registry.example/app:1, securityContext: {capabilities: {add: [SYS_NICE, NET_RAW]}}}]
--     rows:
--       - {kind: Deployment, actual: SYS_NICE, severity: medium, reason: outside the baseline}
--       - {kind: Deployment, actual: NET_RAW}
--   - name: names that are none, harmless ones as well
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers:
--           - {name: a, image: registry.example/a:1, securityContext: {capabilities: {add: [chown]}}}
--           - {name: b, image: registry.example/b:1, securityContext: {capabilities: {add: [CAP_CHOWN]}}}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: api, namespace: shop}
--       spec:
--         containers: [{name: a, image: registry.example/a:1, securityContext: {capabilities: {add: [cap_sys_admin]}}}]
--     rows:
--       - {name: web, container: a, actual: chown, reason: not a capability name, severity: medium}
--       - {name: web, container: b, actual: CAP_CHOWN, reason: not a capability name}
--       - {name: api, actual: cap_sys_admin, reason: not a capability name, severity: high}

-- Of high severity are those that reach the node by themselves, DAC_READ_SEARCH, which
-- opens any file of the node by its handle, and SYS_RAWIO, memory and disks, among them.
WITH found AS (
  SELECT asset_kind, namespace, asset_name, container, container_type, path || '.securityContext.capabilities.add' AS path, capabilities_add,
    (SELECT json_group_array(a.value) FROM json_each(capabilities_add) a WHERE a.value IN (SELECT name FROM baseline)) AS rest,
    image, drift, pods, file, line
  FROM k8s_containers
  WHERE judged AND os IS NOT 'windows' AND capabilities_add IS NOT NULL),
baseline(name) AS (VALUES ('AUDIT_WRITE'), ('CHOWN'), ('DAC_OVERRIDE'), ('FOWNER'), ('FSETID'), ('KILL'), ('MKNOD'), ('NET_BIND_SERVICE'),
  ('SETFCAP'), ('SETGID'), ('SETPCAP'), ('SETUID'), ('SYS_CHROOT'))
SELECT
  f.asset_kind AS kind, f.namespace AS namespace, f.asset_name AS name, f.container AS container, f.container_type AS container_type,
  f.path || '[' || c.key || ']' AS path, c.value AS actual, 'no capability outside the baseline' AS expected,
  CASE WHEN replace(upper(c.value), 'CAP_', '') IN ('ALL', 'SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'SYS_MODULE', 'BPF', 'DAC_READ_SEARCH', 'SYS_RAWIO')
    THEN 'high' ELSE 'medium' END AS severity,
  CASE WHEN c.value <> upper(c.value) OR c.value GLOB 'CAP_*' THEN 'not a capability name' ELSE 'outside the baseline' END AS reason,
  json_array(json_object('op', 'replace', 'path', '/' || replace(replace(replace(f.path, ']', ''), '[', '/'), '.', '/'), 'value', json(f.rest))) AS json_patch,
  f.image AS image, f.drift AS drift, f.pods AS pods, f.file AS file, f.line AS line
FROM found f, json_each(f.capabilities_add) c
WHERE c.value NOT IN (SELECT name FROM baseline);
