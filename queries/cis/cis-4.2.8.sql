-- id: CIS-4.2.8
-- title: Kubelets record events at a chosen rate
-- section: 4.2 Kubelet
-- severity: low
-- verdict: review
-- level: 2
-- type: manual
-- profile: worker
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   Events are how one sees that containers crash, images cannot be pulled, a node runs out of
--   something. Too low a rate drops them; 0 has no limit, so that one pod in a loop can flood
--   the API server.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir{{else}}, {{.name}}{{end}}. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     eventRecordQPS: 50
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.2.8
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- aliases: [C-0180, KCV-0087]
-- pass:
--   - name: the default, 50
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--   - name: 5
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       eventRecordQPS: 5
-- fail:
--   - name: few
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       eventRecordQPS: 1
--     rows:
--       - {kind: KubeletConfiguration, path: eventRecordQPS, actual: "1"}
--   - name: no limit, where the kubelet says so
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       eventRecordQPS: 0
--     rows:
--       - {kind: KubeletConfiguration, path: eventRecordQPS, actual: "0"}
SELECT
  kind, NULL AS namespace, name, 'eventRecordQPS' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = 'eventRecordQPS') THEN 'unset' ELSE CAST(event_record_qps AS TEXT) END AS actual,
  '5 or more, and not 0, which is no limit' AS expected, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND (event_record_qps = 0 OR event_record_qps < 5);
