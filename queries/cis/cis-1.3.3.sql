-- id: CIS-1.3.3
-- title: Each controller has an account of its own
-- section: 1.3 Controller manager
-- severity: medium
-- level: 1
-- type: automated
-- profile: control-plane
-- scope: object
-- assets: |
--   SELECT kind, namespace, name, iif(flags_known, NULL, 'its command line was not understood') AS not_assessed
--   FROM k8s_control_plane_components c WHERE component = 'kube-controller-manager'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster, 'no pod of kube-controller-manager can be seen, so that its flags are not known'
--   FROM k8s_cluster_info
--   WHERE coalesce(platform, '') NOT IN ('eks', 'gke', 'aks', 'ack', 'oke', 'doks', 'lke')
--     AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-controller-manager')
-- why: |
--   With an account of its own each controller has just the rights that it needs, and the audit
--   log says which one it was. Without the flag all of them act as one user that may do what all
--   together may.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-controller-manager.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts it at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.controllerManager.extraArgs of its ConfigMap kubeadm-config.
--     - --use-service-account-credentials=true
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.3.3
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
-- aliases: [C-0146, KCV-0035]
-- pass:
--   - name: set to true, the last one wins
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --use-service-account-credentials=true]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --use-service-account-credentials=false, --use-service-account-credentials=true]
-- fail:
--   - name: set to false, and unset
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --use-service-account-credentials=false]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --v=2]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-controller-manager-cp1, path: "spec.containers[0].command[1]", actual: --use-service-account-credentials=false, expected: --use-service-account-credentials=true, node: cp1}
--       - {name: kube-controller-manager-cp2, path: "spec.containers[0].command", actual: --use-service-account-credentials unset}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(f.path, c.path || '.command') AS path,
  '--use-service-account-credentials' || coalesce('=' || f.value, ' unset') AS actual, '--use-service-account-credentials=true' AS expected,
  c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'use-service-account-credentials'
WHERE c.component = 'kube-controller-manager' AND c.flags_known
  AND lower(coalesce(f.value, 'false')) NOT IN ('true', 't', '1');
