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
--   See which pods would be refused, then enforce: the command below with --dry-run=server first prints them.
--   Take restricted if nothing is printed for it; baseline stops what breaks out of a pod most directly.
--   A namespace whose pods need the host (a CNI, a node agent) stays privileged: waive it by name, and keep everything else out of it.
-- patch:
--   object:
--     metadata:
--       labels: {pod-security.kubernetes.io/enforce: baseline}
-- command: kubectl label --overwrite namespace {{.name}} pod-security.kubernetes.io/enforce=baseline
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
--       metadata: {name: pay, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.30}}
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

-- A level that does not exist, the empty one included, is evaluated as restricted
-- (ParseLevel of k8s.io/pod-security-admission): it passes. Whether a policy engine
-- or a default in the API server's AdmissionConfiguration does the same work cannot
-- be seen in these tables: waive the rule where one does.
SELECT
  'Namespace' AS kind, NULL AS namespace, name,
  'metadata.labels[''pod-security.kubernetes.io/enforce'']' AS path,
  coalesce(psa_enforce, 'unset') AS actual, 'baseline or restricted' AS expected,
  CASE
    WHEN psa_enforce = 'privileged' THEN 'privileged allows every pod'
    WHEN coalesce(psa_audit, 'privileged') <> 'privileged' OR coalesce(psa_warn, 'privileged') <> 'privileged'
      THEN 'violations are reported and let in'
    ELSE 'no level is enforced'
  END AS reason,
  psa_enforce_version AS enforce_version, psa_audit AS audit, psa_warn AS warn, pod_count AS pods_here, file, line
FROM k8s_namespaces
WHERE NOT implied AND NOT is_system AND coalesce(psa_enforce, 'privileged') = 'privileged';
