-- id: NSA-35
-- title: API server TLS configuration
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
--   Every token and every Secret in the cluster passes through this one port. Without a
--   certificate of its own the server makes one up at each start, which no client can check, so
--   that people learn to skip the check; with old versions or ciphers of TLS what was recorded
--   today can be read later.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--   {{- if eq .flag "tls-cert-file"}}
--     - --tls-cert-file=/etc/kubernetes/pki/apiserver.crt
--   {{- else if eq .flag "tls-private-key-file"}}
--     - --tls-private-key-file=/etc/kubernetes/pki/apiserver.key
--   {{- else if eq .flag "tls-min-version"}}
--     - --tls-min-version=VersionTLS12
--   {{- else}}
--     take {{.weak}} out of --tls-cipher-suites, or remove the flag: Go's defaults hold none of the weak ones
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, encryption
--   - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
-- aliases: [CIS-1.2.24, CIS-1.2.29, C-0138, C-0143, C-0277, KCV-0027]
-- pass:
--   - name: a certificate, the rest left to its defaults, and strong suites by name
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --tls-cert-file=/pki/apiserver.crt, --tls-private-key-file=/pki/apiserver.key]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command:
--               - kube-apiserver
--               - --tls-cert-file=/pki/apiserver.crt
--               - --tls-private-key-file=/pki/apiserver.key
--               - --tls-min-version=VersionTLS13
--               - --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,TLS_AES_128_GCM_SHA256
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
--   - name: no certificate, and one for names only
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, "--tls-sni-cert-key=/pki/web.crt,/pki/web.key:web.example"]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", flag: tls-cert-file, actual: --tls-cert-file unset, reason: a self-signed certificate is made at each start, severity: high, node: cp1}
--       - {flag: tls-private-key-file, actual: --tls-private-key-file unset}
--   - name: old versions and weak suites
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command:
--               - kube-apiserver
--               - --tls-cert-file=/pki/apiserver.crt
--               - --tls-private-key-file=/pki/apiserver.key
--               - --tls-min-version=VersionTLS10
--               - --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_CBC_SHA
--               - --tls-cipher-suites=TLS_RSA_WITH_3DES_EDE_CBC_SHA
--     rows:
--       - {path: "spec.containers[0].command[3]", actual: --tls-min-version=VersionTLS10, expected: --tls-min-version=VersionTLS12}
--       - {flag: tls-cipher-suites, weak: "TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA"}

-- Strong: forward secrecy and authenticated encryption, with AES-GCM or ChaCha20-Poly1305,
-- which are the suites of TLS 1.3 and those of the CIS benchmark. An old version is an old
-- default no more: unset means TLS 1.2 since Kubernetes 1.13.
WITH server AS (
  SELECT kind, namespace, name, spec_id, container, node, path, file, line
  FROM k8s_control_plane_components WHERE component = 'kube-apiserver' AND flags_known),
strong(suite) AS (VALUES
  ('TLS_AES_128_GCM_SHA256'), ('TLS_AES_256_GCM_SHA384'), ('TLS_CHACHA20_POLY1305_SHA256'),
  ('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'), ('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'),
  ('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305'), ('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'),
  ('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'), ('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  ('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305'), ('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256')),
found AS (
  SELECT s.*, w.flag AS flag, '--' || w.flag || ' unset' AS actual, '--' || w.flag || '=FILE' AS expected, 'high' AS severity,
    'a self-signed certificate is made at each start' AS reason, NULL AS weak, s.path || '.command' AS at
  FROM server s, (SELECT 'tls-cert-file' AS flag UNION ALL SELECT 'tls-private-key-file') w
  WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = s.spec_id AND f.container = s.container AND f.flag = w.flag AND f.value IS NOT '')
  UNION ALL
  SELECT s.*, f.flag, '--tls-min-version=' || f.value, '--tls-min-version=VersionTLS12', 'high', 'below TLS 1.2', NULL, f.path
  FROM server s JOIN k8s_control_plane_flags f ON f.spec_id = s.spec_id AND f.container = s.container AND f.flag = 'tls-min-version'
  WHERE f.value IN ('VersionTLS10', 'VersionTLS11')
  UNION ALL
  SELECT s.*, f.flag, '--tls-cipher-suites=' || f.value, 'strong suites only', 'medium', 'no forward secrecy, or no authenticated encryption',
    group_concat(c.value, ', '), f.path
  FROM server s JOIN k8s_control_plane_flags f ON f.spec_id = s.spec_id AND f.container = s.container AND f.flag = 'tls-cipher-suites',
    json_each('[' || replace(json_quote(f.value), ',', '","') || ']') c
  WHERE trim(c.value) <> '' AND trim(c.value) NOT IN (SELECT suite FROM strong)
  GROUP BY s.spec_id, s.container)
SELECT kind, namespace, name, at AS path, actual, expected, severity, reason, flag, weak, node, file, line
FROM found;
