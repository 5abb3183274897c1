-- id: CIS-5.3.2
-- title: Every namespace has a NetworkPolicy
-- section: 5.3 Network policies and CNI
-- severity: medium
-- level: 2
-- type: manual
-- profile: policies
-- scope: namespace
-- assets: SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces WHERE NOT implied
-- why: |
--   Without a NetworkPolicy every pod of a namespace may be reached from every other pod of the
--   cluster, and may reach anything. One policy is the beginning; that pods are really isolated
--   is what NSA-21 and NSA-29 ask for.
-- fix: |
--   Begin with what refuses everything, then allow what the applications of {{.name}} need (kubectl kspm fix NSA-21 writes this object):
--     apiVersion: networking.k8s.io/v1
--     kind: NetworkPolicy
--     metadata: {name: default-deny, namespace: {{.name}}}
--     spec:
--       podSelector: {}
--       policyTypes: [Ingress, Egress]
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.3.2
--   - https://kubernetes.io/docs/concepts/services-networking/network-policies/
-- aliases: [C-0206]
-- pass:
--   - name: a policy, whatever it says, and a namespace of the cluster itself
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: web, namespace: shop}
--       spec: {podSelector: {matchLabels: {app: web}}, ingress: []}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: kube-system}
-- fail:
--   - name: none at all
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: web, namespace: elsewhere}
--       spec: {podSelector: {}}
--     rows:
--       - {kind: Namespace, name: shop, path: metadata.name, actual: no NetworkPolicy}
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name, 'metadata.name' AS path,
  'no NetworkPolicy' AS actual, 'at least one' AS expected, n.pod_count AS pods_in_it, n.file AS file, n.line AS line
FROM k8s_namespaces n
WHERE NOT n.implied AND NOT EXISTS (SELECT 1 FROM k8s_network_policies p WHERE p.namespace = n.name)
  AND NOT EXISTS (SELECT 1 FROM k8s_other_network_policies o WHERE o.namespace = n.name);
