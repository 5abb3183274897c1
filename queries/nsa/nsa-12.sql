-- id: NSA-12
-- title: Root user or root group set explicitly
-- section: Kubernetes Pod security
-- severity: medium
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged AND os IS NOT 'windows'
-- why: |
--   Here root is not an oversight of the image but asked for, and it wins over whatever user
--   the image names. As uid 0 a break out of the container ends as root on the node; as gid 0
--   a process reads and often writes what the image and shared volumes leave to root's group.
-- fix: |
--   {{if eq .field "supplementalGroups"}}Remove 0 from supplementalGroups, at {{.path}}.
--   {{- else}}Remove {{.field}}: 0 at {{.path}}, so that what the image says counts, or name the id that it is built for.{{end}}
--   {{- if and (eq .level "pod") (eq .field "runAsUser" "runAsGroup")}}
--   It is the default of every container of the pod: even where all override it now, the next one added would not.{{end}}
--   {{- if eq .container_type "ephemeral"}}
--   An ephemeral container cannot be changed: it goes when its pod is replaced.
--   {{- else if eq .field "fsGroup" "supplementalGroups"}}
--   Files on the pod's volumes must then belong to the group that takes its place.
--   {{- else}}
--   A process that needs one right of root, such as a port below 1024, takes a capability instead.{{end}}
-- patch:
--   json: "{{.json_patch}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, table of pod security controls
--   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
-- aliases: [CIS-5.2.7, C-0013, KSV-0105, KSV-0116]
-- pass:
--   - name: unset, and ids above 0
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
--         securityContext: {runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, supplementalGroups: [10, 100]}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 2000, runAsGroup: 2000}}]
--   - name: the root user of a user namespace is nobody on the node
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: build, namespace: shop}
--       spec:
--         hostUsers: false
--         securityContext: {runAsUser: 0}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0}}]
--   - name: Windows has no such ids; the cluster's own parts are shown and not counted
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         nodeSelector: {kubernetes.io/os: windows}
--         securityContext: {runAsUser: 0}
--         containers: [{name: app, image: registry.example/iis:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: etcd-cp1, namespace: kube-system}
--       spec:
--         securityContext: {runAsUser: 0}
--         containers: [{name: etcd, image: registry.k8s.io/etcd:3.6.5-0}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: Windows by affinity alone; finished pods are no matter
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: dotnet, namespace: shop}
--       spec:
--         affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows]}]}]}}}
--         securityContext: {runAsGroup: 0}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: run, image: registry.example/run:1, securityContext: {runAsUser: 0}}]
--       status: {phase: Failed}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: user and group of every kind of container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         initContainers:
--           - {name: setup, image: registry.example/setup:1, securityContext: {runAsUser: 0}}
--           - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, securityContext: {runAsGroup: 0}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0, runAsGroup: 0}}]
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1, securityContext: {runAsUser: 0}}]
--       status: {phase: Running}
--     rows:
--       - {container: setup, container_type: init, field: runAsUser, level: container, path: "spec.initContainers[0].securityContext.runAsUser", actual: "0"}
--       - {container: proxy, container_type: sidecar, field: runAsGroup}
--       - {container: app, container_type: regular, field: runAsUser}
--       - {container: app, container_type: regular, field: runAsGroup, json_patch: '[{"op":"remove","path":"/spec/containers/0/securityContext/runAsGroup"}]'}
--       - {container: debug, container_type: ephemeral, field: runAsUser}
--   - name: the pod's, even where every container overrides it
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             securityContext: {runAsUser: 0, runAsGroup: 0, fsGroup: 0, supplementalGroups: [10, 0]}
--             containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 1000, runAsGroup: 1000}}]
--     rows:
--       - {kind: Deployment, name: web, container: "", level: pod, field: runAsUser, path: spec.template.spec.securityContext.runAsUser, actual: "0"}
--       - {level: pod, field: runAsGroup}
--       - {level: pod, field: fsGroup}
--       - {level: pod, field: supplementalGroups, path: spec.template.spec.securityContext.supplementalGroups, actual: "[10,0]", json_patch: '[{"op":"replace","path":"/spec/template/spec/securityContext/supplementalGroups","value":[10]}]'}
--   - name: a user namespace excuses the user and no group
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: build, namespace: shop}
--       spec:
--         hostUsers: false
--         securityContext: {fsGroup: 0}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0, runAsGroup: 0}}]
--     rows:
--       - {field: runAsGroup, container: app}
--       - {field: fsGroup, level: pod}
--   - name: a CronJob, three levels down
--     objects: |
--       apiVersion: batch/v1
--       kind: CronJob
--       metadata: {name: nightly, namespace: shop}
--       spec:
--         schedule: "0 3 * * *"
--         jobTemplate:
--           spec:
--             template:
--               spec:
--                 restartPolicy: Never
--                 containers: [{name: run, image: registry.example/run:1, securityContext: {runAsUser: 0}}]
--     rows:
--       - {kind: CronJob, name: nightly, field: runAsUser, path: "spec.jobTemplate.spec.template.spec.containers[0].securityContext.runAsUser"}
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
--             containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0}}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-b, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         initContainers: [{name: mesh, image: registry.example/mesh:1, restartPolicy: Always, securityContext: {runAsUser: 0}}]
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0}}]
--       status: {phase: Running}
--     rows:
--       - {kind: DaemonSet, name: agent, container: app, drift: "", pods: 2}
--       - {kind: DaemonSet, name: agent, container: mesh, container_type: sidecar, drift: Pod/agent-b, path: "spec.initContainers[0].securityContext.runAsUser"}

-- A container that inherits 0 has no row of its own: the pod's row is where to change it.
WITH found AS (
  SELECT asset_kind, namespace, asset_name, container, container_type, 'container' AS level, 'runAsUser' AS field,
    path || '.securityContext.runAsUser' AS path, '0' AS actual, NULL AS rest, image, drift, pods, file, line
  FROM k8s_containers
  WHERE judged AND os IS NOT 'windows' AND run_as_user_effective = 0 AND run_as_user_source = 'container' AND host_users IS NOT 0
  UNION ALL
  SELECT asset_kind, namespace, asset_name, container, container_type, 'container', 'runAsGroup',
    path || '.securityContext.runAsGroup', '0', NULL, image, drift, pods, file, line
  FROM k8s_containers
  WHERE judged AND os IS NOT 'windows' AND run_as_group_effective = 0 AND run_as_group_source = 'container'
  UNION ALL
  SELECT asset_kind, namespace, asset_name, NULL, NULL, 'pod', f.field,
    spec_path || '.securityContext.' || f.field,
    CASE f.field WHEN 'supplementalGroups' THEN supplemental_groups ELSE '0' END,
    CASE f.field WHEN 'supplementalGroups' THEN (SELECT json_group_array(value) FROM json_each(supplemental_groups) WHERE value <> 0) END,
    NULL, drift, pods, file, line
  FROM k8s_pod_specs, (SELECT column1 AS field FROM (VALUES ('runAsUser'), ('runAsGroup'), ('fsGroup'), ('supplementalGroups'))) f
  WHERE judged AND os IS NOT 'windows' AND CASE f.field
    WHEN 'runAsUser' THEN pod_run_as_user = 0 AND host_users IS NOT 0
    WHEN 'runAsGroup' THEN pod_run_as_group = 0
    WHEN 'fsGroup' THEN fs_group = 0
    ELSE supplemental_groups IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(supplemental_groups) WHERE value = 0)
  END)
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type, level, field, path, actual,
  'an id above 0, or unset' AS expected,
  CASE WHEN rest IS NULL THEN json_array(json_object('op', 'remove', 'path', pointer))
    ELSE json_array(json_object('op', 'replace', 'path', pointer, 'value', json(rest))) END AS json_patch,
  image, drift, pods, file, line
FROM (SELECT *, '/' || replace(replace(replace(path, ']', ''), '[', '/'), '.', '/') AS pointer FROM found);
