-- id: NSA-42
-- title: Kubelet allows anonymous requests
-- section: Network separation and hardening
-- severity: critical
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   The kubelet can start a shell in every container of its node and read every log. With
--   anonymous requests let in, only its authorization is left between that and whoever reaches
--   port 10250; together with AlwaysAllow one HTTP request is enough.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}{{end}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     authentication:
--       anonymous: {enabled: false}
--       webhook: {enabled: true}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, control plane hardening
--   - https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
-- aliases: [CIS-4.2.1, C-0069, C-0172, KCV-0079]
-- pass:
--   - name: off
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       authentication: {anonymous: {enabled: false}}
--   - name: off by default
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
-- fail:
--   - name: on
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       authentication: {anonymous: {enabled: true}, webhook: {enabled: true}}
--     rows:
--       - {path: authentication.anonymous.enabled, actual: "true", expected: "false"}
SELECT
  kind, NULL AS namespace, name, 'authentication.anonymous.enabled' AS path,
  'true' AS actual, 'false' AS expected, authorization_mode, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND authentication_anonymous_enabled IS NOT 0;
