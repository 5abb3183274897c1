-- id: NSA-14
-- title: SELinux context weakened
-- section: Kubernetes Pod security
-- severity: medium
-- scope: object
-- parameters:
--   - {name: require_selinux, type: boolean, default: false, doc: "Fail pods that set no SELinux options at all; for clusters whose nodes run SELinux in enforcing mode, and whose runtime gives no label by itself."}
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged AND os IS NOT 'windows'
-- why: |
--   On nodes with SELinux the type of a process decides what it may touch, and container_t is
--   what stops a container that broke out from reading the host. A type of one's own choice,
--   spc_t above all, lifts that fence; a user or role can lead to a domain that is not fenced.
-- fix: |
--   Remove {{.field}}: {{.actual}} from seLinuxOptions{{if .container}} of container {{.container}}{{else}} of the pod{{end}}, at {{.path}}; the runtime then confines it as container_t.
--   Where files of a volume are the reason, keep level, or set fsGroup, instead of another type.
--   {{- if eq .container_type "ephemeral"}}
--   An ephemeral container cannot be changed: it goes when its pod is replaced.{{end}}
-- patch:
--   json: "{{.json_patch}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, table of pod security controls
--   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#assign-selinux-labels-to-a-container
-- aliases: [CIS-5.6.3, KSV-0025]
-- pass:
--   - name: unset, a level, and the types of containers
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: api, namespace: shop}
--       spec:
--         securityContext: {seLinuxOptions: {level: "s0:c123,c456"}}
--         initContainers: [{name: setup, image: registry.example/setup:1, securityContext: {seLinuxOptions: {type: container_init_t}}}]
--         containers:
--           - {name: a, image: registry.example/a:1, securityContext: {seLinuxOptions: {type: container_t}}}
--           - {name: b, image: registry.example/b:1, securityContext: {seLinuxOptions: {type: container_kvm_t}}}
--           - {name: c, image: registry.example/c:1, securityContext: {seLinuxOptions: {type: container_engine_t, user: ""}}}
--   - name: Windows has no SELinux; the cluster's own parts are shown and not counted, finished pods are no matter
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: win, namespace: shop}
--       spec:
--         os: {name: windows}
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         nodeSelector: {kubernetes.io/os: windows}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {seLinuxOptions: {type: spc_t}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: dotnet, namespace: shop}
--       spec:
--         affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows]}]}]}}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {seLinuxOptions: {type: spc_t}}}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: kube-proxy}}
--         template:
--           metadata: {labels: {app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: registry.example/kube-proxy:1, securityContext: {seLinuxOptions: {type: spc_t}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: run, image: registry.example/run:1, securityContext: {seLinuxOptions: {type: spc_t}}}]
--       status: {phase: Succeeded}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: options asked for, and set in one container of two
--     parameters: {require_selinux: true}
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers:
--           - {name: app, image: "registry.example/app:1", securityContext: {seLinuxOptions: {level: "s0:c1,c2"}}}
--           - {name: bare, image: "registry.example/app:1"}
--     rows:
--       - {container: bare, actual: unset, level: none, path: "spec.containers[1].securityContext.seLinuxOptions"}
--   - name: a type, a user and a role, of the pod
--     objects: |
--       apiVersion: batch/v1
--       kind: CronJob
--       metadata: {name: backup, namespace: shop}
--       spec:
--         schedule: "0 3 * * *"
--         jobTemplate:
--           spec:
--             template:
--               spec:
--                 restartPolicy: Never
--                 securityContext: {seLinuxOptions: {type: spc_t, user: system_u, role: system_r}}
--                 containers: [{name: run, image: registry.example/run:1}]
--     rows:
--       - {kind: CronJob, level: pod, field: type, actual: spc_t, container: "", path: spec.jobTemplate.spec.template.spec.securityContext.seLinuxOptions.type}
--       - {level: pod, field: user, actual: system_u}
--       - {level: pod, field: role, actual: system_r, json_patch: '[{"op":"remove","path":"/spec/jobTemplate/spec/template/spec/securityContext/seLinuxOptions/role"}]'}
--   - name: each kind of container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         securityContext: {seLinuxOptions: {type: container_t}}
--         initContainers:
--           - {name: setup, image: registry.example/setup:1, securityContext: {seLinuxOptions: {type: spc_t}}}
--           - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, securityContext: {seLinuxOptions: {user: unconfined_u}}}
--         containers:
--           - {name: app, image: registry.example/app:1, securityContext: {seLinuxOptions: {type: unconfined_t}}}
--           - {name: ok, image: registry.example/ok:1}
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1, securityContext: {seLinuxOptions: {type: spc_t}}}]
--       status: {phase: Running}
--     rows:
--       - {container: setup, container_type: init, level: container, actual: spc_t, path: "spec.initContainers[0].securityContext.seLinuxOptions.type"}
--       - {container: proxy, container_type: sidecar, field: user, actual: unconfined_u}
--       - {container: app, container_type: regular, actual: unconfined_t}
--       - {container: debug, container_type: ephemeral, actual: spc_t}
--   - name: pods fold into their DaemonSet, an injected sidecar is charged to it
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: agent, namespace: shop, uid: d1}
--       spec:
--         selector: {matchLabels: {app: agent}}
--         template:
--           metadata: {labels: {app: agent}}
--           spec:
--             containers: [{name: app, image: registry.example/app:1, securityContext: {seLinuxOptions: {type: spc_t}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {seLinuxOptions: {type: spc_t}}}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-b, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         initContainers: [{name: mesh, image: registry.example/mesh:1, restartPolicy: Always, securityContext: {seLinuxOptions: {type: spc_t}}}]
--         containers: [{name: app, image: registry.example/app:1, securityContext: {seLinuxOptions: {type: spc_t}}}]
--       status: {phase: Running}
--     rows:
--       - {kind: DaemonSet, name: agent, container: app, drift: "", pods: 2}
--       - {kind: DaemonSet, name: agent, container: mesh, container_type: sidecar, drift: Pod/agent-b, path: "spec.initContainers[0].securityContext.seLinuxOptions.type"}

-- Absence of options is no failure: whether nodes run SELinux is not in the API.
WITH found AS (
  SELECT asset_kind, namespace, asset_name, container, container_type, 'container' AS level, path, selinux_effective AS options, image, drift, pods, file, line
  FROM k8s_containers
  WHERE judged AND os IS NOT 'windows' AND selinux_source = 'container'
  UNION ALL
  SELECT asset_kind, namespace, asset_name, NULL, NULL, 'pod', spec_path,
    json_object('type', pod_selinux_type, 'user', pod_selinux_user, 'role', pod_selinux_role), NULL, drift, pods, file, line
  FROM k8s_pod_specs
  WHERE judged AND os IS NOT 'windows' AND coalesce(pod_selinux_type, pod_selinux_user, pod_selinux_role) IS NOT NULL)
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type, level, o.key AS field,
  found.path || '.securityContext.seLinuxOptions.' || o.key AS path, o.value AS actual,
  CASE o.key WHEN 'type' THEN 'container_t, or unset' ELSE 'unset' END AS expected,
  json_array(json_object('op', 'remove',
    'path', '/' || replace(replace(replace(found.path, ']', ''), '[', '/'), '.', '/') || '/securityContext/seLinuxOptions/' || o.key)) AS json_patch,
  image, drift, pods, file, line
FROM found, json_each(options) o
WHERE o.key = 'type' AND o.value NOT IN ('', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t')
  OR o.key IN ('user', 'role') AND o.value <> ''
UNION ALL
SELECT
  asset_kind, namespace, asset_name, container, container_type, 'none', 'type', path || '.securityContext.seLinuxOptions', 'unset', 'set, as require_selinux asks',
  NULL, image, drift, pods, file, line
FROM k8s_containers
WHERE judged AND os IS NOT 'windows' AND coalesce(selinux_source, 'none') = 'none'
  AND EXISTS (SELECT 1 FROM kspm_parameters WHERE rule = 'NSA-14' AND name = 'require_selinux' AND value = '1');
