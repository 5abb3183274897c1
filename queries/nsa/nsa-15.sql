-- id: NSA-15
-- title: AppArmor disabled
-- section: Kubernetes Pod security
-- severity: medium
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged AND os IS NOT 'windows'
-- why: |
--   On nodes with AppArmor every container gets the runtime's profile, which denies writing to
--   /proc and /sys, mounting, and tracing what is outside the container. Here that profile is
--   switched off by name, which leaves bugs of the kernel and the runtime one guard fewer.
-- fix: |
--   {{if .annotation}}Remove the annotation {{.annotation}}{{if eq .level "container"}}, and set appArmorProfile.type at {{.path}} to RuntimeDefault; the API server refuses pods where they differ{{else}}: the runtime's profile then applies{{end}}.
--   From Kubernetes 1.30 on, securityContext.appArmorProfile alone says the same.
--   {{- else}}Set securityContext.appArmorProfile.type of container {{.container}} to RuntimeDefault{{if eq .level "pod"}}, or remove Unconfined from the pod, at {{.path}}{{end}}.
--   If the profile denies something that the application needs, the node's audit log names it: write a
--   profile that allows that much, load it on the nodes, and refer to it with type Localhost.{{end}}
--   {{- if eq .container_type "ephemeral"}}
--   An ephemeral container cannot be changed: it goes when its pod is replaced.{{end}}
-- patch:
--   json: "{{.json_patch}}"
--   container:
--     securityContext: {appArmorProfile: {type: RuntimeDefault}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, table of pod security controls
--   - https://kubernetes.io/docs/tutorials/security/apparmor/
-- aliases: [CIS-5.6.3, KSV-0002]
-- pass:
--   - name: unset, the runtime's profile, one of the node's, a container that overrides its pod
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, annotations: {container.apparmor.security.beta.kubernetes.io/app: localhost/k8s-web, container.apparmor.security.beta.kubernetes.io/log: runtime/default}}
--       spec:
--         containers:
--           - {name: app, image: registry.example/app:1}
--           - {name: log, image: registry.example/log:1}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: api, namespace: shop}
--       spec:
--         securityContext: {appArmorProfile: {type: Localhost, localhostProfile: k8s-api}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: RuntimeDefault}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: mixed, namespace: shop}
--       spec:
--         securityContext: {appArmorProfile: {type: Unconfined}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: RuntimeDefault}}}]
--   - name: Windows has no AppArmor; the cluster's own parts are shown and not counted
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop, annotations: {container.apparmor.security.beta.kubernetes.io/app: unconfined}}
--       spec:
--         os: {name: windows}
--         containers: [{name: app, image: registry.example/iis:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: cilium, namespace: kube-system}
--       spec:
--         securityContext: {appArmorProfile: {type: Unconfined}}
--         containers: [{name: agent, image: registry.example/cilium:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: chosen by node selector, or by affinity alone, Windows is Windows
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         nodeSelector: {kubernetes.io/os: windows}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: dotnet, namespace: shop}
--       spec:
--         affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows]}]}]}}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: finished pods are no matter
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: run, image: registry.example/run:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--       status: {phase: Failed}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: Unconfined for each kind of container, and inherited
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         initContainers:
--           - {name: setup, image: registry.example/setup:1, securityContext: {appArmorProfile: {type: Unconfined}}}
--           - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, securityContext: {appArmorProfile: {type: Unconfined}}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--       status: {phase: Running}
--       ---
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: api, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: api}}
--         template:
--           metadata: {labels: {app: api}}
--           spec:
--             securityContext: {appArmorProfile: {type: Unconfined}}
--             containers:
--               - {name: app, image: registry.example/app:1}
--               - {name: log, image: registry.example/log:1, securityContext: {appArmorProfile: {type: RuntimeDefault}}}
--     rows:
--       - {name: web, container: setup, container_type: init, level: container, actual: Unconfined, path: "spec.initContainers[0].securityContext.appArmorProfile.type"}
--       - {name: web, container: proxy, container_type: sidecar}
--       - {name: web, container: app, container_type: regular, annotation: ""}
--       - {name: web, container: debug, container_type: ephemeral}
--       - {kind: Deployment, name: api, container: app, level: pod, path: spec.template.spec.securityContext.appArmorProfile.type}
--   - name: the annotation of before 1.30, of a pod and of a template; a field beside it is the same setting
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, annotations: {container.apparmor.security.beta.kubernetes.io/app: unconfined}}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: api, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: api}}
--         template:
--           metadata: {labels: {app: api}, annotations: {container.apparmor.security.beta.kubernetes.io/app: unconfined}}
--           spec:
--             containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: both, namespace: shop, annotations: {container.apparmor.security.beta.kubernetes.io/app: unconfined}}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--     rows:
--       - {name: web, container: app, actual: unconfined, level: annotation, path: "metadata.annotations['container.apparmor.security.beta.kubernetes.io/app']"}
--       - {kind: Deployment, name: api, level: annotation, path: "spec.template.metadata.annotations['container.apparmor.security.beta.kubernetes.io/app']", json_patch: '[{"op":"remove","path":"/spec/template/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app"}]'}
--       - {name: both, level: container, actual: Unconfined, container_type: "", annotation: container.apparmor.security.beta.kubernetes.io/app}
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
--                 containers: [{name: run, image: registry.example/run:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--     rows:
--       - {kind: CronJob, name: nightly, level: container, path: "spec.jobTemplate.spec.template.spec.containers[0].securityContext.appArmorProfile.type"}
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
--             containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-b, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         initContainers: [{name: mesh, image: registry.example/mesh:1, restartPolicy: Always, securityContext: {appArmorProfile: {type: Unconfined}}}]
--         containers: [{name: app, image: registry.example/app:1, securityContext: {appArmorProfile: {type: Unconfined}}}]
--       status: {phase: Running}
--     rows:
--       - {kind: DaemonSet, name: agent, container: app, drift: "", pods: 2}
--       - {kind: DaemonSet, name: agent, container: mesh, container_type: sidecar, drift: Pod/agent-b, path: "spec.initContainers[0].securityContext.appArmorProfile.type"}

-- As for seccomp we judge what holds for the container: Unconfined of a pod whose every
-- container says otherwise confines all of them. Rows with an annotation have no
-- container_type, so that the patch puts no field beside an annotation that contradicts
-- it: the API server refuses such pods. json_patch changes both.
WITH found AS (
  SELECT asset_kind, namespace, asset_name, container, container_type, path, spec_path, image, drift, pods, file, line,
    apparmor_type_effective AS profile, apparmor_type_source AS source, apparmor_annotation AS note,
    substr(spec_path, 1, length(spec_path) - 4) AS above,
    apparmor_annotation <> 'runtime/default' AND apparmor_annotation NOT LIKE 'localhost/%' AS noted
  FROM k8s_containers
  WHERE judged AND os IS NOT 'windows' AND (apparmor_type_effective NOT IN ('RuntimeDefault', 'Localhost') OR apparmor_annotation IS NOT NULL))
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container,
  CASE WHEN noted IS NOT 1 THEN container_type END AS container_type,
  CASE WHEN noted AND source <> 'container' THEN 'annotation' ELSE source END AS level,
  CASE
    WHEN noted AND source <> 'container' THEN above || 'metadata.annotations[''container.apparmor.security.beta.kubernetes.io/' || container || ''']'
    WHEN source = 'pod' THEN spec_path || '.securityContext.appArmorProfile.type'
    ELSE path || '.securityContext.appArmorProfile.type'
  END AS path,
  CASE WHEN noted AND source <> 'container' THEN note ELSE profile END AS actual,
  CASE WHEN noted AND source <> 'container' THEN 'runtime/default or localhost/…' ELSE 'RuntimeDefault or Localhost' END AS expected,
  CASE WHEN noted THEN 'container.apparmor.security.beta.kubernetes.io/' || container END AS annotation,
  CASE WHEN noted THEN json_remove(json_array(
    json_object('op', 'remove', 'path', '/' || replace(above, '.', '/') || 'metadata/annotations/container.apparmor.security.beta.kubernetes.io~1' || container),
    json_object('op', 'replace', 'path', '/' || replace(replace(replace(path, ']', ''), '[', '/'), '.', '/') || '/securityContext/appArmorProfile/type', 'value', 'RuntimeDefault')),
    CASE WHEN source = 'container' THEN '$[2]' ELSE '$[1]' END) END AS json_patch,
  image, drift, pods, file, line
FROM found
WHERE profile NOT IN ('RuntimeDefault', 'Localhost') OR noted AND source <> 'container';
