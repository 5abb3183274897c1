-- id: CIS-5.3.1
-- title: The CNI plug-in enforces NetworkPolicies
-- section: 5.3 Network policies and CNI
-- severity: high
-- level: 1
-- type: manual
-- profile: policies
-- scope: cluster
-- assets: |
--   WITH cni AS (
--     SELECT asset_kind, namespace, asset_name FROM k8s_containers
--     WHERE judged AND kind = 'DaemonSet' AND (
--       image LIKE '%calico/node%' OR image LIKE '%cilium/cilium%' OR image LIKE '%/cilium:%' OR image LIKE '%antrea%' OR image LIKE '%weave-npc%'
--       OR image LIKE '%kube-router%' OR image LIKE '%ovn-k%' OR image LIKE '%kube-ovn%' OR image LIKE '%azure-npm%' OR image LIKE '%kube-network-policies%'
--       OR image LIKE '%kindnetd%' OR image LIKE '%aws-network-policy-agent%' OR image LIKE '%flannel:%' OR image LIKE '%amazon-k8s-cni:%' OR image LIKE '%bridge-cni%'))
--   SELECT DISTINCT asset_kind AS kind, namespace, asset_name AS name, NULL AS not_assessed FROM cni
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster, 'no CNI plug-in that is known runs as a DaemonSet' FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM cni)
-- why: |
--   NetworkPolicies are only objects: it is the network plug-in that drops packets. With one
--   that ignores them every policy of the cluster is accepted, shown, and without effect, and
--   nobody is told.
-- fix: |
--   {{.plugin}} of {{.kind}} {{.name}} does not enforce NetworkPolicies. {{if eq .plugin "Amazon VPC CNI"}}Set enableNetworkPolicy of the add-on, which starts the agent in aws-node with --enable-network-policy=true:
--     aws eks update-addon --cluster-name CLUSTER --addon-name vpc-cni --configuration-values '{"enableNetworkPolicy": "true"}'
--   {{- else}}Add what does (kube-network-policies, or Calico for policies only), or move to Calico, Cilium or Antrea, which
--   bring both. Plan a node at a time: pods have to be started anew.{{end}}
--   Then prove it: a namespace with a default-deny policy, and a request that must not be answered.
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.3.1
--   - https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/
-- aliases: [C-0205]
-- pass:
--   - name: a plug-in that enforces, and one with something beside it that does
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: calico-node, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: calico}}
--         template:
--           metadata: {labels: {app: calico}}
--           spec:
--             containers: [{name: calico-node, image: "docker.io/calico/node:v3.30.0"}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-flannel, namespace: kube-flannel}
--       spec:
--         selector: {matchLabels: {app: flannel}}
--         template:
--           metadata: {labels: {app: flannel}}
--           spec:
--             containers: [{name: kube-flannel, image: "ghcr.io/flannel-io/flannel:v0.27.0"}]
--   - name: the agent of the VPC CNI is switched on
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: aws-node, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: aws-node}}
--         template:
--           metadata: {labels: {app: aws-node}}
--           spec:
--             containers:
--               - {name: aws-node, image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.20.0"}
--               - {name: aws-eks-nodeagent, image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.2.0", args: [--enable-network-policy=true]}
-- fail:
--   - name: Flannel alone, and an agent that is switched off
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-flannel, namespace: kube-flannel}
--       spec:
--         selector: {matchLabels: {app: flannel}}
--         template:
--           metadata: {labels: {app: flannel}}
--           spec:
--             containers: [{name: kube-flannel, image: "ghcr.io/flannel-io/flannel:v0.27.0"}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: aws-node, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: aws-node}}
--         template:
--           metadata: {labels: {app: aws-node}}
--           spec:
--             containers:
--               - {name: aws-node, image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.20.0"}
--               - {name: aws-eks-nodeagent, image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.2.0", args: [--enable-network-policy=false]}
--     rows:
--       - {kind: DaemonSet, namespace: kube-flannel, name: kube-flannel, plugin: Flannel, path: "spec.template.spec.containers[0].image"}
--       - {namespace: kube-system, name: aws-node, plugin: Amazon VPC CNI}

-- Known by their images. One that enforces suffices, whatever connects the pods: Canal is Flannel
-- with Calico beside it. kindnet does since August 2024.
WITH known(image, plugin, enforces) AS (VALUES
  ('%calico/node%', 'Calico', 1), ('%cilium/cilium%', 'Cilium', 1), ('%/cilium:%', 'Cilium', 1), ('%antrea%', 'Antrea', 1), ('%weave-npc%', 'Weave Net', 1),
  ('%kube-router%', 'kube-router', 1), ('%ovn-k%', 'OVN-Kubernetes', 1), ('%kube-ovn%', 'Kube-OVN', 1), ('%azure-npm%', 'Azure NPM', 1),
  ('%kube-network-policies%', 'kube-network-policies', 1), ('%kindnetd%', 'kindnet', 1), ('%aws-network-policy-agent%', 'AWS network policy agent', NULL),
  ('%flannel:%', 'Flannel', 0), ('%amazon-k8s-cni:%', 'Amazon VPC CNI', 0), ('%bridge-cni%', 'bridge', 0)),
cni AS (
  SELECT c.asset_kind, c.namespace, c.asset_name, c.container, c.path, c.image, k.plugin, c.file, c.line,
    CASE WHEN k.enforces IS NULL THEN c.args LIKE '%enable-network-policy=true%'
      WHEN k.plugin = 'kindnet' THEN coalesce(c.image_tag, '') >= 'v20240813' ELSE k.enforces END AS enforces
  FROM k8s_containers c JOIN known k ON c.image LIKE k.image
  WHERE c.judged AND c.kind = 'DaemonSet' AND c.container_type = 'regular')
SELECT DISTINCT
  asset_kind AS kind, namespace, asset_name AS name, path || '.image' AS path,
  plugin AS actual, 'a plug-in that enforces NetworkPolicies' AS expected, plugin, container, image, file, line
FROM cni
WHERE NOT enforces AND plugin <> 'AWS network policy agent' AND NOT EXISTS (SELECT 1 FROM cni other WHERE other.enforces);
