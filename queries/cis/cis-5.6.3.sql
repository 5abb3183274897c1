-- id: CIS-5.6.3
-- title: Pods and containers have a security context
-- section: 5.6 General policies
-- severity: low
-- level: 2
-- type: manual
-- profile: policies
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged AND os IS NOT 'windows'
-- why: |
--   A container without any security context runs with what the image and the runtime happen to
--   grant: root, a dozen capabilities, a writable file system. That nothing is set means that
--   nobody thought about it; what should be in it is the matter of 5.2.
-- fix: |
--   Give container {{.container}} what an ordinary application can live with, then see what it misses:
--     securityContext:
--       runAsNonRoot: true
--       allowPrivilegeEscalation: false
--       readOnlyRootFilesystem: true
--       capabilities: {drop: [ALL]}
--       seccompProfile: {type: RuntimeDefault}
-- patch:
--   container:
--     securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.6.3
--   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
-- aliases: [C-0211]
-- pass:
--   - name: for the container, or for the pod
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: a, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {readOnlyRootFilesystem: true}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: b, namespace: shop}
--       spec:
--         securityContext: {runAsNonRoot: true}
--         containers: [{name: app, image: "registry.example/app:1"}]
-- fail:
--   - name: neither, and an empty one
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
--         securityContext: {}
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {}}]
--     rows:
--       - {kind: Pod, namespace: shop, name: a, container: app, path: "spec.containers[0].securityContext", actual: unset}
--       - {name: b}

-- Of the pod's context those fields count that a container inherits.
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type, path || '.securityContext' AS path,
  'unset' AS actual, 'a security context' AS expected, image, drift, pods, file, line
FROM k8s_containers
WHERE judged AND os IS NOT 'windows' AND coalesce(security_context, '{}') = '{}'
  AND coalesce(pod_run_as_user, pod_run_as_group, pod_run_as_non_root, fs_group, pod_seccomp_type, pod_apparmor_type, pod_selinux_type, pod_selinux_level) IS NULL;
