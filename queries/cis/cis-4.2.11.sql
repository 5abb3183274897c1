-- id: CIS-4.2.11
-- title: Serving certificates of kubelets may be rotated
-- section: 4.2 Kubelet
-- severity: low
-- level: 1
-- type: manual
-- profile: worker
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   The gate is on by default and lets the kubelet renew the serving certificate that
--   serverTLSBootstrap got it. Switched off, the certificate runs out.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir{{else}}, {{.name}}{{end}}. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     featureGates: {RotateKubeletServerCertificate: true}   # or take the line out
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.2.11
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- aliases: [C-0183, KCV-0091]
-- pass:
--   - name: by default, and among others
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       featureGates: {Other: false}
--   - name: on
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       featureGates: {RotateKubeletServerCertificate: true}
-- fail:
--   - name: off
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       featureGates: {RotateKubeletServerCertificate: false}
--     rows:
--       - {kind: KubeletConfiguration, path: featureGates.RotateKubeletServerCertificate, actual: "false"}
SELECT
  kind, NULL AS namespace, name, 'featureGates.RotateKubeletServerCertificate' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = 'featureGates.RotateKubeletServerCertificate') THEN 'unset' ELSE 'false' END AS actual,
  'true' AS expected, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND feature_gates ->> '$.RotateKubeletServerCertificate' = 0;
