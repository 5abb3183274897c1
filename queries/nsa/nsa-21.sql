-- id: NSA-21
-- title: No default-deny network policy
-- section: Network separation and hardening
-- severity: high
-- scope: namespace
-- assets: SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces WHERE NOT implied
-- why: |
--   Without a policy every pod of the cluster can connect to every pod of this namespace, and
--   from a pod here to all others, to nodes and to the internet. One broken web application is
--   then enough to try passwords on the database next door and to carry off what it finds. A
--   denial for the whole namespace makes each connection a decision, for new pods too.
-- fix: |
--   Missing: {{.missing}}. Apply the policies below: one denies everything to all pods of {{.name}}, the other lets them
--   resolve names. Both cut what no other policy allows: add one per application first, naming its clients and
--   what it connects to, or try them in a test cluster.
--   {{- if .nearly}}
--   {{.nearly}} selects every pod, and its rules let traffic through: policies add up, so it can stay as it is.{{end}}
--   Nodes that serve DNS themselves (NodeLocal DNSCache) need their address in allow-dns as well.
-- manifest:
--   - apiVersion: networking.k8s.io/v1
--     kind: NetworkPolicy
--     metadata: {name: default-deny, namespace: "{{.name}}"}
--     spec:
--       podSelector: {}
--       policyTypes: [Ingress, Egress]
--   - apiVersion: networking.k8s.io/v1
--     kind: NetworkPolicy
--     metadata: {name: allow-dns, namespace: "{{.name}}"}
--     spec:
--       podSelector: {}
--       policyTypes: [Egress]
--       egress:
--         - to:
--             - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
--               podSelector: {matchLabels: {k8s-app: kube-dns}}
--           ports:
--             - {protocol: UDP, port: 53}
--             - {protocol: TCP, port: 53}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, network policies
--   - https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies
-- aliases: [CIS-5.3.2, C-0054, C-0206, C-0260, KSV-0038]
-- pass:
--   - name: one policy for both directions, and one for each
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny, namespace: shop}
--       spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: dns, namespace: shop}
--       spec: {podSelector: {}, policyTypes: [Egress], egress: [{ports: [{protocol: UDP, port: 53}]}]}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny-in, namespace: pay}
--       spec: {podSelector: {}}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny-out, namespace: pay}
--       spec: {podSelector: {matchLabels: {}}, policyTypes: [Egress], egress: []}
--   - name: system namespaces are exempt, namespaces that are only mentioned are not judged
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: kube-system}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny, namespace: shop}
--       spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: elsewhere}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: no policy at all, and a policy for some pods only
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
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: api, namespace: pay}
--       spec:
--         selector: {matchLabels: {app: api}}
--         template:
--           metadata: {labels: {app: api}}
--           spec:
--             containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: api, namespace: pay}
--       spec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress, Egress]}
--     rows:
--       - {kind: Namespace, namespace: "", name: shop, path: NetworkPolicy, actual: "ingress open, egress open", missing: ingress and egress, policies: 0, pods_here: 1, severity: high}
--       - {kind: Namespace, name: pay, actual: "ingress open, egress open", policies: 1, severity: high}
--   - name: one direction, by policyTypes unset and by name
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
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny-in, namespace: shop}
--       spec: {podSelector: {}}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: pay}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny-out, namespace: pay}
--       spec: {podSelector: {}, policyTypes: [Egress]}
--     rows:
--       - {name: shop, actual: "ingress denied, egress open", missing: egress, denied_by: deny-in, severity: high}
--       - {name: pay, actual: "ingress open, egress denied", missing: ingress, denied_by: deny-out, severity: high}
--   - name: a policy for every pod that has rules is nearly there
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
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: base, namespace: shop}
--       spec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ports: [{protocol: UDP, port: 53}]}]}
--     rows:
--       - {name: shop, actual: "ingress denied, egress partly (1 rule)", missing: egress, nearly: base, severity: medium}
--   - name: a namespace without pods is of low severity
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: empty}
--     rows:
--       - {name: empty, severity: low}

-- The catalogue gives a policy that selects every pod and lets some egress through low
-- severity. What its rules allow, DNS or everything, is not in these tables: medium.
-- Cluster-wide policies (AdminNetworkPolicy, Calico, Cilium) are not in them either:
-- where those deny by default, waive this rule.
WITH policies AS (
  SELECT namespace, count(*) AS policies,
    max(denies_all_ingress) AS ingress, max(denies_all_egress) AS egress,
    group_concat(CASE WHEN denies_all_ingress OR denies_all_egress THEN name END, ', ') AS denied_by,
    group_concat(CASE WHEN selects_all_pods AND ingress_rule_count + egress_rule_count > 0 THEN name END, ', ') AS nearly,
    sum(CASE WHEN selects_all_pods AND policy_types LIKE '%"Ingress"%' THEN ingress_rule_count ELSE 0 END) AS ingress_rules,
    sum(CASE WHEN selects_all_pods AND policy_types LIKE '%"Egress"%' THEN egress_rule_count ELSE 0 END) AS egress_rules
  FROM k8s_network_policies GROUP BY namespace)
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name, 'NetworkPolicy' AS path,
  'ingress ' || CASE WHEN p.ingress = 1 THEN 'denied' WHEN p.ingress_rules = 1 THEN 'partly (1 rule)'
    WHEN p.ingress_rules > 1 THEN 'partly (' || p.ingress_rules || ' rules)' ELSE 'open' END
  || ', egress ' || CASE WHEN p.egress = 1 THEN 'denied' WHEN p.egress_rules = 1 THEN 'partly (1 rule)'
    WHEN p.egress_rules > 1 THEN 'partly (' || p.egress_rules || ' rules)' ELSE 'open' END AS actual,
  'ingress denied, egress denied' AS expected,
  CASE
    WHEN n.pod_count + n.workload_count = 0 THEN 'low'
    WHEN (p.ingress = 1 OR p.ingress_rules > 0) AND (p.egress = 1 OR p.egress_rules > 0) THEN 'medium'
    ELSE 'high'
  END AS severity,
  CASE WHEN p.ingress = 1 THEN 'egress' WHEN p.egress = 1 THEN 'ingress' ELSE 'ingress and egress' END AS missing,
  coalesce(p.policies, 0) AS policies, p.denied_by AS denied_by, p.nearly AS nearly, n.pod_count AS pods_here, n.file AS file, n.line AS line
FROM k8s_namespaces n
LEFT JOIN policies p ON p.namespace = n.name
WHERE NOT n.implied AND NOT n.is_system AND (p.ingress IS NOT 1 OR p.egress IS NOT 1);
