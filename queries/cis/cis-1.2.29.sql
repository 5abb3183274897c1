-- id: CIS-1.2.29
-- title: The API server names strong cipher suites alone
-- section: 1.2 API server
-- severity: medium
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
--   Suites without forward secrecy let whoever gets the key later read what was recorded today,
--   and CBC has a history of attacks. The defaults of Go are good and move with each version;
--   the benchmark wants the list written down.
-- fix: |
--   {{if .weak}}These are not among the strong ones: {{.weak}}.{{end}}
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--     - --tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384,TLS_CHACHA20_POLY1305_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.29
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
-- aliases: [C-0277]
-- pass:
--   - name: strong ones by name
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, "--tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384,TLS_CHACHA20_POLY1305_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, "--tls-cipher-suites=TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"]
-- fail:
--   - name: a weak one, and no list
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, "--tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --secure-port=6443]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", weak: TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, severity: medium, node: cp1}
--       - {name: kube-apiserver-cp2, actual: --tls-cipher-suites unset, severity: low, weak: ""}
WITH strong(suite) AS (VALUES
  ('TLS_AES_128_GCM_SHA256'), ('TLS_AES_256_GCM_SHA384'), ('TLS_CHACHA20_POLY1305_SHA256'),
  ('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'), ('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'),
  ('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305'), ('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'),
  ('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'), ('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  ('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305'), ('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256')),
set_ AS (
  SELECT c.kind, c.namespace, c.name, coalesce(f.path, c.path || '.command') AS path, f.flag, f.value, c.node, c.file, c.line,
    (SELECT group_concat(trim(s.value), ', ') FROM json_each('["' || replace(f.value, ',', '","') || '"]') s
      WHERE trim(s.value) <> '' AND trim(s.value) NOT IN (SELECT suite FROM strong)) AS weak
  FROM k8s_control_plane_components c
  LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'tls-cipher-suites'
  WHERE c.component = 'kube-apiserver' AND c.flags_known)
SELECT
  kind, namespace, name, path, '--tls-cipher-suites' || coalesce('=' || value, ' unset') AS actual, 'strong suites, by name' AS expected,
  weak, iif(weak IS NULL, 'low', 'medium') AS severity, node, file, line
FROM set_
WHERE weak IS NOT NULL OR coalesce(value, iif(flag IS NULL, '', 'hidden')) = '';
