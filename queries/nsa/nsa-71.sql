-- id: NSA-71
-- title: Components that should be gone
-- section: Upgrading and application security practices
-- severity: medium
-- scope: object
-- assets: |
--   SELECT asset_kind AS kind, namespace, asset_name AS name FROM k8s_pod_specs WHERE judged
--   UNION ALL
--   SELECT 'IngressClass', NULL, name FROM k8s_ingress_classes
-- why: |
--   Nobody repairs these any more: the next flaw found in one of them stays open for good. Most
--   hold rights over the whole cluster, or stand where the internet comes in.
-- fix: |
--   {{.component}}: {{.since}}.
--   {{- if .replacement}}
--   The same images are at registry.k8s.io; mirrors and allow lists that name {{.registry}} need the new name as well.
--   {{- else if eq .component "Tiller"}}
--   Move the releases to Helm 3 (helm plugin install https://github.com/helm/helm-2to3, helm 2to3 convert RELEASE), then delete {{.kind}} {{.name}}, the
--   service tiller-deploy, and the role binding of its account.
--   {{- else if eq .component "Kubernetes Dashboard"}}
--   Delete {{.kind}} {{.name}} with its role bindings; Headlamp does the same, and nothing is lost with either: kubectl and the API stay.
--   {{- else if eq .component "ingress-nginx"}}
--   Move the Ingresses of its class to the Gateway API (ingress2gateway print), or to a controller that is looked after, then delete {{.kind}} {{.name}}.
--   {{- else if eq .component "Heapster"}}
--   Delete {{.kind}} {{.name}}; metrics-server serves kubectl top and the autoscalers.
--   {{- else}}
--   {{.kind}} {{.name}}: move to a network plug-in that is looked after, node by node.
--   {{- end}}
-- command: "{{if .replacement}}kubectl set image -n {{.namespace}} {{.kind}}/{{.name}} {{.container}}={{.replacement}}{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Upgrading and application security practices
--   - https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/
--   - https://kubernetes.io/blog/2023/03/10/image-registry-redirect/
-- aliases: [C-0014, C-0253, C-0292, C-0293, KSV-0102, KSV-0107]
-- pass:
--   - name: components that are looked after
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: metrics-server, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: metrics-server}}
--         template:
--           metadata: {labels: {app: metrics-server}}
--           spec:
--             containers: [{name: metrics-server, image: "registry.k8s.io/metrics-server/metrics-server:v0.8.0"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: nginx, image: "nginx:1.29"}, {name: chart, image: registry.example/dashboard:2}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: IngressClass
--       metadata: {name: nginx}
--       spec: {controller: nginx.org/ingress-controller}
--   - name: finished pods are no matter
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: run, image: "registry.k8s.io/heapster-amd64:v1.5.4"}]
--       status: {phase: Succeeded}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: Tiller and Heapster, in kube-system as well
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: tiller-deploy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: helm}}
--         template:
--           metadata: {labels: {app: helm}}
--           spec:
--             containers: [{name: tiller, image: "gcr.io/kubernetes-helm/tiller:v2.16.1"}]
--       ---
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: heapster, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: heapster}}
--         template:
--           metadata: {labels: {app: heapster}}
--           spec:
--             containers: [{name: heapster, image: registry.example/mirror/heapster-amd64:v1.5.4}]
--     rows:
--       - {kind: Deployment, namespace: kube-system, name: tiller-deploy, component: Tiller, path: "spec.template.spec.containers[0].image", actual: "gcr.io/kubernetes-helm/tiller:v2.16.1", expected: removed, severity: high}
--       - {name: heapster, component: Heapster, severity: medium}
--   - name: the Dashboard, and one that asks for no login
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: kubernetes-dashboard, namespace: kubernetes-dashboard}
--       spec:
--         selector: {matchLabels: {app: dashboard}}
--         template:
--           metadata: {labels: {app: dashboard}}
--           spec:
--             containers: [{name: dashboard, image: "docker.io/kubernetesui/dashboard:v2.7.0", args: [--namespace=kubernetes-dashboard]}]
--       ---
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: open, namespace: tools}
--       spec:
--         selector: {matchLabels: {app: dashboard}}
--         template:
--           metadata: {labels: {app: dashboard}}
--           spec:
--             containers: [{name: dashboard, image: "kubernetesui/dashboard:v2.4.0", args: [--enable-skip-login]}]
--     rows:
--       - {namespace: kubernetes-dashboard, component: Kubernetes Dashboard, severity: medium, args: ""}
--       - {namespace: tools, severity: high, args: --enable-skip-login}
--   - name: ingress-nginx, its class, and images of the frozen registry
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
--       spec:
--         selector: {matchLabels: {app: ingress}}
--         template:
--           metadata: {labels: {app: ingress}}
--           spec:
--             containers: [{name: controller, image: "registry.k8s.io/ingress-nginx/controller:v1.13.3@sha256:1111111111111111111111111111111111111111111111111111111111111111"}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: IngressClass
--       metadata: {name: public}
--       spec: {controller: k8s.io/ingress-nginx}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         initContainers: [{name: wait, image: "k8s.gcr.io/busybox:1.27"}]
--         containers: [{name: pause, image: "gcr.io/google_containers/pause:3.1"}]
--     rows:
--       - {kind: Deployment, name: ingress-nginx-controller, component: ingress-nginx, severity: high}
--       - {kind: IngressClass, namespace: "", name: public, path: spec.controller, actual: k8s.io/ingress-nginx}
--       - {kind: Pod, name: web, container: wait, component: k8s.gcr.io, replacement: "registry.k8s.io/busybox:1.27", expected: registry.k8s.io}
--       - {kind: Pod, name: web, container: pause, replacement: "registry.k8s.io/pause:3.1"}
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
--                 containers: [{name: run, image: "registry.k8s.io/heapster-amd64:v1.5.4"}]
--     rows:
--       - {kind: CronJob, name: nightly, component: Heapster, path: "spec.jobTemplate.spec.template.spec.containers[0].image"}
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
--             containers: [{name: app, image: "k8s.gcr.io/pause:3.1"}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         containers: [{name: app, image: "k8s.gcr.io/pause:3.1"}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-b, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         initContainers: [{name: mesh, image: "k8s.gcr.io/mesh:1", restartPolicy: Always}]
--         containers: [{name: app, image: "k8s.gcr.io/pause:3.1"}]
--       status: {phase: Running}
--     rows:
--       - {kind: DaemonSet, name: agent, container: app, drift: "", pods: 2}
--       - {kind: DaemonSet, name: agent, container: mesh, container_type: sidecar, drift: Pod/agent-b}

-- As of October 2026. Images are known by the last parts of their repository, so that
-- mirrors count; a copy under another name is not seen. One row for each container.
WITH gone(pattern, component, since, severity) AS (VALUES
  ('*/tiller', 'Tiller', 'Helm 2 has had no repairs since November 2020, and its port obeys whoever reaches it', 'high'),
  ('*/kubernetesui/dashboard*', 'Kubernetes Dashboard', 'archived in January 2026', 'medium'),
  ('*/kubernetes-dashboard-*', 'Kubernetes Dashboard', 'archived in January 2026; this is version 1', 'high'),
  ('*/ingress-nginx/controller*', 'ingress-nginx', 'retired in March 2026', 'high'),
  ('*/kubernetes-ingress-controller/nginx-ingress-controller*', 'ingress-nginx', 'retired in March 2026', 'high'),
  ('*/heapster*', 'Heapster', 'retired in 2018', 'medium'),
  ('*/weaveworks/weave-kube', 'Weave Net', 'archived in June 2024', 'medium')),
-- Images are few, and containers many.
known AS MATERIALIZED (
  SELECT r.image_repository, g.component, g.since, g.severity
  FROM (SELECT DISTINCT image_repository FROM k8s_containers WHERE judged) r
  JOIN gone g ON '/' || r.image_repository GLOB g.pattern),
image AS (
  SELECT c.asset_kind, c.namespace, c.asset_name, c.container, c.container_type, c.path, c.image, c.image_registry, c.drift, c.pods, c.file, c.line,
    g.component, g.since, g.severity,
    (SELECT group_concat(a.value, ' ') FROM json_each(c.args) a
      WHERE g.component = 'Kubernetes Dashboard' AND a.value IN ('--enable-skip-login', '--enable-skip-login=true', '--enable-insecure-login', '--enable-insecure-login=true')) AS open_args
  FROM k8s_containers c
  LEFT JOIN known g ON g.image_repository = c.image_repository
  WHERE c.judged AND (g.component IS NOT NULL OR c.image_registry = 'k8s.gcr.io'
    OR c.image_registry = 'gcr.io' AND (c.image_repository LIKE 'google_containers/%' OR c.image_repository LIKE 'google-containers/%')))
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type, path || '.image' AS path, image AS actual,
  CASE WHEN component IS NULL THEN 'registry.k8s.io' ELSE 'removed' END AS expected,
  CASE WHEN open_args IS NOT NULL THEN 'high' ELSE coalesce(severity, 'medium') END AS severity,
  coalesce(component, 'k8s.gcr.io') AS component, coalesce(since, 'the registry has been frozen since April 2023: it gets no repaired images') AS since,
  CASE WHEN component IS NULL THEN 'registry.k8s.io/' || CASE WHEN image_registry = 'gcr.io' THEN substr(image, 26) ELSE substr(image, 12) END END AS replacement,
  image_registry AS registry, open_args AS args, drift, pods, file, line
FROM image
UNION ALL
SELECT
  'IngressClass', NULL, name, NULL, NULL, 'spec.controller', controller, 'removed', 'medium', 'ingress-nginx', 'retired in March 2026',
  NULL, NULL, NULL, NULL, NULL, file, line
FROM k8s_ingress_classes
WHERE controller = 'k8s.io/ingress-nginx';
