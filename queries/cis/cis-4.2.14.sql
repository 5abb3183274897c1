-- id: CIS-4.2.14
-- title: Containers have a seccomp profile by default
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
--   With seccompDefault a container that asks for no profile gets that of the runtime instead of
--   none, so that what nobody thought of is confined too. The recommendation is new in edition
--   1.11.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir{{else}}, {{.name}}{{end}}. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     seccompDefault: true
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.2.14
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- pass:
--   - name: on
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       seccompDefault: true
-- fail:
--   - name: off
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       seccompDefault: false
--     rows:
--       - {kind: KubeletConfiguration, path: seccompDefault, actual: "false"}
--   - name: unset, which is off
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--     rows:
--       - {kind: KubeletConfiguration, path: seccompDefault, actual: unset}
SELECT
  kind, NULL AS namespace, name, 'seccompDefault' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = 'seccompDefault') THEN 'unset' ELSE 'false' END AS actual,
  'true' AS expected, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND seccomp_default IS NOT 1;
