-- id: NSA-74
-- title: Unmasked /proc
-- section: Kubernetes Pod security
-- severity: medium
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged AND os IS NOT 'windows'
-- why: |
--   Runtimes hide the parts of /proc that tell about the node or change it, its kernel's keys,
--   memory and settings among them. Unmasked brings all of that back into the container, for
--   writing where the process is root.
-- fix: |
--   Remove procMount of container {{.container}}, at {{.path}}, or set it to Default.
--   Building images inside a container, what Unmasked is mostly for, also works with user namespaces and a
--   rootless builder, in a namespace of its own and with a waiver.
--   {{- if eq .container_type "ephemeral"}}
--   An ephemeral container cannot be changed: it goes when its pod is replaced.{{end}}
-- patch:
--   container:
--     securityContext: {procMount: Default}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, Pod security enforcement
--   - https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
-- aliases: [KSV-0027]
-- pass:
--   - name: unset and Default
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         initContainers: [{name: setup, image: registry.example/setup:1}]
--         containers: [{name: app, image: registry.example/app:1, securityContext: {procMount: Default}}]
-- fail:
--   - name: Unmasked, with a user namespace too, in every kind of container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: build, namespace: shop, uid: p1}
--       spec:
--         hostUsers: false
--         initContainers:
--           - {name: setup, image: registry.example/setup:1, securityContext: {procMount: Unmasked}}
--           - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, securityContext: {procMount: Unmasked}}
--         containers: [{name: app, image: registry.example/app:1, securityContext: {procMount: Unmasked}}]
--         ephemeralContainers: [{name: debug, image: registry.example/debug:1, securityContext: {procMount: Unmasked}}]
--       status: {phase: Running}
--     rows:
--       - {container: setup, container_type: init, path: "spec.initContainers[0].securityContext.procMount", actual: Unmasked, expected: Default, host_users: 0}
--       - {container: proxy, container_type: sidecar}
--       - {container: app, container_type: regular}
--       - {container: debug, container_type: ephemeral}

-- The Pod Security Standards' baseline allows Unmasked together with hostUsers: false from
-- v1.35 on, and restricted does not: we follow restricted.
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type,
  path || '.securityContext.procMount' AS path, proc_mount AS actual, 'Default' AS expected,
  host_users, image, drift, pods, file, line
FROM k8s_containers
WHERE judged AND os IS NOT 'windows' AND proc_mount <> 'Default';
