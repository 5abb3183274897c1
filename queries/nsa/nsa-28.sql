-- id: NSA-28
-- title: CNI plug-in does not enforce NetworkPolicy
-- section: Network separation and hardening
-- severity: high
-- verdict: review
-- scope: cluster
-- assets: |
--   SELECT DISTINCT 'DaemonSet' AS kind, c.namespace AS namespace, c.name AS name
--   FROM k8s_containers c
--   WHERE c.kind = 'DaemonSet' AND (
--     '/' || c.image_repository GLOB '*/calico/node' OR '/' || c.image_repository GLOB '*calico-node' OR '/' || c.image_repository GLOB '*/cilium/cilium*'
--     OR '/' || c.image_repository GLOB '*cilium-cilium' OR '/' || c.image_repository GLOB '*/antrea/antrea-*' OR '/' || c.image_repository GLOB '*/weaveworks/weave-npc'
--     OR '/' || c.image_repository GLOB '*/kube-router' OR '/' || c.image_repository GLOB '*/kube-ovn' OR '/' || c.image_repository GLOB '*ovn-kube*'
--     OR '/' || c.image_repository GLOB '*/kube-network-policies' OR '/' || c.image_repository GLOB '*/azure-npm' OR '/' || c.image_repository GLOB '*network-policy-agent'
--     OR '/' || c.image_repository GLOB '*flannel*' OR '/' || c.image_repository GLOB '*/kindnetd' OR '/' || c.image_repository GLOB '*/amazon-k8s-cni')
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster FROM k8s_cluster_info
-- why: |
--   The API server takes NetworkPolicies whether or not anything in the cluster reads them. With
--   a plug-in that does not, every policy is a file that looks like a wall, and nobody notices
--   until somebody walks through it.
-- fix: |
--   Prove it first: a pod of a namespace with a default-deny policy must not be reachable,
--   kubectl run probe --rm -it --image=busybox -- wget -qO- -T 3 http://ADDRESS.
--   {{- if eq .component "flannel"}}
--   Flannel leaves policies to others: put Calico beside it (canal), or kube-network-policies, or replace it.
--   {{- else if eq .component "Amazon VPC CNI"}}
--   Switch its policy agent on: enableNetworkPolicy: "true" in the configuration of the add-on vpc-cni.
--   {{- else if eq .component "kindnet"}}
--   Use kind 0.24 or later, whose kindnet enforces policies.
--   {{- else}}
--   Nothing that enforces policies was recognised here. If your plug-in does, waive this with the result of that test; otherwise install one that does:
--   Calico, Cilium, Antrea, or kube-network-policies beside the one you have.
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, network policies
--   - https://kubernetes.io/docs/concepts/services-networking/network-policies/#prerequisites
-- aliases: [CIS-5.3.1, C-0205]
-- pass:
--   - name: plug-ins that enforce, mirrored or beside flannel
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-flannel-ds, namespace: kube-flannel}
--       spec:
--         selector: {matchLabels: {app: flannel}}
--         template:
--           metadata: {labels: {app: flannel}}
--           spec:
--             containers: [{name: kube-flannel, image: "ghcr.io/flannel-io/flannel:v0.27.0"}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: calico-node, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: calico-node}}
--         template:
--           metadata: {labels: {k8s-app: calico-node}}
--           spec:
--             containers: [{name: calico-node, image: "registry.example/rancher/mirrored-calico-node:v3.30.0"}]
--   - name: Amazon's with its policy agent switched on
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: aws-node, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: aws-node}}
--         template:
--           metadata: {labels: {k8s-app: aws-node}}
--           spec:
--             containers:
--               - {name: aws-node, image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.20.0"}
--               - {name: aws-eks-nodeagent, image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.2.0", args: [--enable-ipv6=false, --enable-network-policy=true]}
--   - name: kindnet since it enforces policies
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kindnet, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: kindnet}}
--         template:
--           metadata: {labels: {app: kindnet}}
--           spec:
--             containers: [{name: kindnet-cni, image: "docker.io/kindest/kindnetd:v20250214-acbabc1a"}]
--   - name: GKE's Dataplane V2, which is Cilium
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: anetd, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: anetd}}
--         template:
--           metadata: {labels: {app: anetd}}
--           spec:
--             containers: [{name: anetd, image: "gke.gcr.io/cilium/cilium:v1.17.4-gke.20"}]
--   - name: Azure's policy manager
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: azure-npm, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: azure-npm}}
--         template:
--           metadata: {labels: {app: azure-npm}}
--           spec:
--             containers: [{name: azure-npm, image: "mcr.microsoft.com/containernetworking/azure-npm:v1.6.13"}]
--   - name: flannel with policies by another
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-network-policies, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: kube-network-policies}}
--         template:
--           metadata: {labels: {app: kube-network-policies}}
--           spec:
--             containers: [{name: kube-network-policies, image: "registry.k8s.io/networking/kube-network-policies:v0.8.0"}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-flannel-ds, namespace: kube-flannel}
--       spec:
--         selector: {matchLabels: {app: kube-flannel-ds}}
--         template:
--           metadata: {labels: {app: kube-flannel-ds}}
--           spec:
--             containers: [{name: kube-flannel-ds, image: "ghcr.io/flannel-io/flannel:v0.27.0"}]
-- fail:
--   - name: flannel alone
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-flannel-ds, namespace: kube-flannel}
--       spec:
--         selector: {matchLabels: {app: flannel}}
--         template:
--           metadata: {labels: {app: flannel}}
--           spec:
--             containers: [{name: kube-flannel, image: "ghcr.io/flannel-io/flannel:v0.27.0"}]
--     rows:
--       - {kind: DaemonSet, namespace: kube-flannel, name: kube-flannel-ds, component: flannel, actual: flannel, path: "spec.template.spec.containers[0].image", image: "ghcr.io/flannel-io/flannel:v0.27.0", expected: a plug-in that enforces policies}
--   - name: Amazon's without its agent, and an old kindnet
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: aws-node, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: aws-node}}
--         template:
--           metadata: {labels: {k8s-app: aws-node}}
--           spec:
--             containers:
--               - {name: aws-node, image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.20.0"}
--               - {name: aws-eks-nodeagent, image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.2.0", args: [--enable-network-policy=false]}
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kindnet, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: kindnet}}
--         template:
--           metadata: {labels: {app: kindnet}}
--           spec:
--             containers: [{name: kindnet-cni, image: "docker.io/kindest/kindnetd:v20240202-8f1494ea"}]
--     rows:
--       - {name: aws-node, component: Amazon VPC CNI, reason: its policy agent is off}
--       - {name: kindnet, component: kindnet, reason: enforces policies since v20240813}

-- Images are known by the last parts of their repository, so that mirrors count. That one
-- of those that enforce is there passes; only traffic can prove that it does. k3s enforces
-- by itself, in no pod. A cluster where nothing at all is recognised is for a human.
WITH known(pattern, component, enforces) AS (VALUES
  ('*/calico/node', 'Calico', 1), ('*calico-node', 'Calico', 1), ('*/cilium/cilium*', 'Cilium', 1), ('*cilium-cilium', 'Cilium', 1),
  ('*/antrea/antrea-*', 'Antrea', 1), ('*/weaveworks/weave-npc', 'Weave Net', 1), ('*/kube-router', 'kube-router', 1), ('*/kube-ovn', 'Kube-OVN', 1),
  ('*ovn-kube*', 'OVN-Kubernetes', 1), ('*/kube-network-policies', 'kube-network-policies', 1), ('*/azure-npm', 'Azure NPM', 1),
  ('*network-policy-agent', 'Amazon VPC CNI', NULL), ('*/kindnetd', 'kindnet', NULL), ('*flannel*', 'flannel', 0), ('*/amazon-k8s-cni', 'Amazon VPC CNI', 0)),
found AS MATERIALIZED (
  SELECT c.namespace, c.name, c.path, c.image, c.args, c.file, c.line, k.component,
    CASE
      WHEN k.enforces IS NOT NULL THEN k.enforces
      WHEN k.component = 'kindnet' THEN coalesce(c.image_tag, '') GLOB 'v20[0-9][0-9][0-9][0-9][0-9][0-9]*' AND substr(c.image_tag, 2, 8) >= '20240813'
      ELSE coalesce(c.args, '') LIKE '%--enable-network-policy=true%'
    END AS enforces
  FROM k8s_containers c JOIN known k ON '/' || c.image_repository GLOB k.pattern
  WHERE c.kind = 'DaemonSet')
SELECT
  'DaemonSet' AS kind, namespace, name, path || '.image' AS path, component AS actual, 'a plug-in that enforces policies' AS expected,
  CASE component WHEN 'flannel' THEN 'leaves policies to others' WHEN 'kindnet' THEN 'enforces policies since v20240813' ELSE 'its policy agent is off' END AS reason,
  component, image, file, line
FROM found
WHERE NOT enforces AND NOT EXISTS (SELECT 1 FROM found WHERE enforces) AND image NOT LIKE '%network-policy-agent%'
UNION ALL
SELECT
  'Cluster', NULL, cluster, 'DaemonSet', 'not recognised', 'a plug-in that enforces policies', 'no network plug-in that we know', 'unknown', NULL, NULL, NULL
FROM k8s_cluster_info
WHERE NOT EXISTS (SELECT 1 FROM found) AND git_version NOT LIKE '%+k3s%';
