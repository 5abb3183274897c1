-- id: CIS-4.2.9
-- title: Kubelets have serving certificates that can be checked
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
--   A kubelet without a certificate from somewhere signs one itself at start, and then the API
--   server cannot know whether exec and logs reach the node or somebody in between. With
--   serverTLSBootstrap the cluster signs and renews it, which is better than a pair of files.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir{{else}}, {{.name}}{{end}}. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     serverTLSBootstrap: true
--   Then approve what the nodes ask for: kubectl get csr, kubectl certificate approve NAME; or tlsCertFile and tlsPrivateKeyFile with a pair of your own.
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.2.9
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- aliases: [C-0181, KCV-0088, KCV-0089]
-- pass:
--   - name: asked of the cluster
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       serverTLSBootstrap: true
--   - name: a pair of files
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       tlsCertFile: /etc/kubernetes/pki/kubelet.crt
--       tlsPrivateKeyFile: /etc/kubernetes/pki/kubelet.key
-- fail:
--   - name: neither
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--     rows:
--       - {kind: KubeletConfiguration, path: serverTLSBootstrap, actual: unset}
--   - name: half a pair
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       serverTLSBootstrap: false
--       tlsCertFile: /etc/kubernetes/pki/kubelet.crt
--     rows:
--       - {kind: KubeletConfiguration, path: serverTLSBootstrap, actual: "false"}
SELECT
  kind, NULL AS namespace, name, 'serverTLSBootstrap' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = 'serverTLSBootstrap') THEN 'unset' ELSE 'false' END AS actual,
  'true' AS expected, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND (tls_cert_file IS NULL OR tls_private_key_file IS NULL) AND server_tls_bootstrap IS NOT 1;
