-- id: NSA-06
-- title: Pod security not enforced on a namespace
-- section: Kubernetes Pod security
-- severity: high
-- scope: namespace
-- assets: SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces WHERE NOT implied
-- why: |
--   Every other rule about pods finds mistakes after they run. The enforce label is what keeps
--   them from running: without it, whoever may create a pod here, a developer, a pipeline, a
--   stolen token, can create a privileged one and own the node. It costs one label and no
--   extra component.
-- fix: |
--   {{if .lacks}}Take the version away, so that it is the cluster's own, or raise it to {{.expected}}. The command below with --dry-run=server first
--   prints the pods that only the newer checks refuse.
--   {{- else}}See which pods would be refused, then enforce: the command below with --dry-run=server first prints them.
--   Take restricted if nothing is printed for it; baseline stops what breaks out of a pod most directly.
--   A namespace whose pods need the host (a CNI, a node agent) stays privileged: waive it by name, and keep everything else out of it.
--   {{- if .external_policy_engine}}
--   {{.external_policy_engine}} sees pods here and may do this work. Pod Security Admission does it without a component that can be down: enforce both, or waive
--   this rule for the namespaces where you know that it denies the same.{{end}}
--   {{- if .cluster_default_possible}}
--   The API server has {{.cluster_default_possible}}: should that file give a default level, a label still says it where people look, and outlives a change of the file.{{end}}{{end}}
-- patch:
--   object:
--     metadata:
--       labels:
--         pod-security.kubernetes.io/enforce: "{{.level}}"
--         pod-security.kubernetes.io/enforce-version: null
-- command: kubectl label --overwrite namespace {{.name}} pod-security.kubernetes.io/enforce={{.level}}{{if .enforce_version}} pod-security.kubernetes.io/enforce-version-{{end}}
-- consults: [k8s_namespace_admission, k8s_validating_admission_policies, k8s_control_plane_flags]
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, Pod security enforcement
--   - https://kubernetes.io/docs/concepts/security/pod-security-admission/
-- aliases: [CIS-5.2.1, C-0068]
-- pass:
--   - name: baseline and restricted
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.35}}
--   - name: the latest version by name, and where the version is no version
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/enforce-version: latest}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: "1.20"}}
--   - name: a level that does not exist is enforced as restricted
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: Privileged}}
--   - name: system namespaces are exempt, namespaces that are only mentioned are not judged
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: kube-system}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: elsewhere}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: no label
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--     rows:
--       - {kind: Namespace, namespace: "", name: shop, actual: unset, pods_here: 1, reason: no level is enforced, path: "metadata.labels['pod-security.kubernetes.io/enforce']"}
--   - name: privileged, which allows everything
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: monitoring, labels: {pod-security.kubernetes.io/enforce: privileged, pod-security.kubernetes.io/enforce-version: latest}}
--     rows:
--       - {name: monitoring, actual: privileged, enforce_version: latest, reason: privileged allows every pod}
--   - name: audit and warn alone refuse nothing
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {pod-security.kubernetes.io/audit: restricted, pod-security.kubernetes.io/warn: baseline}}
--     rows:
--       - {name: shop, actual: unset, audit: restricted, warn: baseline, reason: violations are reported and let in}
--   - name: a version that lacks checks, of both levels
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/enforce-version: v1.30}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.18}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: typo, labels: {pod-security.kubernetes.io/enforce: restrictive, pod-security.kubernetes.io/enforce-version: v1.22}}
--     rows:
--       - {name: shop, path: "metadata.labels['pod-security.kubernetes.io/enforce-version']", actual: v1.30, expected: v1.34 or later, lacks: hosts of probes and hooks, severity: low, reason: baseline is enforced as it was then}
--       - {name: pay, actual: v1.18, lacks: "hosts of probes and hooks, runAsUser 0, capabilities, seccomp profiles", severity: low, reason: restricted is enforced as it was then}
--       - {name: typo, actual: v1.22, lacks: "hosts of probes and hooks, runAsUser 0", severity: low, reason: restricted is enforced as it was then}
--   - name: policy engines that see every pod here, or let pods in when they do not answer
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: kyverno-resource-validating-webhook-cfg}
--       webhooks:
--         - name: validate.kyverno.svc-fail
--           admissionReviewVersions: [v1]
--           sideEffects: None
--           failurePolicy: Fail
--           namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, dev]}]}
--           clientConfig: {service: {name: kyverno-svc, namespace: kyverno}}
--           rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: dev, labels: {pod-security.kubernetes.io/enforce: privileged}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: gatekeeper-validating-webhook-configuration}
--       webhooks:
--         - name: validation.gatekeeper.sh
--           admissionReviewVersions: [v1]
--           sideEffects: None
--           failurePolicy: Ignore
--           namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, shop]}]}
--           clientConfig: {service: {name: gatekeeper-webhook-service, namespace: gatekeeper-system}}
--           rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]
--     rows:
--       - {name: shop, severity: low, external_policy_engine: kyverno, reason: an external engine may enforce}
--       - {name: dev, actual: privileged, severity: medium, external_policy_engine: gatekeeper, reason: "an external engine may enforce, and lets pods pass when it does not answer"}
--       - {name: pay, severity: low, external_policy_engine: "gatekeeper, kyverno"}
--   - name: a hook of which nothing is known changes nothing, nor does a policy of the API server about something else
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingWebhookConfiguration
--       metadata: {name: cert-checker}
--       webhooks:
--         - name: check.acme.example
--           admissionReviewVersions: [v1]
--           sideEffects: None
--           failurePolicy: Fail
--           namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, none]}]}
--           clientConfig: {service: {name: checker, namespace: acme}}
--           rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]
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
--       spec: {policyName: registries, validationActions: [Deny]}
--     rows:
--       - {name: shop, severity: high, external_policy_engine: "", reason: no level is enforced}
--   - name: a policy of the API server that denies privileged pods in one namespace, and warns of them in others
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop, labels: {team: a}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingAdmissionPolicy
--       metadata: {name: no-privileged}
--       spec:
--         failurePolicy: Fail
--         matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
--         validations: [{expression: "object.spec.containers.all(c, !(has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged))"}]
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingAdmissionPolicyBinding
--       metadata: {name: team-a}
--       spec: {policyName: no-privileged, validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {team: a}}}}
--       ---
--       apiVersion: admissionregistration.k8s.io/v1
--       kind: ValidatingAdmissionPolicyBinding
--       metadata: {name: all}
--       spec: {policyName: no-privileged, validationActions: [Warn]}
--     rows:
--       - {name: shop, severity: low, external_policy_engine: ValidatingAdmissionPolicy/no-privileged}
--       - {name: pay, severity: high, external_policy_engine: ""}
--   - name: a file of the API server may give a default, which cannot be read
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --admission-control-config-file=/etc/kubernetes/admission.yaml]}]
--     rows:
--       - {name: shop, severity: high, cluster_default_possible: --admission-control-config-file=/etc/kubernetes/admission.yaml}

-- A level that does not exist, the empty one included, is evaluated as restricted, and
-- a version that is none as the latest (ParseLevel and ParseVersion of
-- k8s.io/pod-security-admission): they pass. A version pins the checks to those of a
-- release: it is no finding that it is old, but that it lacks checks which the cluster
-- knows. The list is that of package policy there, by MinimumVersion; what later releases
-- allow is not in it. Whether an engine that sees pods denies the same is not in the API,
-- nor is a default in the API server's AdmissionConfiguration: both are told, and the row stays.
WITH checks (min, level, what) AS (VALUES
  (34, 'baseline', 'hosts of probes and hooks'), (23, 'restricted', 'runAsUser 0'), (22, 'restricted', 'capabilities'),
  (19, 'restricted', 'seccomp profiles'), (8, 'restricted', 'privilege escalation')),
engines AS (
  SELECT a.namespace AS namespace, group_concat(DISTINCT coalesce(a.product, a.kind || '/' || a.name)) AS names, max(a.failure_policy IS NOT 'Ignore') AS firm
  FROM k8s_namespace_admission a
  WHERE a.denies AND a.all_pods AND (
    a.kind = 'ValidatingWebhookConfiguration' AND a.product IN ('kyverno', 'gatekeeper', 'kubewarden', 'jspolicy', 'polaris', 'datree', 'neuvector')
    OR a.kind = 'ValidatingAdmissionPolicy' AND EXISTS (
      SELECT 1 FROM k8s_validating_admission_policies p WHERE p.policy = a.name AND NOT p.mutating AND p.validations LIKE '%privileged%'))
  GROUP BY a.namespace),
namespaces AS (
  SELECT name, psa_enforce, psa_enforce_version, psa_audit, psa_warn, pod_count, file, line,
    coalesce(psa_enforce, 'privileged') = 'privileged' AS open,
    CASE WHEN psa_enforce IN ('privileged', 'baseline') THEN 'baseline' ELSE 'restricted' END AS level,
    CASE WHEN psa_enforce_version GLOB 'v1.[0-9]*' AND substr(psa_enforce_version, 4) NOT GLOB '*[^0-9]*' THEN CAST(substr(psa_enforce_version, 4) AS INTEGER) END AS pinned
  FROM k8s_namespaces WHERE NOT implied AND NOT is_system),
lacking AS (
  SELECT n.name AS name, max(c.min) AS needs, group_concat(c.what, ', ') AS lacks
  FROM namespaces n JOIN checks c ON c.min > n.pinned AND c.level IN ('baseline', n.level)
  WHERE NOT n.open AND c.min <= coalesce((SELECT max(minor) FROM k8s_cluster_info), c.min)
  GROUP BY n.name)
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name,
  'metadata.labels[''pod-security.kubernetes.io/' || CASE WHEN open THEN 'enforce' ELSE 'enforce-version' END || ''']' AS path,
  CASE WHEN open THEN coalesce(psa_enforce, 'unset') ELSE psa_enforce_version END AS actual,
  CASE WHEN open THEN 'baseline or restricted' ELSE 'v1.' || l.needs || ' or later' END AS expected,
  CASE WHEN NOT open OR e.firm = 1 THEN 'low' WHEN e.firm = 0 THEN 'medium' ELSE 'high' END AS severity,
  CASE
    WHEN NOT open THEN level || ' is enforced as it was then'
    WHEN e.firm = 1 THEN 'an external engine may enforce'
    WHEN e.firm = 0 THEN 'an external engine may enforce, and lets pods pass when it does not answer'
    WHEN psa_enforce = 'privileged' THEN 'privileged allows every pod'
    WHEN coalesce(psa_audit, 'privileged') <> 'privileged' OR coalesce(psa_warn, 'privileged') <> 'privileged'
      THEN 'violations are reported and let in'
    ELSE 'no level is enforced'
  END AS reason,
  CASE WHEN open THEN 'baseline' ELSE n.level END AS level, psa_enforce_version AS enforce_version, l.lacks AS lacks,
  psa_audit AS audit, psa_warn AS warn, pod_count AS pods_here,
  CASE WHEN open THEN replace(e.names, ',', ', ') END AS external_policy_engine,
  CASE WHEN open THEN (SELECT '--' || flag || '=' || value FROM k8s_control_plane_flags WHERE component = 'kube-apiserver' AND flag = 'admission-control-config-file' LIMIT 1) END AS cluster_default_possible,
  n.file AS file, n.line AS line
FROM namespaces n
LEFT JOIN engines e ON e.namespace = n.name
LEFT JOIN lacking l ON l.name = n.name
WHERE open OR l.needs IS NOT NULL;
