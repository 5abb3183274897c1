-- id: NSA-37
-- title: Scheduler or controller manager listens beyond loopback
-- section: Network separation and hardening
-- severity: medium
-- scope: object
-- assets: |
--   SELECT kind, namespace, name,
--     CASE WHEN NOT flags_known THEN 'its command line was not understood' END AS not_assessed, NULL AS not_applicable
--   FROM k8s_control_plane_components WHERE component IN ('kube-scheduler', 'kube-controller-manager')
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'scheduler and controller manager do not run as pods: their flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info
--   WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component IN ('kube-scheduler', 'kube-controller-manager'))
-- why: |
--   These ports serve health, metrics and profiles, to which only the node itself has to come.
--   Open to the network they tell whoever asks about the cluster from the inside, and every flaw
--   in how they check callers can be used from a pod. The ports of old versions check nothing.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/{{.component}}.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts it at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.{{if eq .component "kube-scheduler"}}scheduler{{else}}controllerManager{{end}}.extraArgs of its ConfigMap kubeadm-config.
--   {{- if eq .flag "bind-address"}}
--     - --bind-address=127.0.0.1
--   {{- else}}
--     - --port=0
--   {{- end}}
--   The probes in that file must ask the same address: host: 127.0.0.1. Metrics are then read by an agent on the node.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, control plane hardening
--   - https://kubernetes.io/docs/reference/networking/ports-and-protocols/
-- aliases: [CIS-1.3.7, CIS-1.4.2, C-0150, C-0152, KCV-0039, KCV-0041]
-- pass:
--   - name: loopback, by IPv4 and by IPv6
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-scheduler-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-scheduler, image: "registry.k8s.io/kube-scheduler:v1.37.2", command: [kube-scheduler, --bind-address=127.0.0.1]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-controller-manager, image: "registry.k8s.io/kube-controller-manager:v1.37.2", command: [kube-controller-manager, "--bind-address=::1", --port=0, --address=0.0.0.0]}]
-- not_assessed:
--   - name: a start script
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-scheduler-cp1, namespace: kube-system, labels: {component: kube-scheduler}}
--       spec:
--         containers: [{name: kube-scheduler, image: "registry.k8s.io/kube-scheduler:v1.37.2", command: [/start.sh]}]
--     unassessed: [{kind: Pod, namespace: kube-system, name: kube-scheduler-cp1, reason: its command line was not understood}]
-- fail:
--   - name: all addresses, and unset, which means the same
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-scheduler-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-scheduler, image: "registry.k8s.io/kube-scheduler:v1.37.2", command: [kube-scheduler, --bind-address=0.0.0.0]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-controller-manager, image: "registry.k8s.io/kube-controller-manager:v1.37.2", command: [kube-controller-manager, --leader-elect=true]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-scheduler-cp1, component: kube-scheduler, path: "spec.containers[0].command[1]", actual: --bind-address=0.0.0.0, expected: --bind-address=127.0.0.1, node: cp1}
--       - {name: kube-controller-manager-cp1, component: kube-controller-manager, path: "spec.containers[0].command", actual: --bind-address unset, reason: listens on all addresses}
--   - name: the port of old versions that asks nobody who they are
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-scheduler-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-scheduler, image: "registry.k8s.io/kube-scheduler:v1.18.2", command: [kube-scheduler, --bind-address=127.0.0.1, --port=10251]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-controller-manager, image: "registry.k8s.io/kube-controller-manager:v1.18.2", command: [kube-controller-manager, --bind-address=127.0.0.1, --address=10.0.0.10]}]
--     rows:
--       - {name: kube-scheduler-cp1, flag: port, actual: --port=10251, expected: --port=0, reason: this port does not authenticate}
--       - {name: kube-controller-manager-cp1, flag: address, actual: --address=10.0.0.10, expected: --port=0, reason: this port does not authenticate}

-- Unset is no better than 0.0.0.0: it is the default. --port and --address are gone since
-- 1.24; before, an address had no effect with --port=0.
WITH c AS (
  SELECT kind, namespace, name, component, spec_id, container, node, path, file, line
  FROM k8s_control_plane_components WHERE component IN ('kube-scheduler', 'kube-controller-manager') AND flags_known)
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--bind-address' || coalesce('=' || f.value, ' unset') AS actual, '--bind-address=127.0.0.1' AS expected,
  CASE WHEN coalesce(f.value, '') IN ('', '0.0.0.0', '::') THEN 'listens on all addresses' ELSE 'listens on the network' END AS reason,
  c.component AS component, 'bind-address' AS flag, c.node AS node, c.file AS file, c.line AS line
FROM c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'bind-address'
WHERE f.value IS NULL OR NOT (f.value GLOB '127.*' OR f.value IN ('::1', 'localhost'))
UNION ALL
SELECT
  c.kind, c.namespace, c.name, f.path, '--' || f.flag || '=' || f.value, '--port=0', 'this port does not authenticate',
  c.component, f.flag, c.node, c.file, c.line
FROM c
JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container
WHERE f.flag = 'port' AND f.value IS NOT '0'
  OR f.flag = 'address' AND NOT (f.value GLOB '127.*' OR f.value IN ('::1', 'localhost'))
    AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags p WHERE p.spec_id = c.spec_id AND p.container = c.container AND p.flag = 'port' AND p.value = '0');
