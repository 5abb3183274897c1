-- id: CIS-4.2.6
-- title: Kubelets keep their own iptables chains
-- section: 4.2 Kubelet
-- severity: low
-- level: 1
-- type: automated
-- profile: worker
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   The kubelet makes the chains that the rules of kube-proxy jump to. Switched off, somebody
--   else has to keep them in step with the cluster, and packets go wrong ways when they do not.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir{{else}}, {{.name}}{{end}}. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     makeIPTablesUtilChains: true
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.2.6
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- aliases: [C-0178, KCV-0084]
-- pass:
--   - name: on, and by default
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--   - name: on
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       makeIPTablesUtilChains: true
-- fail:
--   - name: off
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       makeIPTablesUtilChains: false
--     rows:
--       - {kind: KubeletConfiguration, path: makeIPTablesUtilChains, actual: "false", expected: "true"}
SELECT
  kind, NULL AS namespace, name, 'makeIPTablesUtilChains' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = 'makeIPTablesUtilChains') THEN 'unset' ELSE 'false' END AS actual,
  'true' AS expected, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND make_iptables_util_chains IS NOT 1;
