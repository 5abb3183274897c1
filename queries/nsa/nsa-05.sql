-- id: NSA-05
-- title: No admission control over images
-- section: Kubernetes Pod security
-- severity: medium
-- verdict: review
-- scope: cluster
-- assets: |
--   SELECT 'Cluster' AS kind, NULL AS namespace, cluster AS name FROM k8s_cluster_info
--   UNION ALL
--   SELECT kind, namespace, name FROM k8s_control_plane_components
--   WHERE component = 'kube-apiserver' AND flags_known AND NOT EXISTS (SELECT 1 FROM k8s_cluster_info)
-- why: |
--   Scans in the pipeline only help with what goes through the pipeline. When nothing looks at
--   pods as they are created, anybody with the right to create one runs any image from anywhere,
--   and a signature that nobody checks is worth nothing.
-- fix: |
--   {{if .mechanisms}}{{.mechanisms}} sees pods, and {{.reason}}. Set failurePolicy: Fail once it runs with more than one replica, let its selectors leave out no
--   namespace but the cluster's own, and make sure that it looks at images.
--   {{- else}}Install a policy engine that looks at images: Kyverno or Gatekeeper for registries and digests, sigstore policy-controller, Connaisseur or Ratify for
--   signatures. Begin with a policy in audit mode, then deny.{{end}}
--   Without any component, a ValidatingAdmissionPolicy keeps foreign registries out:
--     matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]}
--     validations: [{expression: "object.spec.containers.all(c, c.image.startsWith('registry.example.com/'))"}]
--   with the same for initContainers, and a binding with validationActions: [Deny].
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, building secure container images
--   - https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
-- aliases: [CIS-5.5.1, C-0036, C-0039, C-0236, C-0237]
-- pass:
--   - name: a webhook that sees every pod
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: kyverno-resource-validating-webhook-cfg}
--       webhooks:
--         - name: validate.kyverno.svc-fail
--           admissionReviewVersions: [v1]
--           sideEffects: NoneOnDryRun
--           failurePolicy: Fail
--           clientConfig: {service: {name: kyverno-svc, namespace: kyverno}}
--           namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]}
--           rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, pods/ephemeralcontainers]}]
--   - name: a policy of the API server's own, and its image policy plug-in
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, "--enable-admission-plugins=NodeRestriction,ImagePolicyWebhook"]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingAdmissionPolicy
--       metadata: {name: registries}
--       spec:
--         matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
--         validations: [{expression: "object.spec.containers.all(c, c.image.startsWith('registry.example/'))"}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingAdmissionPolicyBinding
--       metadata: {name: registries}
--       spec: {policyName: registries, validationActions: [Deny]}
--   - name: a webhook that leaves out its own namespace and the cluster's
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver]}]
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: kyverno}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: kube-system}
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: kyverno-resource-validating-webhook-cfg}
--       webhooks:
--         - name: validate.kyverno.svc-fail
--           admissionReviewVersions: [v1]
--           sideEffects: NoneOnDryRun
--           failurePolicy: Fail
--           clientConfig: {service: {name: kyverno-svc, namespace: kyverno}}
--           namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, kyverno]}]}
--           rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
-- fail:
--   - name: nothing, and hooks for other objects
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --enable-admission-plugins=NodeRestriction]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: cert-manager-webhook}
--       webhooks:
--         - name: webhook.cert-manager.io
--           admissionReviewVersions: [v1]
--           sideEffects: None
--           clientConfig: {service: {name: cert-manager-webhook, namespace: cert-manager}}
--           rules: [{apiGroups: [cert-manager.io], apiVersions: ["*"], operations: [CREATE], resources: ["*/*"]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingAdmissionPolicy
--       metadata: {name: unbound}
--       spec:
--         matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
--         validations: [{expression: "true"}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: admission, actual: nothing looks at pods, expected: a policy for images, mechanisms: "", severity: medium}
--   - name: one that may be away, one for chosen namespaces, one that injects
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: gatekeeper-validating-webhook-configuration}
--       webhooks:
--         - name: validation.gatekeeper.sh
--           admissionReviewVersions: [v1]
--           sideEffects: None
--           failurePolicy: Ignore
--           clientConfig: {service: {name: gatekeeper-webhook-service, namespace: gatekeeper-system}}
--           rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: ["*"]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: policy.sigstore.dev}
--       webhooks:
--         - name: policy.sigstore.dev
--           admissionReviewVersions: [v1]
--           sideEffects: None
--           failurePolicy: Fail
--           namespaceSelector: {matchExpressions: [{key: policy.sigstore.dev/include, operator: In, values: ["true"]}]}
--           clientConfig: {service: {name: webhook, namespace: cosign-system}}
--           rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: MutatingWebhookConfiguration
--       metadata: {name: istio-sidecar-injector}
--       webhooks:
--         - name: rev.namespace.sidecar-injector.istio.io
--           admissionReviewVersions: [v1]
--           sideEffects: None
--           failurePolicy: Fail
--           clientConfig: {service: {name: istiod, namespace: istio-system}}
--           rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
--     rows:
--       - {actual: looked at in part, mechanisms: "gatekeeper, sigstore policy-controller", reason: "gatekeeper lets pods pass when it does not answer, sigstore policy-controller sees chosen namespaces only", severity: low}
--   - name: selectors that leave out namespaces of users, by name and by label
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver]}]
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {images: checked}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: dev}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: kyverno}
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: kyverno-resource-validating-webhook-cfg}
--       webhooks:
--         - name: validate.kyverno.svc-fail
--           admissionReviewVersions: [v1]
--           sideEffects: NoneOnDryRun
--           failurePolicy: Fail
--           clientConfig: {service: {name: kyverno-svc, namespace: kyverno}}
--           namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, kyverno, dev]}]}
--           rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingAdmissionPolicy
--       metadata: {name: registries}
--       spec:
--         failurePolicy: Fail
--         matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
--         validations: [{expression: "object.spec.containers.all(c, c.image.startsWith('registry.example/'))"}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingAdmissionPolicyBinding
--       metadata: {name: registries}
--       spec: {policyName: registries, validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {images: checked}}}}
--     rows:
--       - {actual: looked at in part, mechanisms: "ValidatingAdmissionPolicy/registries, kyverno", reason: "ValidatingAdmissionPolicy/registries leaves out dev, kyverno, kyverno leaves out dev", severity: low}

-- Whether a hook looks at images, and what it allows, is not in the API (NSA-91, NSA-92).
-- Hooks of products that are known for something else do not count; unknown ones do.
WITH hook AS (
  SELECT 'ValidatingAdmissionPolicy' AS kind, policy AS name, binding AS hook, kind || '/' || policy AS mechanism, NULL AS own,
    CASE WHEN failure_policy = 'Ignore' THEN 'lets pods pass when it cannot be evaluated' WHEN validation_actions NOT LIKE '%"Deny"%' THEN 'only warns' END AS weakness
  FROM k8s_validating_admission_policies
  WHERE matches_pods AND binding IS NOT NULL AND policy_exists AND NOT mutating
  UNION ALL
  SELECT kind, name, webhook, coalesce(product, name || '/' || webhook), service_namespace,
    CASE WHEN failure_policy = 'Ignore' THEN 'lets pods pass when it does not answer'
      WHEN EXISTS (SELECT 1 FROM json_each(namespace_selector, '$.matchLabels'))
        OR EXISTS (SELECT 1 FROM json_each(namespace_selector, '$.matchExpressions') e WHERE e.value ->> '$.operator' IN ('In', 'Exists')) THEN 'sees chosen namespaces only'
      WHEN object_selector IS NOT NULL AND (EXISTS (SELECT 1 FROM json_each(object_selector, '$.matchLabels'))
        OR EXISTS (SELECT 1 FROM json_each(object_selector, '$.matchExpressions') e WHERE e.value ->> '$.operator' IN ('In', 'Exists'))) THEN 'sees chosen pods only'
    END
  FROM k8s_webhooks
  WHERE matches_pods AND coalesce(product, 'kyverno') IN
    ('kyverno', 'gatekeeper', 'kubewarden', 'connaisseur', 'sigstore policy-controller', 'ratify', 'portieris', 'binary authorization', 'jspolicy', 'polaris', 'datree',
      'trivy operator', 'kubescape', 'neuvector')
  UNION ALL
  SELECT NULL, NULL, NULL, 'ImagePolicyWebhook', NULL, NULL FROM k8s_control_plane_flags
  WHERE component = 'kube-apiserver' AND flag = 'enable-admission-plugins' AND instr(',' || value || ',', ',ImagePolicyWebhook,')),
-- A hook leaves its own namespace out, so that it can come up again.
unseen AS (
  SELECT h.kind, h.name, h.hook, group_concat(DISTINCT n.name) AS names
  FROM hook h
  JOIN k8s_namespaces n ON NOT n.implied AND NOT n.is_system AND n.name IS NOT h.own
  LEFT JOIN k8s_namespace_admission a ON a.namespace = n.name AND a.kind = h.kind AND a.name = h.name AND a.hook = h.hook
  WHERE h.kind IS NOT NULL AND a.kind IS NULL
  GROUP BY h.kind, h.name, h.hook),
best AS (
  SELECT h.mechanism, min(coalesce(h.weakness, CASE WHEN u.names IS NOT NULL THEN 'leaves out ' || replace(u.names, ',', ', ') END, '')) AS weakness
  FROM hook h LEFT JOIN unseen u ON u.kind = h.kind AND u.name = h.name AND u.hook = h.hook
  GROUP BY h.mechanism),
summary AS (
  SELECT count(*) AS n, coalesce(sum(weakness = ''), 0) AS strong, group_concat(mechanism, ', ') AS mechanisms, group_concat(mechanism || ' ' || weakness, ', ') AS reason
  FROM (SELECT * FROM best ORDER BY mechanism)),
asset AS (
  SELECT 'Cluster' AS kind, NULL AS namespace, cluster AS name, NULL AS file, NULL AS line FROM k8s_cluster_info
  UNION ALL
  SELECT kind, namespace, name, file, line FROM k8s_control_plane_components
  WHERE component = 'kube-apiserver' AND flags_known AND NOT EXISTS (SELECT 1 FROM k8s_cluster_info))
SELECT
  a.kind AS kind, a.namespace AS namespace, a.name AS name, 'admission' AS path,
  CASE WHEN s.n = 0 THEN 'nothing looks at pods' ELSE 'looked at in part' END AS actual, 'a policy for images' AS expected,
  CASE WHEN s.n = 0 THEN 'medium' ELSE 'low' END AS severity, s.mechanisms AS mechanisms, s.reason AS reason, a.file AS file, a.line AS line
FROM asset a JOIN summary s
WHERE s.strong = 0;
