-- id: NSA-03
-- title: Images referenced by a mutable tag
-- section: Kubernetes Pod security
-- severity: low
-- scope: object
-- parameters:
--   - {name: require_digest, type: boolean, default: false, doc: "Fail every image that is not pinned by a digest, whatever its tag."}
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   A reference without a tag, or with the tag latest, means something else after every push:
--   two pods of one workload can run different code, a rollback brings nothing back, and what
--   was scanned and signed is not what starts tomorrow.
-- fix: |
--   Give the image of container {{.container}} the version that you mean to run, {{.image_repository}}:VERSION,
--   or pin it with a digest, {{.image_repository}}@sha256:…; then set imagePullPolicy to IfNotPresent.
--   What runs now: kubectl get pods{{if .namespace}} -n {{.namespace}}{{end}} -o jsonpath='{.items[*].status.containerStatuses[*].imageID}'
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, building secure container images
--   - https://kubernetes.io/docs/concepts/containers/images/#image-names
-- aliases: [KSV-0013, C-0075]
-- pass:
--   - name: a version, a digest, both, a registry with a port
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         initContainers: [{name: setup, image: "registry.example:5000/setup:1"}]
--         containers:
--           - {name: a, image: "registry.example/app:1.2.3"}
--           - {name: b, image: "registry.example/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
--           - {name: c, image: "registry.example/app:latest@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
-- fail:
--   - name: no tag and latest, in every kind of container
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         initContainers:
--           - {name: setup, image: "registry.example:5000/setup"}
--           - {name: proxy, image: "registry.example/proxy:latest", restartPolicy: Always}
--         containers: [{name: app, image: nginx, imagePullPolicy: IfNotPresent}]
--         ephemeralContainers: [{name: debug, image: "busybox:latest"}]
--       status: {phase: Running}
--     rows:
--       - {container: setup, container_type: init, path: "spec.initContainers[0].image", actual: "registry.example:5000/setup", reason: no tag}
--       - {container: proxy, container_type: sidecar, reason: tag latest}
--       - {container: app, container_type: regular, actual: nginx, image_repository: docker.io/library/nginx, image_pull_policy: IfNotPresent}
--       - {container: debug, container_type: ephemeral, reason: tag latest}
--   - name: a version, where digests are asked for
--     parameters: {require_digest: true}
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers:
--           - {name: app, image: "registry.example/app:1.2.3"}
--           - {name: pinned, image: "registry.example/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
--     rows:
--       - {container: app, expected: a digest, reason: tag 1.2.3}
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type,
  path || '.image' AS path, image AS actual, CASE WHEN d.required THEN 'a digest' ELSE 'a version or a digest' END AS expected,
  CASE WHEN image_tag IS NULL THEN 'no tag' ELSE 'tag ' || image_tag END AS reason,
  image_registry || '/' || image_repository AS image_repository, image_pull_policy, drift, pods, file, line
FROM k8s_containers
JOIN (SELECT EXISTS (SELECT 1 FROM kspm_parameters WHERE rule = 'NSA-03' AND name = 'require_digest' AND value = '1') AS required) d
WHERE judged AND image IS NOT NULL AND image_digest_ref IS NULL AND (d.required OR coalesce(image_tag, 'latest') = 'latest');
