-- id: NSA-29
-- title: Pods not isolated by any network policy
-- section: Network separation and hardening
-- severity: medium
-- scope: namespace
-- assets: |
--   SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs
--   WHERE judged AND host_network IS NOT 1
-- why: |
--   A pod that no policy selects takes connections from every pod of the cluster and makes them
--   wherever it likes, whatever the policies around it say. It is the one that an intruder
--   reaches first, and the one that data leave by.
-- fix: |
--   No policy isolates {{.name}} for {{.missing}}. Apply the policies below, which close the namespace for all of its pods and leave name
--   resolution open, then add one that says who may talk to {{.name}} and whom it talks to. They cut what no other policy allows: try them
--   where it does no harm first.
--   {{- if .perhaps}}
--   {{.perhaps}} may isolate it already, which cannot be told here: look, and waive this if so.{{end}}
-- manifest:
--   - apiVersion: networking.k8s.io/v1
--     kind: NetworkPolicy
--     metadata: {name: default-deny, namespace: "{{.namespace}}"}
--     spec:
--       podSelector: {}
--       policyTypes: [Ingress, Egress]
--   - apiVersion: networking.k8s.io/v1
--     kind: NetworkPolicy
--     metadata: {name: allow-dns, namespace: "{{.namespace}}"}
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
--   - https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
-- aliases: [CIS-5.3.2, C-0030]
-- pass:
--   - name: two policies for two directions, by label and by expression
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: in, namespace: shop}
--       spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: out, namespace: shop}
--       spec: {podSelector: {matchExpressions: [{key: tier, operator: In, values: [front, back]}]}, policyTypes: [Egress]}
--   - name: the node's network is beyond policies, and finished pods are no matter
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent, namespace: shop}
--       spec:
--         hostNetwork: true
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         containers: [{name: run, image: registry.example/migrate:1}]
--       status: {phase: Succeeded}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: pay}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: deny, namespace: pay}
--       spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
--   - name: denied by Cilium for the whole cluster
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: cilium.io/v2
--       kind: CiliumClusterwideNetworkPolicy
--       metadata: {name: deny}
--       spec: {endpointSelector: {}, ingress: [{}], egress: [{}]}
--   - name: the cluster's own parts are shown and not counted; expressions of every kind
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: kube-proxy}}
--         template:
--           metadata: {labels: {app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: registry.example/kube-proxy:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: in, namespace: shop}
--       spec: {podSelector: {matchExpressions: [{key: app, operator: Exists}, {key: tier, operator: NotIn, values: [back]}]}, policyTypes: [Ingress]}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: out, namespace: shop}
--       spec: {podSelector: {matchExpressions: [{key: legacy, operator: DoesNotExist}]}, policyTypes: [Egress]}
-- fail:
--   - name: no policy, and policies for others
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: db, namespace: shop, labels: {app: db}}
--       spec:
--         containers: [{name: app, image: registry.example/db:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: db, namespace: shop}
--       spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: elsewhere, namespace: pay}
--       spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
--     rows:
--       - {kind: Deployment, namespace: shop, name: web, path: NetworkPolicy, actual: "ingress open, egress open", missing: ingress and egress, severity: medium}
--   - name: one direction, and pods that lost a label
--     objects: |
--       apiVersion: apps/v1
--       kind: StatefulSet
--       metadata: {name: db, namespace: shop, uid: s1}
--       spec:
--         selector: {matchLabels: {app: db}}
--         template:
--           metadata: {labels: {app: db, net: closed}}
--           spec:
--             containers: [{name: db, image: registry.example/db:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: db-0, namespace: shop, uid: p1, labels: {app: db}, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, uid: s1, controller: true}]}
--       spec:
--         containers: [{name: db, image: registry.example/db:1}]
--       status: {phase: Running}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: in, namespace: shop}
--       spec: {podSelector: {matchLabels: {app: db}}}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: out, namespace: shop}
--       spec: {podSelector: {matchLabels: {net: closed}}, policyTypes: [Egress]}
--     rows:
--       - {kind: StatefulSet, name: db, drift: Pod/db-0, actual: "ingress by in, egress open", missing: egress}
--   - name: policies of another kind that may select it
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop, labels: {app: web}}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: cilium.io/v2
--       kind: CiliumNetworkPolicy
--       metadata: {name: web, namespace: shop}
--       spec: {endpointSelector: {matchLabels: {app: web}}, ingress: [{}], egress: [{}]}
--     rows:
--       - {name: web, perhaps: CiliumNetworkPolicy/web, severity: low}
--   - name: a CronJob, whose pods an expression leaves out
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
--                 containers: [{name: run, image: registry.example/run:1}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: in, namespace: shop}
--       spec: {podSelector: {matchExpressions: [{key: app, operator: Exists}]}, policyTypes: [Ingress]}
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: NetworkPolicy
--       metadata: {name: out, namespace: shop}
--       spec: {podSelector: {}, policyTypes: [Egress]}
--     rows:
--       - {kind: CronJob, name: nightly, actual: "ingress open, egress by out", missing: ingress, severity: medium}

-- A policy isolates as soon as it selects; what its rules let through is the matter of
-- NSA-30. Pods in the node's network are not judged: no policy selects them (NSA-10).
WITH others AS (
  SELECT CASE scope WHEN 'cluster' THEN NULL ELSE namespace END AS namespace,
    max(selects_all AND default_deny_ingress) AS ingress, max(selects_all AND default_deny_egress) AS egress,
    group_concat(DISTINCT kind || '/' || name) AS names
  FROM k8s_other_network_policies WHERE default_deny_ingress OR default_deny_egress GROUP BY 1),
everywhere AS (SELECT max(ingress) AS ingress, max(egress) AS egress, max(names) AS names FROM others WHERE namespace IS NULL),
specs AS MATERIALIZED (
  SELECT asset_kind, namespace, asset_name, spec_id, drift, pods, file, line,
    (SELECT group_concat(policy, ', ') FROM k8s_network_policy_pods x WHERE x.spec_id = s.spec_id AND x.ingress) AS in_by,
    (SELECT group_concat(policy, ', ') FROM k8s_network_policy_pods x WHERE x.spec_id = s.spec_id AND x.egress) AS out_by
  FROM k8s_pod_specs s WHERE judged AND host_network IS NOT 1),
-- Selectors go by the labels of pods, which may be others than those of their template.
relabelled AS (
  SELECT s.asset_kind, s.namespace, s.asset_name, 'Pod/' || p.name, 1, p.file, p.line,
    (SELECT group_concat(policy, ', ') FROM k8s_network_policy_pods x WHERE x.spec_id = p.spec_id AND x.ingress),
    (SELECT group_concat(policy, ', ') FROM k8s_network_policy_pods x WHERE x.spec_id = p.spec_id AND x.egress)
  FROM specs s
  JOIN k8s_pods p ON p.owner_kind = s.asset_kind AND p.owner_name = s.asset_name AND p.namespace = s.namespace
  WHERE s.drift IS NULL AND (s.in_by IS NOT NULL OR s.out_by IS NOT NULL)
    AND p.host_network IS NOT 1 AND coalesce(p.phase, '') NOT IN ('Succeeded', 'Failed')
    AND (SELECT (s.in_by IS NULL OR coalesce(max(x.ingress), 0)) AND (s.out_by IS NULL OR coalesce(max(x.egress), 0))
      FROM k8s_network_policy_pods x WHERE x.spec_id = p.spec_id) = 0),
judged AS (
  SELECT s.*,
    in_by IS NOT NULL OR coalesce(o.ingress, 0) OR coalesce(e.ingress, 0) AS ingress,
    out_by IS NOT NULL OR coalesce(o.egress, 0) OR coalesce(e.egress, 0) AS egress,
    CASE WHEN o.names IS NOT NULL AND e.names IS NOT NULL THEN o.names || ',' || e.names ELSE coalesce(o.names, e.names) END AS others
  FROM (
    SELECT asset_kind, namespace, asset_name, drift, pods, file, line, in_by, out_by FROM specs
    UNION ALL
    SELECT * FROM relabelled) s
  LEFT JOIN others o ON o.namespace = s.namespace
  LEFT JOIN everywhere e)
SELECT
  asset_kind AS kind, namespace, asset_name AS name, 'NetworkPolicy' AS path,
  'ingress ' || CASE WHEN in_by IS NOT NULL THEN 'by ' || in_by WHEN ingress THEN 'denied' ELSE 'open' END
  || ', egress ' || CASE WHEN out_by IS NOT NULL THEN 'by ' || out_by WHEN egress THEN 'denied' ELSE 'open' END AS actual,
  'isolated in both directions' AS expected,
  CASE WHEN others IS NULL THEN 'medium' ELSE 'low' END AS severity,
  CASE WHEN ingress THEN 'egress' WHEN egress THEN 'ingress' ELSE 'ingress and egress' END AS missing,
  replace(others, ',', ', ') AS perhaps, drift, pods, file, line
FROM judged
WHERE NOT ingress OR NOT egress;
