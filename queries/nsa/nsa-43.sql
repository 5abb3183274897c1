-- id: NSA-43
-- title: Kubelet does not delegate authorization
-- section: Network separation and hardening
-- severity: critical
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   With AlwaysAllow everybody whom the kubelet lets in may do all it can do: run commands in any
--   container, read the logs, forward ports. RBAC has no say, and a certificate of any other node
--   is good enough. Webhook asks the API server each time.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}{{end}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     authorization: {mode: Webhook}
--     authentication:
--       webhook: {enabled: true}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, control plane hardening
--   - https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
-- aliases: [CIS-4.2.2, C-0173, KCV-0080]
-- pass:
--   - name: by webhook
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       authorization: {mode: Webhook}
--   - name: by webhook, which is the default
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
-- fail:
--   - name: everything is allowed
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       authorization: {mode: AlwaysAllow}
--     rows:
--       - {path: authorization.mode, actual: AlwaysAllow, expected: Webhook}
SELECT
  kind, NULL AS namespace, name, 'authorization.mode' AS path,
  coalesce(authorization_mode, 'unset') AS actual, 'Webhook' AS expected, authentication_anonymous_enabled AS anonymous, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND authorization_mode IS NOT 'Webhook';
