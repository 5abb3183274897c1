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
--   {{- if .perhaps}}
--   {{.perhaps}} may deny what is missing here, for some pods or in part. Where it does for all of them, waive this rule for the namespace.{{end}}
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
--   - name: denied for the whole cluster, by Cilium in both directions
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
--       apiVersion: cilium.io/v2
--       kind: CiliumClusterwideNetworkPolicy
--       metadata: {name: default-deny}
--       spec: {endpointSelector: {}, ingress: [{}], egress: [{}]}
--   - name: denied by Calico in the namespace, and by a baseline policy for the cluster where the namespace's own denies the rest
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: crd.projectcalico.org/v1
--       kind: NetworkPolicy
--       metadata: {name: default-deny, namespace: shop}
--       spec: {selector: all(), types: [Ingress, Egress]}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: pay}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny-out, namespace: pay}
--       spec: {podSelector: {}, policyTypes: [Egress]}
--       ---
--       apiVersion: policy.networking.k8s.io/v1alpha1
--       kind: BaselineAdminNetworkPolicy
--       metadata: {name: default}
--       spec: {subject: {namespaces: {}}, ingress: [{name: deny, action: Deny, from: [{namespaces: {}}]}]}
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
--   - name: policies of others that deny for some, or let something through, may cover it
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
--       apiVersion: crd.projectcalico.org/v1
--       kind: GlobalNetworkPolicy
--       metadata: {name: default-deny}
--       spec: {namespaceSelector: "env == 'prod'", types: [Ingress, Egress]}
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
--       apiVersion: cilium.io/v2
--       kind: CiliumNetworkPolicy
--       metadata: {name: dns, namespace: pay}
--       spec: {endpointSelector: {}, ingress: [{}], egress: [{toPorts: [{ports: [{port: "53"}]}]}]}
--     rows:
--       - {name: shop, actual: "ingress open, egress open", missing: ingress and egress, perhaps: GlobalNetworkPolicy/default-deny, severity: medium}
--       - {name: pay, actual: "ingress denied, egress open", missing: egress, denied_by: CiliumNetworkPolicy/dns, perhaps: "CiliumNetworkPolicy/dns, GlobalNetworkPolicy/default-deny", severity: medium}
--   - name: a policy that denies nothing by default covers nothing
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
--       apiVersion: policy.networking.k8s.io/v1alpha1
--       kind: AdminNetworkPolicy
--       metadata: {name: monitoring}
--       spec: {priority: 10, subject: {namespaces: {}}, ingress: [{name: allow, action: Allow, from: [{namespaces: {matchLabels: {name: monitoring}}}]}]}
--     rows:
--       - {name: shop, actual: "ingress open, egress open", perhaps: "", severity: high}
--   - name: expressions select some pods, and policyTypes unset with a rule for egress mean both
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
--       metadata: {name: some, namespace: shop}
--       spec: {podSelector: {matchExpressions: [{key: app, operator: Exists}]}, policyTypes: [Ingress, Egress]}
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
--       metadata: {name: base, namespace: pay}
--       spec: {podSelector: {matchExpressions: []}, egress: [{ports: [{protocol: UDP, port: 53}]}]}
--     rows:
--       - {name: shop, actual: "ingress open, egress open", severity: high}
--       - {name: pay, actual: "ingress denied, egress partly (1 rule)", missing: egress, denied_by: base, nearly: base, severity: medium}

-- A policy that selects every pod and has rules is of medium severity: what they allow,
-- DNS or everything, is not told here. Policies of Cilium and Calico, and those for
-- administrators, deny for certain where they select every pod and allow nothing; one
-- that denies by default and allows something, or for whatever a selector of its own
-- kind selects, may cover the namespace: medium.
WITH others AS (
  SELECT CASE scope WHEN 'namespace' THEN namespace END AS namespace,
    max(selects_all AND default_deny_ingress AND NOT allows_ingress) AS ingress, max(selects_all AND default_deny_egress AND NOT allows_egress) AS egress,
    group_concat(CASE WHEN selects_all AND (default_deny_ingress AND NOT allows_ingress OR default_deny_egress AND NOT allows_egress) THEN kind || '/' || name END, ', ') AS denied_by,
    group_concat(CASE WHEN NOT selects_all OR default_deny_ingress AND allows_ingress OR default_deny_egress AND allows_egress THEN kind || '/' || name END, ', ') AS perhaps
  FROM k8s_other_network_policies WHERE default_deny_ingress OR default_deny_egress GROUP BY 1),
policies AS (
  SELECT namespace, count(*) AS policies,
    max(denies_all_ingress) AS ingress, max(denies_all_egress) AS egress,
    group_concat(CASE WHEN denies_all_ingress OR denies_all_egress THEN name END, ', ') AS denied_by,
    group_concat(CASE WHEN selects_all_pods AND ingress_rule_count + egress_rule_count > 0 THEN name END, ', ') AS nearly,
    sum(CASE WHEN selects_all_pods AND policy_types LIKE '%"Ingress"%' THEN ingress_rule_count ELSE 0 END) AS ingress_rules,
    sum(CASE WHEN selects_all_pods AND policy_types LIKE '%"Egress"%' THEN egress_rule_count ELSE 0 END) AS egress_rules
  FROM k8s_network_policies GROUP BY namespace),
judged AS (
  SELECT n.name AS name, n.pod_count AS pod_count, n.workload_count AS workload_count, n.file AS file, n.line AS line,
    coalesce(p.ingress, 0) OR coalesce(o.ingress, 0) OR coalesce(e.ingress, 0) AS ingress,
    coalesce(p.egress, 0) OR coalesce(o.egress, 0) OR coalesce(e.egress, 0) AS egress,
    coalesce(p.ingress_rules, 0) AS ingress_rules, coalesce(p.egress_rules, 0) AS egress_rules,
    coalesce(p.policies, 0) AS policies, p.nearly AS nearly,
    nullif(substr(coalesce(', ' || p.denied_by, '') || coalesce(', ' || o.denied_by, '') || coalesce(', ' || e.denied_by, ''), 3), '') AS denied_by,
    nullif(substr(coalesce(', ' || o.perhaps, '') || coalesce(', ' || e.perhaps, ''), 3), '') AS perhaps
  FROM k8s_namespaces n
  LEFT JOIN policies p ON p.namespace = n.name
  LEFT JOIN others o ON o.namespace = n.name
  LEFT JOIN others e ON e.namespace IS NULL
  WHERE NOT n.implied AND NOT n.is_system)
SELECT
  'Namespace' AS kind, NULL AS namespace, name, 'NetworkPolicy' AS path,
  'ingress ' || CASE WHEN ingress THEN 'denied' WHEN ingress_rules = 1 THEN 'partly (1 rule)'
    WHEN ingress_rules > 1 THEN 'partly (' || ingress_rules || ' rules)' ELSE 'open' END
  || ', egress ' || CASE WHEN egress THEN 'denied' WHEN egress_rules = 1 THEN 'partly (1 rule)'
    WHEN egress_rules > 1 THEN 'partly (' || egress_rules || ' rules)' ELSE 'open' END AS actual,
  'ingress denied, egress denied' AS expected,
  CASE
    WHEN pod_count + workload_count = 0 THEN 'low'
    WHEN perhaps IS NOT NULL OR (ingress OR ingress_rules > 0) AND (egress OR egress_rules > 0) THEN 'medium'
    ELSE 'high'
  END AS severity,
  CASE WHEN ingress THEN 'egress' WHEN egress THEN 'ingress' ELSE 'ingress and egress' END AS missing,
  policies, denied_by, nearly, perhaps, pod_count AS pods_here, file, line
FROM judged
WHERE NOT ingress OR NOT egress;
