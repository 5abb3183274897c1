-- id: NSA-07
-- title: Privileged containers
-- section: Kubernetes Pod security
-- severity: high
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   A privileged container has every capability, sees every device of its node and is
--   confined by neither seccomp nor AppArmor. Whoever gets to run code in it is root on
--   the node, and from there in every other pod on it. On Windows a HostProcess
--   container is the same thing.
-- fix: |
--   {{if eq .violation "hostProcess"}}Remove windowsOptions.hostProcess from {{.path}}{{else}}Set securityContext.privileged of container {{.container}} to false, or remove it{{end}}.
--   If the container needs one thing of the host, grant that alone: a capability
--   (securityContext.capabilities.add), or a device through a device plug-in.
-- patch:
--   container:
--     securityContext: {privileged: false}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, table of pod security controls
--   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
-- aliases: [CIS-5.2.2, CIS-5.2.10, C-0057, KSV-0017, KSV-0103]
-- pass:
--   - name: unset is not privileged, in any kind of container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         initContainers: [{name: setup, image: registry.example/setup:1}]
--         containers: [{name: app, image: registry.example/app:1, securityContext: {privileged: false}}]
-- fail:
--   - name: a regular container of a Deployment
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             containers: [{name: app, image: registry.example/app:1, securityContext: {privileged: true}}]
--     rows:
--       - {kind: Deployment, namespace: shop, name: web, container: app, path: "spec.template.spec.containers[0].securityContext.privileged", actual: "true", expected: "false"}
--   - name: an init container of a CronJob, three levels down
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
--                 initContainers: [{name: setup, image: registry.example/setup:1, securityContext: {privileged: true}}]
--                 containers: [{name: run, image: registry.example/run:1}]
--     rows:
--       - {kind: CronJob, name: nightly, container: setup, container_type: init, path: "spec.jobTemplate.spec.template.spec.initContainers[0].securityContext.privileged"}
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type,
  path || '.securityContext.privileged' AS path,
  'true' AS actual, 'false' AS expected,
  'privileged' AS violation, image, drift, pods, file, line
FROM k8s_containers
WHERE judged AND privileged = 1
UNION ALL
SELECT
  asset_kind, namespace, asset_name, container, container_type,
  CASE windows_host_process_source
    WHEN 'container' THEN path || '.securityContext'
    ELSE spec_path || '.securityContext'
  END || '.windowsOptions.hostProcess',
  'true', 'false', 'hostProcess', image, drift, pods, file, line
FROM k8s_containers
WHERE judged AND windows_host_process_effective = 1;
