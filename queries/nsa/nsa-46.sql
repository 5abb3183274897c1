-- id: NSA-46
-- title: Kubelet serving TLS weak
-- section: Network separation and hardening
-- severity: medium
-- scope: cluster
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   exec, logs and port-forward go to this port. A certificate that the kubelet signed itself
--   proves nothing, so that callers do not check, and whoever can get in between sees the
--   session; a client certificate that is never renewed is one that is still good years after it
--   was stolen.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}{{end}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--   {{- if eq .path "serverTLSBootstrap"}}
--     serverTLSBootstrap: true
--   Then kubectl get csr, and kubectl certificate approve those of signer kubernetes.io/kubelet-serving that come from your nodes, or let a
--   controller approve them. After that --kubelet-certificate-authority of the API server can check them (NSA-36).
--   {{- else if eq .path "rotateCertificates"}}
--     rotateCertificates: true
--   {{- else if eq .path "tlsMinVersion"}}
--     tlsMinVersion: VersionTLS12
--   {{- else}}
--     tlsCipherSuites without {{.weak}}; without the key Go's defaults are used, which hold none of the weak ones
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, encryption
--   - https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- aliases: [CIS-4.2.9, CIS-4.2.10, CIS-4.2.11, CIS-4.2.12, C-0181, C-0182, C-0183, C-0184, KCV-0088, KCV-0089, KCV-0090, KCV-0091, KCV-0092]
-- pass:
--   - name: certificates of the cluster, renewed
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       serverTLSBootstrap: true
--       rotateCertificates: true
--   - name: files of its own, and strong suites
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       tlsCertFile: /var/lib/kubelet/pki/kubelet.crt
--       tlsPrivateKeyFile: /var/lib/kubelet/pki/kubelet.key
--       rotateCertificates: true
--       tlsMinVersion: VersionTLS13
--       tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]
-- fail:
--   - name: nothing set
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       authorization: {mode: Webhook}
--     rows:
--       - {path: serverTLSBootstrap, actual: unset, expected: "true", reason: signs its serving certificate itself, severity: medium}
--       - {path: rotateCertificates, actual: unset, expected: "true"}
--   - name: switched off, half a pair, old versions and weak suites
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       serverTLSBootstrap: false
--       tlsCertFile: /var/lib/kubelet/pki/kubelet.crt
--       rotateCertificates: false
--       tlsMinVersion: VersionTLS11
--       tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_3DES_EDE_CBC_SHA]
--     rows:
--       - {path: serverTLSBootstrap, actual: "false"}
--       - {path: rotateCertificates, actual: "false"}
--       - {path: tlsMinVersion, actual: VersionTLS11, expected: VersionTLS12}
--       - {path: tlsCipherSuites, weak: "TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_3DES_EDE_CBC_SHA", expected: strong suites only}
--   - name: an API server that checks no certificate gains nothing from a good one
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --kubelet-client-key=/pki/client.key]}]
--     rows:
--       - {path: serverTLSBootstrap, severity: low}
--   - name: one that does check
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --kubelet-certificate-authority=/pki/ca.crt]}]
--     rows:
--       - {path: serverTLSBootstrap, severity: medium}

-- Strong suites are those of NSA-35. In a configuration file rotateCertificates is off unless
-- it is set; kubeadm sets it.
WITH kubelet AS (
  SELECT kind, name, file, line, defaults, server_tls_bootstrap, tls_cert_file, tls_private_key_file, rotate_certificates, tls_min_version, tls_cipher_suites
  FROM k8s_nodes_kubelet_config WHERE status = 'ok'),
strong(suite) AS (VALUES
  ('TLS_AES_128_GCM_SHA256'), ('TLS_AES_256_GCM_SHA384'), ('TLS_CHACHA20_POLY1305_SHA256'),
  ('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'), ('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'),
  ('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305'), ('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'),
  ('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'), ('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  ('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305'), ('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256')),
unchecked AS (
  SELECT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver' AND flags_known)
    AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags WHERE component = 'kube-apiserver' AND flag = 'kubelet-certificate-authority' AND value IS NOT '') AS yes),
found AS (
  SELECT k.*, 'serverTLSBootstrap' AS path, 'false' AS actual, 'true' AS expected, 'signs its serving certificate itself' AS reason,
    CASE WHEN u.yes THEN 'low' ELSE 'medium' END AS severity, NULL AS weak
  FROM kubelet k, unchecked u
  WHERE server_tls_bootstrap IS NOT 1 AND (tls_cert_file IS NULL OR tls_private_key_file IS NULL)
  UNION ALL
  SELECT *, 'rotateCertificates', 'false', 'true', 'its client certificate runs out, and is never replaced', 'medium', NULL
  FROM kubelet WHERE rotate_certificates IS NOT 1
  UNION ALL
  SELECT *, 'tlsMinVersion', tls_min_version, 'VersionTLS12', 'below TLS 1.2', 'medium', NULL
  FROM kubelet WHERE tls_min_version IN ('VersionTLS10', 'VersionTLS11')
  UNION ALL
  SELECT k.*, 'tlsCipherSuites', replace(trim(k.tls_cipher_suites, '[]"'), '","', ', '), 'strong suites only',
    'no forward secrecy, or no authenticated encryption', 'medium', group_concat(c.value, ', ')
  FROM kubelet k, json_each(k.tls_cipher_suites) c
  WHERE c.value NOT IN (SELECT suite FROM strong)
  GROUP BY k.kind, k.name, k.file, k.line)
SELECT
  kind, NULL AS namespace, name, path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = found.path) THEN 'unset' ELSE actual END AS actual,
  expected, severity, reason, weak, file, line
FROM found;
