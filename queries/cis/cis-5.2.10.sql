-- id: CIS-5.2.10
-- title: Few containers are Windows HostProcess containers
-- section: 5.2 Pod security standards
-- severity: high
-- level: 1
-- type: manual
-- profile: policies
-- formerly: {"1.11": 5.2.11}
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   A HostProcess container is a process of the Windows node itself, with the rights of the user
--   that it names, up to SYSTEM. It is to Windows what a privileged container is to Linux.
-- fix: |
--   Remove windowsOptions.hostProcess and the host's user name beside it from {{.path}}; all containers of a pod must agree.
--   {{- if not .held}}
--   Then keep others out: kubectl label namespace {{.namespace}} pod-security.kubernetes.io/enforce=baseline{{end}}
-- patch:
--   pod:
--     securityContext: {windowsOptions: null}
--   container:
--     securityContext: {windowsOptions: null}
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.2.10
--   - https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/
-- aliases: [C-0202, KSV-0103]
-- pass:
--   - name: a Windows container without the host
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: iis, namespace: shop}
--       spec:
--         os: {name: windows}
--         securityContext: {windowsOptions: {hostProcess: false}}
--         containers: [{name: app, image: "registry.example/app:1"}]
-- fail:
--   - name: for the pod, and for a container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent, namespace: shop}
--       spec:
--         os: {name: windows}
--         hostNetwork: true
--         securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\SYSTEM'}}
--         containers: [{name: app, image: "registry.example/app:1"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: probe, namespace: shop}
--       spec:
--         os: {name: windows}
--         hostNetwork: true
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\SYSTEM'}}}]
--     rows:
--       - {kind: Pod, namespace: shop, name: agent, path: spec.securityContext.windowsOptions.hostProcess, held: ""}
--       - {name: probe, path: "spec.containers[0].securityContext.windowsOptions.hostProcess"}
SELECT
  c.asset_kind AS kind, c.namespace AS namespace, c.asset_name AS name, c.container AS container, c.container_type AS container_type,
  iif(c.windows_host_process_source = 'container', c.path, c.spec_path) || '.securityContext.windowsOptions.hostProcess' AS path,
  'true' AS actual, 'false' AS expected, CASE WHEN n.psa_enforce IN ('baseline', 'restricted') THEN 'true' END AS held,
  c.windows_run_as_user_effective AS runs_as, c.image AS image, c.drift AS drift, c.pods AS pods, c.file AS file, c.line AS line
FROM k8s_containers c
LEFT JOIN k8s_namespaces n ON n.name = c.namespace
WHERE c.judged AND c.windows_host_process_effective = 1;
