-- id: CIS-1.2.20
-- title: Requests to the API server end in time
-- section: 1.2 API server
-- severity: low
-- verdict: review
-- level: 1
-- type: manual
-- profile: control-plane
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
--   A request that may take as long as it likes holds memory and a connection of the server. The
--   default of a minute is fine; a longer time is for clusters where people know why.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --request-timeout=1m0s
--   or take the line out: that is the default. If it has to be longer, waive this and say for which requests.
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.20
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
-- aliases: [C-0134]
-- pass:
--   - name: the default, shorter, and up to five minutes
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --secure-port=6443]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --request-timeout=30s]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp3, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --request-timeout=5m0s]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp4, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --request-timeout=300s]
-- fail:
--   - name: none, and more
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --request-timeout=0]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --request-timeout=10m]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp3, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --request-timeout=1h]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp4, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --request-timeout=301s]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: --request-timeout=0, node: cp1}
--       - {name: kube-apiserver-cp2}
--       - {name: kube-apiserver-cp3}
--       - {name: kube-apiserver-cp4}

-- A duration of Go: hours are too long whatever follows, minutes count, and seconds stand alone.
WITH timeout AS (
  SELECT spec_id, container, path, value,
    CASE WHEN value GLOB '*h*' THEN 3600 ELSE 0 END
    + CASE WHEN value GLOB '*[0-9]m*' AND value NOT GLOB '*[0-9]ms' THEN 60 * CAST(substr(value, instr(value, 'h') + 1) AS INTEGER) ELSE 0 END
    + CASE WHEN value GLOB '*[0-9]s' AND value NOT GLOB '*m*' AND value NOT GLOB '*h*' THEN CAST(value AS INTEGER) ELSE 0 END AS seconds
  FROM k8s_control_plane_flags WHERE component = 'kube-apiserver' AND flag = 'request-timeout')
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, t.path AS path,
  '--request-timeout=' || t.value AS actual, '--request-timeout=1m0s' AS expected, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
JOIN timeout t ON t.spec_id = c.spec_id AND t.container = c.container
WHERE c.component = 'kube-apiserver' AND c.flags_known AND (t.seconds = 0 OR t.seconds > 300);
