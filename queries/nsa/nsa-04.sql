-- id: NSA-04
-- title: Images from registries outside the allow list
-- section: Kubernetes Pod security
-- severity: medium
-- scope: cluster
-- parameters:
--   - name: allowed_registries
--     type: list
--     doc: >-
--       Registries, or parts of them, that images may come from: registry.example.com, ghcr.io/acme, docker.io/library.
--       An entry is a prefix that ends where a part of the path ends; *.example.com is every host below that domain.
-- assets: |
--   SELECT asset_kind AS kind, namespace, asset_name AS name, exempt,
--     CASE WHEN (SELECT value FROM kspm_parameters WHERE rule = 'NSA-04' AND name = 'allowed_registries') IS NULL
--       THEN 'set parameters.NSA-04.allowed_registries in kspm.yaml; in use: '
--         || (SELECT group_concat(registry, ', ') FROM (SELECT DISTINCT image_registry AS registry FROM k8s_containers WHERE judged AND image_registry IS NOT NULL ORDER BY 1 LIMIT 12))
--     END AS not_applicable
--   FROM k8s_pod_specs WHERE judged
-- why: |
--   Whoever can push to a registry that you run images from runs code in your cluster. A list of
--   the ones that somebody answers for keeps out the typo, the account that was taken over, and
--   the image that a page on the internet said to try.
-- fix: |
--   Container {{.container}}: have {{.actual}} scanned, copy it to one of {{.allowed}}, and use it from there, at {{.path}}.
--   Is {{.registry}} to be trusted? Then add it, or better {{.registry}}/{{.repository}}, to parameters.NSA-04.allowed_registries in kspm.yaml.
--   {{- if eq .registry "k8s.gcr.io"}}
--   k8s.gcr.io has been frozen since April 2023: the same images, repaired, are at registry.k8s.io.{{end}}
--   {{- if .insecure}}
--   {{.registry}} looks like a registry of one machine, and is likely served without TLS.{{end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, building secure container images
--   - https://kubernetes.io/docs/concepts/containers/images/
-- aliases: [C-0078, C-0001, C-0253, KSV-0125]
-- pass:
--   - name: a registry, a part of one, a domain, and names without a registry
--     parameters: {allowed_registries: [registry.example.com, ghcr.io/acme, "*.corp.example:5000", docker.io/library, docker.io/grafana/grafana]}
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         initContainers: [{name: wait, image: busybox}]
--         containers:
--           - {name: a, image: "registry.example.com/team/app:1"}
--           - {name: b, image: "ghcr.io/acme/tools/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
--           - {name: c, image: "eu.corp.example:5000/app:1"}
--           - {name: d, image: "docker.io/grafana/grafana:12"}
--   - name: the cluster's own parts are shown and not counted, finished pods are no matter
--     parameters: {allowed_registries: [registry.example.com]}
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: kube-proxy}}
--         template:
--           metadata: {labels: {app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: "registry.k8s.io/kube-proxy:v1.35.0"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: run, image: "busybox:1"}]
--       status: {phase: Succeeded}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example.com/app:1"}]
-- fail:
--   - name: others, in every kind of container, and entries that are no bare prefixes
--     parameters: {allowed_registries: [registry.example.com, ghcr.io/acme, "*.corp.example"]}
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             initContainers:
--               - {name: wait, image: "k8s.gcr.io/busybox:1.27"}
--               - {name: proxy, image: "ghcr.io/acme-evil/proxy:1", restartPolicy: Always}
--             containers:
--               - {name: app, image: "registry.example.com/app:1"}
--               - {name: typo, image: "registry.example.com.evil.example/app:1"}
--               - {name: hub, image: nginx}
--               - {name: domain, image: "corp.example/app:1"}
--               - {name: local, image: "localhost:5000/app:1"}
--     rows:
--       - {kind: Deployment, namespace: shop, name: web, container: wait, container_type: init, registry: k8s.gcr.io, path: "spec.template.spec.initContainers[0].image"}
--       - {container: proxy, container_type: sidecar, registry: ghcr.io, repository: acme-evil/proxy}
--       - {container: typo, registry: registry.example.com.evil.example}
--       - {container: hub, actual: nginx, registry: docker.io, repository: library/nginx, expected: an allowed registry, allowed: "registry.example.com, ghcr.io/acme, *.corp.example"}
--       - {container: domain, registry: corp.example}
--       - {container: local, insecure: 1}
--   - name: a container that was added to a running pod
--     parameters: {allowed_registries: [registry.example.com]}
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: app, image: "registry.example.com/app:1"}]
--         ephemeralContainers: [{name: debug, image: busybox}]
--       status: {phase: Running}
--     rows:
--       - {container: debug, container_type: ephemeral}
--   - name: a list that allows nothing
--     parameters: {allowed_registries: []}
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example.com/app:1"}]
--     rows:
--       - {container: app}
--   - name: a CronJob, three levels down
--     parameters: {allowed_registries: [registry.example.com]}
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
--                 containers: [{name: run, image: "registry.example/run:1"}]
--     rows:
--       - {kind: CronJob, name: nightly, path: "spec.jobTemplate.spec.template.spec.containers[0].image"}
--   - name: pods fold into their DaemonSet, an injected sidecar is charged to it
--     parameters: {allowed_registries: [registry.example.com]}
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: agent, namespace: shop, uid: d1}
--       spec:
--         selector: {matchLabels: {app: agent}}
--         template:
--           metadata: {labels: {app: agent}}
--           spec:
--             containers: [{name: app, image: "docker.io/acme/app:1"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         containers: [{name: app, image: "docker.io/acme/app:1"}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-b, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         initContainers: [{name: mesh, image: "ghcr.io/mesh/mesh:1", restartPolicy: Always}]
--         containers: [{name: app, image: "docker.io/acme/app:1"}]
--       status: {phase: Running}
--     rows:
--       - {kind: DaemonSet, name: agent, container: app, drift: "", pods: 2}
--       - {kind: DaemonSet, name: agent, container: mesh, registry: ghcr.io, drift: Pod/agent-b}

-- References are compared once they are normalised: no host is docker.io, and there a single
-- name is library/NAME. Each image is compared once, however many containers have it.
WITH allowed AS (
  SELECT rtrim(v.value, '/') AS entry FROM kspm_parameters p, json_each(p.value) v WHERE p.rule = 'NSA-04' AND p.name = 'allowed_registries'),
foreign_image AS MATERIALIZED (
  SELECT DISTINCT image_registry AS registry, image_repository AS repository
  FROM k8s_containers c
  WHERE judged AND image IS NOT NULL
    AND EXISTS (SELECT 1 FROM kspm_parameters WHERE rule = 'NSA-04' AND name = 'allowed_registries' AND value IS NOT NULL)
    AND NOT EXISTS (
      SELECT 1 FROM allowed a
      WHERE a.entry = c.image_registry || '/' || c.image_repository
        OR substr(c.image_registry || '/' || c.image_repository, 1, length(a.entry) + 1) = a.entry || '/'
        OR a.entry LIKE '*.%' AND substr('.' || c.image_registry, -length(a.entry) + 1) = substr(a.entry, 2)
          AND length(c.image_registry) >= length(a.entry)))
SELECT
  c.asset_kind AS kind, c.namespace AS namespace, c.asset_name AS name, c.container AS container, c.container_type AS container_type,
  c.path || '.image' AS path, c.image AS actual, 'an allowed registry' AS expected, f.registry AS registry, f.repository AS repository,
  (SELECT group_concat(entry, ', ') FROM allowed) AS allowed,
  CASE WHEN f.registry LIKE 'localhost%' OR f.registry GLOB '127.*' OR f.registry GLOB '10.*' OR f.registry GLOB '192.168.*' THEN 1 END AS insecure,
  c.drift AS drift, c.pods AS pods, c.file AS file, c.line AS line
FROM foreign_image f
JOIN k8s_containers c ON c.image_registry = f.registry AND c.image_repository = f.repository
WHERE c.judged;
