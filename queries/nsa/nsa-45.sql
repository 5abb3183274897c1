-- id: NSA-45
-- title: Kubelet without a client CA
-- section: Network separation and hardening
-- severity: high
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   Without a CA the kubelet cannot tell the API server's certificate from any other, so that the
--   API server has to come with a token, or as nobody. Clusters like that end up with anonymous
--   requests allowed, because exec and logs do not work otherwise.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}{{end}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     authentication:
--       x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}
--   The API server needs a certificate of that CA (NSA-36).
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, encryption
--   - https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
-- aliases: [CIS-4.2.3, C-0070, C-0174, KCV-0081]
-- pass:
--   - name: a CA
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       authentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}
-- fail:
--   - name: none
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       authentication: {webhook: {enabled: true}}
--     rows:
--       - {path: authentication.x509.clientCAFile, actual: unset, expected: the CA of the API server's client certificate}
SELECT
  kind, NULL AS namespace, name, 'authentication.x509.clientCAFile' AS path,
  'unset' AS actual, 'the CA of the API server''s client certificate' AS expected, authentication_webhook_enabled AS webhook, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND x509_client_ca_file IS NULL;
