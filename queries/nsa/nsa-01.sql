-- id: NSA-01
-- title: Non-root containers
-- section: Kubernetes Pod security
-- severity: medium
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   Root in a container is root to the kernel: every escape from a container that is known
--   so far was far easier, or only possible, as uid 0, and files that root writes to a shared
--   volume belong to root on the node. Nothing in this pod spec keeps the process from being
--   root; whether it is depends on the image, and changes with the next one.
-- fix: |
--   {{if eq .reason "runAsUser is 0"}}Remove runAsUser: 0 at {{.path}}, or replace it by the id of the user that the image is built for, and set runAsNonRoot: true; with uid 0 left in place the kubelet refuses to start {{.container}}.
--   {{- else if eq .os "windows"}}Set securityContext.windowsOptions.runAsUserName of container {{.container}} to ContainerUser, or runAsNonRoot to true.
--   {{- else}}Set securityContext.runAsNonRoot of container {{.container}} to true, or once for all containers in the pod's securityContext.
--   Should the kubelet then report that the image runs as root or names its user, set runAsUser to the id of a user that may read the application's files.{{end}}
--   {{- if eq .container_type "ephemeral"}}
--   An ephemeral container cannot be changed: it goes when its pod is replaced.{{end}}
-- patch:
--   json: "{{if .json_patch}}{{.json_patch}}{{end}}"
--   container:
--     securityContext: {runAsNonRoot: true}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, non-root containers
--   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
-- aliases: [CIS-5.2.7, C-0013, KSV-0012]
-- pass:
--   - name: the pod's runAsNonRoot holds for every kind of container
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             securityContext: {runAsNonRoot: true}
--             initContainers:
--               - {name: setup, image: registry.example/setup:1}
--               - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always}
--             containers: [{name: app, image: registry.example/app:1}]
--   - name: a user id above 0 is enough, of the container or of the pod
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         securityContext: {runAsUser: 1000}
--         containers:
--           - {name: app, image: registry.example/app:1}
--           - {name: log, image: registry.example/log:1, securityContext: {runAsUser: 2000, runAsNonRoot: false}}
--   - name: runAsNonRoot with uid 0 cannot start, which is the matter of NSA-12
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsNonRoot: true, runAsUser: 0}}]
--   - name: root of a user namespace is nobody on the node
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: build, namespace: shop}
--       spec:
--         hostUsers: false
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0}}]
--   - name: Windows users other than the administrator, by spec.os and by node selector
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         os: {name: windows}
--         securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
--         containers: [{name: app, image: registry.example/iis:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: dotnet, namespace: shop}
--       spec:
--         nodeSelector: {kubernetes.io/os: windows}
--         containers:
--           - {name: app, image: registry.example/dotnet:1, securityContext: {runAsNonRoot: true}}
--           - {name: log, image: registry.example/log:1, securityContext: {windowsOptions: {runAsUserName: 'shop\web'}}}
--   - name: the cluster's own parts are shown and not counted, and finished pods are no matter
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: kube-proxy}}
--         template:
--           metadata: {labels: {k8s-app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: registry.k8s.io/kube-proxy:v1.35.0}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: run, image: registry.example/migrate:1}]
--       status: {phase: Succeeded}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsNonRoot: true}}]
--   - name: Windows by affinity alone, under a user of its own
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: dotnet, namespace: shop}
--       spec:
--         affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows]}]}]}}}
--         securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
--         containers: [{name: app, image: registry.example/dotnet:1}]
-- fail:
--   - name: nothing set anywhere, in init, sidecar, regular and ephemeral containers
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         initContainers:
--           - {name: setup, image: registry.example/setup:1}
--           - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always}
--         containers: [{name: app, image: registry.example/app:1}]
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1}]
--       status: {phase: Running}
--     rows:
--       - {container: setup, container_type: init, path: "spec.initContainers[0].securityContext.runAsNonRoot", actual: unset, expected: "true", reason: nothing keeps it from being root}
--       - {container: proxy, container_type: sidecar, path: "spec.initContainers[1].securityContext.runAsNonRoot"}
--       - {container: app, container_type: regular, path: "spec.containers[0].securityContext.runAsNonRoot"}
--       - {container: debug, container_type: ephemeral, path: "spec.ephemeralContainers[0].securityContext.runAsNonRoot"}
--   - name: runAsNonRoot false with no uid, a container that overrides its pod
--     objects: |
--       apiVersion: apps/v1
--       kind: StatefulSet
--       metadata: {name: db, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: db}}
--         template:
--           metadata: {labels: {app: db}}
--           spec:
--             securityContext: {runAsNonRoot: true}
--             containers:
--               - {name: db, image: registry.example/db:1, securityContext: {runAsNonRoot: false}}
--               - {name: backup, image: registry.example/backup:1}
--     rows:
--       - {kind: StatefulSet, name: db, container: db, actual: "false", run_as_non_root: container, path: "spec.template.spec.containers[0].securityContext.runAsNonRoot", reason: runAsNonRoot is false}
--   - name: runAsNonRoot false of the pod
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
--                 securityContext: {runAsNonRoot: false}
--                 containers: [{name: run, image: registry.example/run:1}]
--     rows:
--       - {kind: CronJob, name: nightly, actual: "false", run_as_non_root: pod, path: spec.jobTemplate.spec.template.spec.securityContext.runAsNonRoot}
--   - name: uid 0, of the container and inherited from the pod
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: old, namespace: shop}
--       spec:
--         hostUsers: true
--         securityContext: {runAsUser: 0, runAsNonRoot: false}
--         containers: [{name: app, image: registry.example/app:1}]
--     rows:
--       - {name: web, actual: "0", run_as_user: container, path: "spec.containers[0].securityContext.runAsUser", reason: runAsUser is 0, json_patch: '[{"op":"remove","path":"/spec/containers/0/securityContext/runAsUser"}]'}
--       - {name: old, actual: "0", run_as_user: pod, path: spec.securityContext.runAsUser, host_users: 1}
--   - name: a Windows administrator, and a Windows user that nobody chose
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         os: {name: windows}
--         securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
--         containers:
--           - {name: app, image: registry.example/iis:1, securityContext: {windowsOptions: {runAsUserName: ContainerAdministrator}}}
--           - {name: log, image: registry.example/log:1}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: dotnet, namespace: shop}
--       spec:
--         nodeSelector: {kubernetes.io/os: windows}
--         securityContext: {runAsUser: 1000}
--         containers: [{name: app, image: registry.example/dotnet:1}]
--     rows:
--       - {name: iis, container: app, reason: runs as ContainerAdministrator}
--       - {name: dotnet, container: app, reason: nothing keeps it from being root}
--   - name: pods fold into their Deployment, an injected sidecar is charged to it
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop, uid: d1}
--       spec:
--         replicas: 2
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: apps/v1
--       kind: ReplicaSet
--       metadata: {name: web-5d9, namespace: shop, uid: r1, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d1, controller: true}]}
--       spec:
--         replicas: 2
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web-5d9-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d9, uid: r1, controller: true}]}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web-5d9-b, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d9, uid: r1, controller: true}]}
--       spec:
--         containers:
--           - {name: app, image: registry.example/app:1}
--           - {name: mesh, image: registry.example/mesh:1}
--       status: {phase: Running}
--     rows:
--       - {kind: Deployment, name: web, container: app, drift: "", pods: 2}
--       - {kind: Deployment, name: web, container: mesh, drift: Pod/web-5d9-b, path: "spec.containers[1].securityContext.runAsNonRoot"}
--   - name: either system may be chosen, so that a Windows user is none
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: any, namespace: shop}
--       spec:
--         affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows, linux]}]}]}}}
--         securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
--         containers: [{name: app, image: registry.example/any:1}]
--     rows:
--       - {name: any, container: app, os: "", reason: nothing keeps it from being root}

-- The user that an image names is not in the API: a row means that nothing
-- enforces another user than root. The Pod Security Standards ask for
-- runAsNonRoot itself; a uid above 0 enforces as much, and passes here.
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type,
  CASE
    WHEN os IS NOT 'windows' AND run_as_user_effective = 0 THEN CASE run_as_user_source WHEN 'pod' THEN spec_path ELSE path END || '.securityContext.runAsUser'
    ELSE CASE run_as_non_root_source WHEN 'pod' THEN spec_path ELSE path END || '.securityContext.runAsNonRoot'
  END AS path,
  CASE
    WHEN os IS NOT 'windows' AND run_as_user_effective = 0 THEN '0'
    WHEN run_as_non_root_effective = 0 THEN 'false'
    ELSE 'unset'
  END AS actual,
  CASE WHEN os IS NOT 'windows' AND run_as_user_effective = 0 THEN 'above 0' ELSE 'true' END AS expected,
  CASE
    WHEN os IS NOT 'windows' AND run_as_user_effective = 0 THEN 'runAsUser is 0'
    WHEN os = 'windows' AND windows_run_as_user_effective IS NOT NULL THEN 'runs as ' || windows_run_as_user_effective
    WHEN run_as_non_root_effective = 0 THEN 'runAsNonRoot is false'
    ELSE 'nothing keeps it from being root'
  END AS reason,
  run_as_non_root_source AS run_as_non_root, run_as_user_source AS run_as_user, host_users, os, image,
  CASE WHEN os IS NOT 'windows' AND run_as_user_effective = 0
    THEN json_array(json_object('op', 'remove', 'path',
      '/' || replace(replace(replace(CASE run_as_user_source WHEN 'pod' THEN spec_path ELSE path END, ']', ''), '[', '/'), '.', '/') || '/securityContext/runAsUser')) END AS json_patch,
  drift, pods, file, line
FROM k8s_containers
WHERE judged
  AND run_as_non_root_effective IS NOT 1
  AND host_users IS NOT 0
  AND CASE
    WHEN os = 'windows' THEN windows_run_as_user_effective IS NULL
      OR windows_run_as_user_effective LIKE '%ContainerAdministrator'
      OR windows_run_as_user_effective LIKE '%\SYSTEM'
    ELSE coalesce(run_as_user_effective, 0) = 0
  END;
