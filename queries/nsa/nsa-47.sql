-- id: NSA-47
-- title: Secrets not encrypted at rest
-- section: Network separation and hardening
-- severity: high
-- scope: object
-- assets: |
--   SELECT kind, namespace, name,
--     CASE WHEN NOT flags_known THEN 'its command line was not understood' END AS not_assessed, NULL AS not_applicable
--   FROM k8s_control_plane_components WHERE component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the API server does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   Without a provider the API server writes Secrets to etcd as they are. A backup of etcd, a
--   disk that was thrown out, a snapshot in the cloud, a shell on a control plane node: each is
--   then every password of every application, and nothing is logged.
-- fix: |
--   Write /etc/kubernetes/enc/enc.yaml, mode 0600, with a KMS provider if there is one, and secretbox otherwise:
--     apiVersion: apiserver.config.k8s.io/v1
--     kind: EncryptionConfiguration
--     resources:
--       - resources: [secrets]
--         providers:
--           - secretbox: {keys: [{name: key1, secret: "<head -c 32 /dev/urandom | base64>"}]}
--           - identity: {}
--   Mount it into the API server in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}, on every control plane node the same file, and add
--     - --encryption-provider-config=/etc/kubernetes/enc/enc.yaml
--   kubeadm writes the manifest anew on upgrades: set the flag and the mount in ClusterConfiguration.apiServer (extraArgs, extraVolumes) as well.
--   Secrets that exist are encrypted when they are next written: kubectl get secrets -A -o json | kubectl replace -f -
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, Secrets
--   - https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
-- aliases: [CIS-1.2.27, C-0066, C-0141, KCV-0030]
-- pass:
--   - name: a provider, under its old name as well
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --encryption-provider-config=/enc/enc.yaml]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.12.0", command: [kube-apiserver, --experimental-encryption-provider-config, /enc/enc.yaml]}]
-- not_assessed:
--   - name: a start script
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system, labels: {component: kube-apiserver}}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [/start.sh]}]
--     unassessed: [{kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, reason: its command line was not understood}]
-- fail:
--   - name: none, and none but for its reload
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --secure-port=6443]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --encryption-provider-config-automatic-reload=true, --encryption-provider-config=]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", actual: --encryption-provider-config unset, expected: --encryption-provider-config=FILE, node: cp1}
--       - {name: kube-apiserver-cp2}

-- That there is a configuration, not what is in it: NSA-48. EKS, GKE and AKS show no API
-- server and encrypt the disks of etcd themselves.
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--encryption-provider-config unset' AS actual, '--encryption-provider-config=FILE' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.value IS NOT ''
      AND f.flag IN ('encryption-provider-config', 'experimental-encryption-provider-config'));
