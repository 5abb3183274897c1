-- id: CIS-4.2.10
-- title: Kubelets renew their client certificates
-- section: 4.2 Kubelet
-- severity: medium
-- level: 1
-- type: automated
-- profile: worker
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   The certificate by which a kubelet logs in lasts a year. One that renews it does so long
--   before; one that does not drops out of the cluster on a day that nobody wrote down.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir{{else}}, {{.name}}{{end}}. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     rotateCertificates: true
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.2.10
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- aliases: [C-0182, KCV-0090]
-- pass:
--   - name: on
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
-- fail:
--   - name: off
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: false
--     rows:
--       - {kind: KubeletConfiguration, path: rotateCertificates, actual: "false"}
--   - name: unset, which is off
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       serverTLSBootstrap: true
--     rows:
--       - {kind: KubeletConfiguration, path: rotateCertificates, actual: unset}
SELECT
  kind, NULL AS namespace, name, 'rotateCertificates' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = 'rotateCertificates') THEN 'unset' ELSE 'false' END AS actual,
  'true' AS expected, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND rotate_certificates IS NOT 1;
