-- id: NSA-51
-- title: Pods can reach the cloud metadata service
-- section: Network separation and hardening
-- severity: medium
-- verdict: review
-- scope: cluster
-- assets: |
--   SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces
--   WHERE pod_count + workload_count > 0 AND NOT implied
--     AND EXISTS (SELECT 1 FROM k8s_nodes WHERE provider IN
--       ('aws', 'gce', 'azure', 'openstack', 'oci', 'digitalocean', 'hcloud', 'linode', 'vultr', 'ibm', 'yandex', 'exoscale'))
-- why: |
--   On 169.254.169.254 the cloud tells every caller on a node who the node is, and hands out its
--   credentials. A request forgery in one web application is then enough to act in the cloud as
--   the node: read registries and buckets, start machines, sometimes take over the account.
-- fix: |
--   First in the cloud (NSA-101): on AWS IMDSv2 with hop limit 1, on GKE and AKS workload identity, so that pods of the cluster's network get nothing
--   there. Then let the egress policies of {{.name}} leave the address out:
--     egress:
--       - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]
--   {{- if .leaking}}
--   These let it through: {{.leaking}}.{{end}}
--   {{- if .host_network}}
--   {{.host_network}} in the node's network no policy holds: give these a network of their own (NSA-10).{{end}}
--   If the cloud denies pods already, waive this with the setting that does.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, protecting sensitive cloud infrastructure
--   - https://kubernetes.io/docs/concepts/security/security-checklist/#network-security
-- aliases: [C-0052]
-- pass:
--   - name: egress denied, and the address left out
--     objects: |
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       spec: {providerID: "aws:///eu-west-1a/i-0abc"}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, labels: {app: web}}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: db, namespace: shop, labels: {app: db}}
--       spec:
--         containers: [{name: app, image: registry.example/db:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny, namespace: shop}
--       spec: {podSelector: {}, policyTypes: [Egress]}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: web, namespace: shop}
--       spec:
--         podSelector: {matchLabels: {app: web}}
--         policyTypes: [Egress]
--         egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}]}]
-- fail:
--   - name: no policy, policies that let it through, and the node's network
--     objects: |
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       spec: {providerID: "gce://project/europe-west1-b/n1"}
--       ---
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
--       metadata: {name: out, namespace: pay}
--       spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80}, {port: 443}]}]}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: logs}
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: agent, namespace: logs}
--       spec:
--         selector: {matchLabels: {app: agent}}
--         template:
--           metadata: {labels: {app: agent}}
--           spec:
--             hostNetwork: true
--             containers: [{name: agent, image: registry.example/agent:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny, namespace: logs}
--       spec: {podSelector: {}, policyTypes: [Egress]}
--     rows:
--       - {kind: Namespace, namespace: "", name: shop, path: NetworkPolicy, actual: 1 of 1 workloads, expected: none, provider: gce, example: Pod/web, host_network: "", leaking: ""}
--       - {name: pay, example: Deployment/api, leaking: out}
--       - {name: logs, host_network: 1, example: DaemonSet/agent}
--   - name: one workload of two, by a policy of its own
--     objects: |
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       spec: {providerID: "azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/n1"}
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, labels: {app: web}}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: db, namespace: shop, labels: {app: db}}
--       spec:
--         containers: [{name: app, image: registry.example/db:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny, namespace: shop}
--       spec: {podSelector: {}, policyTypes: [Egress]}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: web, namespace: shop}
--       spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 169.254.169.254/32}}]}]}
--     rows:
--       - {name: shop, actual: 1 of 2 workloads, example: Pod/web, leaking: web, provider: azure}
--   - name: its IPv6 address alone
--     objects: |
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       spec: {providerID: "aws:///eu-west-1a/i-0abc"}
--       ---
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
--       metadata: {name: out, namespace: shop}
--       spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}, {ipBlock: {cidr: "fd00::/8"}}]}]}
--     rows:
--       - {name: shop, leaking: out}

-- Whether the metadata service answers a pod is set in the cloud, and not in the API; and
-- policies of Cilium and Calico are not evaluated here: they are named where there are any.
WITH cloud AS MATERIALIZED (SELECT provider FROM k8s_nodes WHERE provider IN
  ('aws', 'gce', 'azure', 'openstack', 'oci', 'digitalocean', 'hcloud', 'linode', 'vultr', 'ibm', 'yandex', 'exoscale')),
leaky AS (
  SELECT DISTINCT namespace, policy FROM k8s_network_policy_rules
  WHERE direction = 'egress' AND in_effect AND allows_metadata),
specs AS (
  SELECT s.namespace, s.asset_kind || '/' || s.asset_name AS asset, s.host_network,
    (SELECT max(p.egress) FROM k8s_network_policy_pods p WHERE p.spec_id = s.spec_id) AS isolated,
    (SELECT group_concat(p.policy, ', ') FROM k8s_network_policy_pods p JOIN leaky l ON l.namespace = p.namespace AND l.policy = p.policy
      WHERE p.spec_id = s.spec_id AND p.egress) AS leaking
  FROM k8s_pod_specs s
  WHERE s.judged AND EXISTS (SELECT 1 FROM cloud)),
counted AS (
  SELECT namespace, count(DISTINCT asset) AS workloads,
    count(DISTINCT CASE WHEN host_network = 1 OR isolated IS NOT 1 OR leaking IS NOT NULL THEN asset END) AS reaching,
    min(CASE WHEN host_network = 1 OR isolated IS NOT 1 OR leaking IS NOT NULL THEN asset END) AS example,
    count(DISTINCT CASE WHEN host_network = 1 THEN asset END) AS host_network,
    group_concat(DISTINCT leaking) AS leaking
  FROM specs GROUP BY namespace)
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name, 'NetworkPolicy' AS path,
  c.reaching || ' of ' || c.workloads || ' workloads' AS actual, 'none' AS expected, c.example AS example,
  nullif(c.host_network, 0) AS host_network, c.leaking AS leaking,
  (SELECT group_concat(DISTINCT o.kind) FROM k8s_other_network_policies o WHERE o.default_deny_egress AND (o.scope = 'cluster' OR o.namespace = n.name)) AS other_policies,
  (SELECT min(provider) FROM k8s_nodes) AS provider, n.pod_count AS pods_here, n.file AS file, n.line AS line
FROM k8s_namespaces n
JOIN counted c ON c.namespace = n.name
WHERE NOT n.implied AND c.reaching > 0 AND EXISTS (SELECT 1 FROM cloud);
