-- id: CIS-1.3.5
-- title: Pods are given the CA of the API server
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
--   Pods that talk to the API server check its certificate against this CA, which they find
--   beside their token. Without it they have to trust whoever answers, and hand that one their
--   token.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-controller-manager.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts it at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.controllerManager.extraArgs of its ConfigMap kubeadm-config.
--     - --root-ca-file=/etc/kubernetes/pki/ca.crt
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.3.5
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
-- aliases: [C-0148, KCV-0037]
-- pass:
--   - name: set, by = and by a word of its own
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --root-ca-file=/etc/kubernetes/pki/ca.crt]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --root-ca-file, /etc/kubernetes/pki/ca.crt]
-- fail:
--   - name: unset, and empty
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --v=2]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-controller-manager-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-controller-manager
--             image: registry.k8s.io/kube-controller-manager:v1.37.2
--             command: [kube-controller-manager, --root-ca-file=]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-controller-manager-cp1, path: "spec.containers[0].command", flag: root-ca-file, actual: --root-ca-file unset, node: cp1}
--       - {name: kube-controller-manager-cp2}
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--root-ca-file unset' AS actual, '--root-ca-file=/etc/kubernetes/pki/ca.crt' AS expected, 'root-ca-file' AS flag, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
WHERE c.component = 'kube-controller-manager' AND c.flags_known
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'root-ca-file' AND f.value IS NOT '');
