-- id: NSA-20
-- title: User pods in system namespaces
-- section: Network separation and hardening
-- severity: medium
-- scope: object
-- parameters:
--   - {name: components, type: list, default: [], doc: "More parts of the cluster that belong in kube-system, beside those that are known: KIND/NAME, with * and ? in the name, such as DaemonSet/acme-cni-*."}
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name FROM k8s_pod_specs WHERE judged AND namespace IN ('kube-system', 'kube-public', 'kube-node-lease')
-- why: |
--   Whoever may create pods in kube-system can mount the Secrets and use the service accounts
--   of the cluster's own controllers, which comes to being its administrator. Policies, quotas
--   and scanners usually leave the system namespaces out as well, so that what runs there is
--   looked at by nobody.
-- fix: |
--   Move {{.kind}} {{.name}} to a namespace of its own: change metadata.namespace in its manifests, with the ConfigMaps,
--   Secrets, ServiceAccount and RoleBindings that it uses, apply them, then delete it from {{.namespace}}.
--   If it is a part of the cluster that this rule does not know (a network plug-in, a storage driver), waive it by name.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, namespaces
--   - https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
-- aliases: [CIS-5.6.1, KSV-0037]
-- pass:
--   - name: static pods, running and as kubeadm writes them
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: anything-cp1, namespace: kube-system, uid: p1, annotations: {kubernetes.io/config.mirror: abc}, ownerReferences: [{apiVersion: v1, kind: Node, name: cp1, uid: n1, controller: true}]}
--       spec:
--         containers: [{name: app, image: registry.k8s.io/kube-apiserver:v1.35.0}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-scheduler, namespace: kube-system, labels: {tier: control-plane, component: kube-scheduler}}
--       spec:
--         priorityClassName: system-node-critical
--         containers: [{name: kube-scheduler, image: registry.k8s.io/kube-scheduler:v1.35.0}]
--   - name: add-ons by kind and name
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: kube-proxy}}
--         template:
--           metadata: {labels: {k8s-app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: registry.k8s.io/kube-proxy:v1.35.0}]
--       ---
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: coredns, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: kube-dns}}
--         template:
--           metadata: {labels: {k8s-app: kube-dns}}
--           spec:
--             containers: [{name: coredns, image: registry.k8s.io/coredns/coredns:v1.12.0}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: csi-azuredisk-node, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: csi-azuredisk-node}}
--         template:
--           metadata: {labels: {app: csi-azuredisk-node}}
--           spec:
--             containers: [{name: node, image: mcr.example/azuredisk:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: one that the configuration names
--     parameters: {components: ["DaemonSet/acme-cni-*"]}
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: acme-cni-linux, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: cni}}
--         template:
--           metadata: {labels: {app: cni}}
--           spec:
--             containers: [{name: cni, image: registry.example/cni:1}]
-- fail:
--   - name: a workload of one's own, and a pod that bears the name of an add-on
--     objects: |
--       apiVersion: batch/v1
--       kind: CronJob
--       metadata: {name: etcd-backup, namespace: kube-system}
--       spec:
--         schedule: "0 3 * * *"
--         jobTemplate:
--           spec:
--             template:
--               spec:
--                 restartPolicy: Never
--                 containers: [{name: run, image: registry.example/backup:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: coredns, namespace: kube-system}
--       spec:
--         containers: [{name: app, image: registry.example/miner:1}]
--     rows:
--       - {kind: CronJob, namespace: kube-system, name: etcd-backup, actual: kube-system, path: metadata.namespace, why_not_system: not a component of the cluster that we know, images: '["registry.example/backup:1"]'}
--       - {kind: Pod, namespace: kube-system, name: coredns}
--   - name: the labels of the control plane without its priority
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-scheduler, namespace: kube-system, labels: {tier: control-plane, component: kube-scheduler}}
--       spec:
--         containers: [{name: kube-scheduler, image: registry.example/other:1}]
--     rows:
--       - {kind: Pod, name: kube-scheduler}
--   - name: nothing belongs in the other two
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-public}
--       spec:
--         selector: {matchLabels: {k8s-app: kube-proxy}}
--         template:
--           metadata: {labels: {k8s-app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: registry.k8s.io/kube-proxy:v1.35.0}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: kube-node-lease}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--     rows:
--       - {kind: DaemonSet, namespace: kube-public, name: kube-proxy, why_not_system: no pod belongs in kube-public}
--       - {kind: Pod, namespace: kube-node-lease, name: web, why_not_system: no pod belongs in kube-node-lease}
--   - name: a CronJob with its Job and pod is one
--     objects: |
--       apiVersion: batch/v1
--       kind: CronJob
--       metadata: {name: report, namespace: kube-system, uid: c1}
--       spec:
--         schedule: "0 3 * * *"
--         jobTemplate:
--           spec:
--             template:
--               spec:
--                 restartPolicy: Never
--                 containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: batch/v1
--       kind: Job
--       metadata: {name: report-1, namespace: kube-system, uid: j1, ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: report, uid: c1, controller: true}]}
--       spec:
--         template:
--           spec:
--             restartPolicy: Never
--             containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: report-1-a, namespace: kube-system, uid: p1, ownerReferences: [{apiVersion: batch/v1, kind: Job, name: report-1, uid: j1, controller: true}]}
--       spec:
--         restartPolicy: Never
--         containers: [{name: app, image: registry.example/app:1}]
--       status: {phase: Running}
--     rows:
--       - {kind: CronJob, name: report}

-- Kinds and names (GLOB) of what installers, clouds and network and storage vendors put
-- into kube-system. Names can be copied: who may create workloads there is the matter
-- of NSA-59.
WITH known(kind, pattern) AS (VALUES
  -- Kubernetes and its installers
  ('DaemonSet', 'kube-proxy*'), ('Deployment', 'coredns*'), ('Deployment', 'kube-dns*'), ('DaemonSet', 'node-local-dns'),
  ('DaemonSet', 'nodelocaldns'), ('Deployment', 'dns-autoscaler'), ('Deployment', 'metrics-server*'), ('DaemonSet', 'konnectivity-agent'),
  ('Deployment', 'konnectivity-agent*'), ('Deployment', '*cloud-controller-manager'), ('DaemonSet', '*cloud-controller-manager'),
  ('Deployment', 'cluster-autoscaler*'), ('DaemonSet', 'kube-vip*'), ('DaemonSet', 'node-problem-detector'),
  ('Deployment', 'kops-controller'), ('DaemonSet', 'kops-controller'), ('Deployment', 'dns-controller'),
  ('Deployment', 'local-path-provisioner'), ('Deployment', 'traefik'), ('DaemonSet', 'svclb-traefik*'), ('Job', 'helm-install-*'),
  ('Deployment', 'rke2-*'), ('DaemonSet', 'rke2-*'), ('Pod', 'storage-provisioner'),
  -- networks
  ('DaemonSet', 'calico-node*'), ('Deployment', 'calico-*'), ('DaemonSet', 'canal'), ('DaemonSet', 'cilium'), ('DaemonSet', 'cilium-*'),
  ('Deployment', 'cilium-*'), ('Deployment', 'hubble-*'), ('DaemonSet', 'kube-flannel*'), ('DaemonSet', 'kindnet'), ('DaemonSet', 'kube-router'),
  ('DaemonSet', 'weave-net'), ('DaemonSet', 'antrea-agent*'), ('Deployment', 'antrea-controller'), ('DaemonSet', 'kube-multus*'),
  ('DaemonSet', 'kube-ovn-*'), ('Deployment', 'kube-ovn-*'), ('Deployment', 'ovn-central'), ('DaemonSet', 'ovs-ovn'),
  -- storage
  ('DaemonSet', '*csi-*node*'), ('Deployment', '*csi-*controller*'), ('StatefulSet', '*csi-*controller*'), ('Deployment', 'snapshot-controller'),
  ('Deployment', 'csi-snapshot-*'), ('DaemonSet', 'csi-*'), ('DaemonSet', '*secrets-store-csi-driver*'), ('DaemonSet', 'pdcsi-node*'),
  -- EKS
  ('DaemonSet', 'aws-node*'), ('DaemonSet', 'eks-*'), ('Deployment', 'aws-load-balancer-controller'), ('Deployment', 'karpenter'),
  -- GKE
  ('DaemonSet', 'gke-*'), ('DaemonSet', 'anetd*'), ('DaemonSet', 'netd*'), ('DaemonSet', 'ip-masq-agent'), ('DaemonSet', 'fluentbit-gke*'),
  ('DaemonSet', 'metadata-proxy*'), ('DaemonSet', 'nvidia-gpu-device-plugin*'), ('Deployment', 'event-exporter-gke'), ('Deployment', 'l7-default-backend*'),
  -- AKS
  ('DaemonSet', 'azure-*'), ('Deployment', 'azure-*'), ('DaemonSet', 'cloud-node-manager*'), ('DaemonSet', 'ama-*'), ('Deployment', 'ama-*'),
  ('DaemonSet', 'aks-*'), ('Deployment', 'aks-*'), ('DaemonSet', 'microsoft-defender-*'), ('Deployment', 'microsoft-defender-*'),
  ('DaemonSet', 'retina-agent*'), ('Deployment', 'eraser-*'), ('Deployment', 'extension-*'))
SELECT
  asset_kind AS kind, namespace, asset_name AS name, 'metadata.namespace' AS path,
  namespace AS actual, 'a namespace of its own' AS expected,
  CASE namespace WHEN 'kube-system' THEN 'not a component of the cluster that we know' ELSE 'no pod belongs in ' || namespace END AS why_not_system,
  images, drift, pods, file, line
FROM k8s_pod_specs
WHERE judged AND (
  namespace IN ('kube-public', 'kube-node-lease')
  OR namespace = 'kube-system'
    AND NOT mirror
    AND NOT (priority_class IS 'system-node-critical'
      AND json_extract(template_labels, '$.tier') IS 'control-plane'
      AND coalesce(json_extract(template_labels, '$.component'), '') IN ('kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'))
    AND NOT EXISTS (SELECT 1 FROM known k WHERE k.kind = asset_kind AND asset_name GLOB k.pattern)
    AND NOT EXISTS (SELECT 1 FROM kspm_parameters p, json_each(p.value) v
      WHERE p.rule = 'NSA-20' AND p.name = 'components' AND asset_kind || '/' || asset_name GLOB v.value));
