-- id: NSA-77
-- title: No user namespace (information)
-- section: Kubernetes Pod security
-- severity: info
-- verdict: info
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   In a user namespace root is root inside the pod and nobody on the node: most ways out of a
--   container lead to an account that may do nothing there. It asks nothing of the image, so it
--   is the way for applications that cannot do without root.
-- fix: |
--   Set hostUsers: false in the pod spec{{if .gate}} ({{.gate}}){{end}}. Nodes need Linux 6.3, containerd 2.0 or CRI-O 1.25 and file systems
--   with idmapped mounts: try it on one pod. Without root at all (NSA-01) there is less to gain.
-- patch:
--   pod: {hostUsers: false}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, rootless container engines
--   - https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/
-- pass:
--   - name: a user namespace, no root, and pods that cannot have one
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: build, namespace: shop}
--       spec:
--         hostUsers: false
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         securityContext: {runAsNonRoot: true}
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent, namespace: shop}
--       spec:
--         hostNetwork: true
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         os: {name: windows}
--         containers: [{name: app, image: registry.example/iis:1}]
--   - name: the cluster's own parts are shown and not counted, finished pods are no matter
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: kube-proxy}}
--         template:
--           metadata: {labels: {app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: registry.example/kube-proxy:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: run, image: registry.example/run:1}]
--       status: {phase: Succeeded}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         hostUsers: false
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: root, in one container of two
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             hostUsers: true
--             containers:
--               - {name: app, image: registry.example/app:1, securityContext: {runAsUser: 1000}}
--               - {name: setup, image: registry.example/setup:1}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1, securityContext: {runAsUser: 0}}]
--     rows:
--       - {kind: Deployment, namespace: shop, name: web, path: spec.template.spec.hostUsers, actual: "true", expected: "false", root: setup}
--       - {kind: Pod, name: web, path: spec.hostUsers, actual: unset, root: app}
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
--                 containers: [{name: run, image: registry.example/run:1}]
--     rows:
--       - {kind: CronJob, name: nightly, path: spec.jobTemplate.spec.template.spec.hostUsers, root: run}
--   - name: of init, sidecar and ephemeral containers, and not with a namespace of the host
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         securityContext: {runAsNonRoot: true}
--         initContainers: [{name: setup, image: registry.example/setup:1, securityContext: {runAsNonRoot: false}}, {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, securityContext: {runAsNonRoot: false}}]
--         containers: [{name: app, image: registry.example/app:1}]
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1, securityContext: {runAsNonRoot: false}}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: ipc, namespace: shop}
--       spec:
--         hostIPC: true
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: pid, namespace: shop}
--       spec:
--         hostPID: true
--         containers: [{name: app, image: registry.example/app:1}]
--     rows:
--       - {name: web, root: "setup, proxy, debug"}

-- For information: whether nodes can do it is not in the API. Pods with a namespace of the
-- host cannot; clusters before 1.30 do not know it, and have no rows.
WITH root AS (
  SELECT spec_id, group_concat(container, ', ') AS containers
  FROM k8s_containers
  WHERE judged AND os IS NOT 'windows' AND run_as_non_root_effective IS NOT 1 AND coalesce(run_as_user_effective, 0) = 0
    AND host_users IS NOT 0 AND host_network IS NOT 1 AND host_pid IS NOT 1 AND host_ipc IS NOT 1
  GROUP BY spec_id),
version AS (SELECT max(minor) AS minor FROM k8s_cluster_info)
SELECT
  s.asset_kind AS kind, s.namespace AS namespace, s.asset_name AS name, s.spec_path || '.hostUsers' AS path,
  CASE s.host_users WHEN 1 THEN 'true' ELSE 'unset' END AS actual, 'false' AS expected, r.containers AS root,
  CASE WHEN v.minor < 33 THEN 'before Kubernetes 1.33 behind the feature gate UserNamespacesSupport' END AS gate,
  s.drift AS drift, s.pods AS pods, s.file AS file, s.line AS line
FROM root r
JOIN k8s_pod_specs s ON s.spec_id = r.spec_id
JOIN version v
WHERE s.judged AND coalesce(v.minor, 30) >= 30;
