-- id: CIS-4.2.12
-- title: Kubelets name strong cipher suites alone
-- section: 4.2 Kubelet
-- severity: medium
-- level: 1
-- type: manual
-- profile: worker
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   Exec, logs and port-forward go through the kubelet's port. Suites without forward secrecy
--   let whoever gets the key later read what was recorded today. The defaults of Go are good and
--   move with each version; the benchmark wants the list written down.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir{{else}}, {{.name}}{{end}}. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     tlsCipherSuites:
--       - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
--       - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
--       - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
--       - TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
--       - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
--       - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.2.12
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- aliases: [C-0184, KCV-0092]
-- pass:
--   - name: strong ones by name
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305]
-- fail:
--   - name: a weak one
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256]
--     rows:
--       - {kind: KubeletConfiguration, path: tlsCipherSuites, weak: TLS_RSA_WITH_AES_128_GCM_SHA256, severity: medium}
--   - name: no list
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--     rows:
--       - {kind: KubeletConfiguration, path: tlsCipherSuites, actual: unset, severity: low}

-- The suites of TLS 1.3 cannot be chosen, and may be named.
WITH strong(suite) AS (VALUES
  ('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'), ('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'),
  ('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'), ('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  ('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305'), ('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'),
  ('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305'), ('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'),
  ('TLS_AES_128_GCM_SHA256'), ('TLS_AES_256_GCM_SHA384'), ('TLS_CHACHA20_POLY1305_SHA256')),
kubelet AS (
  SELECT kind, name, tls_cipher_suites, file, line,
    (SELECT group_concat(value, ', ') FROM json_each(tls_cipher_suites) WHERE value NOT IN (SELECT suite FROM strong)) AS weak
  FROM k8s_nodes_kubelet_config WHERE status = 'ok')
SELECT
  kind, NULL AS namespace, name, 'tlsCipherSuites' AS path,
  coalesce(replace(trim(tls_cipher_suites, '[]"'), '","', ', '), 'unset') AS actual, 'strong suites, by name' AS expected,
  weak, iif(weak IS NULL, 'low', 'medium') AS severity, file, line
FROM kubelet
WHERE weak IS NOT NULL OR coalesce(tls_cipher_suites, '[]') = '[]';
