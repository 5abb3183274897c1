-- id: CIS-5.5.1
-- title: Images are admitted by their provenance
-- section: 5.5 Extensible admission control
-- severity: medium
-- level: 2
-- type: manual
-- profile: policies
-- scope: object
-- assets: |
--   SELECT kind, namespace, name,
--     CASE WHEN NOT flags_known THEN 'its command line was not understood' END AS not_assessed
--   FROM k8s_control_plane_components WHERE component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster, CASE WHEN NOT EXISTS (SELECT 1 FROM k8s_webhooks WHERE matches_pods AND product IN
--     ('connaisseur', 'sigstore policy-controller', 'ratify', 'portieris', 'binary authorization')) THEN 'no webhook is known to check images, and the flags of kube-apiserver cannot be seen' END
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   Whoever can push to a registry, or name another one, decides what runs in the cluster.
--   Checking at admission who built and signed an image is the only place that holds for every
--   way to create a pod.
-- fix: |
--   Run what verifies signatures for every pod: the sigstore policy-controller, Ratify, Connaisseur, or a Kyverno policy with verifyImages.
--   {{- if .engine}} {{.engine}} is here already: look whether one of its policies verifies images, and waive this if so.{{end}}
--   The built-in way is the plug-in ImagePolicyWebhook, with a service that answers. In /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}:
--     - --enable-admission-plugins={{if .plugins}}{{.plugins}},{{end}}ImagePolicyWebhook
--     - --admission-control-config-file=/etc/kubernetes/admission/config.yaml
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.5.1
--   - https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#imagepolicywebhook
-- aliases: [C-0289]
-- pass:
--   - name: the plug-in is on
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, "--enable-admission-plugins=NodeRestriction,ImagePolicyWebhook"]}]
--   - name: a webhook that verifies
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: policy.sigstore.dev}
--       webhooks:
--         - name: policy.sigstore.dev
--           clientConfig: {service: {namespace: cosign-system, name: webhook}}
--           rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
--           admissionReviewVersions: [v1]
--           sideEffects: None
-- fail:
--   - name: neither, and an engine that may or may not
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --enable-admission-plugins=NodeRestriction]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: kyverno-resource-validating-webhook-cfg}
--       webhooks:
--         - name: validate.kyverno.svc-fail
--           clientConfig: {service: {namespace: kyverno, name: kyverno-svc}}
--           rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
--           admissionReviewVersions: [v1]
--           sideEffects: None
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: --enable-admission-plugins=NodeRestriction, engine: kyverno, node: cp1}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--enable-admission-plugins' || coalesce('=' || f.value, ' unset') AS actual, 'ImagePolicyWebhook, or a webhook that verifies images' AS expected,
  f.value AS plugins, (SELECT min(product) FROM k8s_webhooks WHERE matches_pods AND product IN ('kyverno', 'gatekeeper', 'kubewarden')) AS engine,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'enable-admission-plugins'
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND ',' || replace(coalesce(f.value, ''), ' ', '') || ',' NOT LIKE '%,ImagePolicyWebhook,%'
  AND NOT EXISTS (SELECT 1 FROM k8s_webhooks WHERE matches_pods AND product IN ('connaisseur', 'sigstore policy-controller', 'ratify', 'portieris', 'binary authorization'));
