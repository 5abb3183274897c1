-- id: CIS-4.2.5
-- title: Idle streams to containers end
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
--   A shell or port-forward that somebody forgot stays open to whoever gets at its client, and
--   holds a connection of the kubelet. With a timeout of 0 it never ends; unset it ends after
--   four hours.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir{{else}}, {{.name}}{{end}}. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     streamingConnectionIdleTimeout: 5m
--   The flag --streaming-connection-idle-timeout wins over the file: take it out of the unit.
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.2.5
--   - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
-- aliases: [C-0176, KCV-0085]
-- pass:
--   - name: a time
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       streamingConnectionIdleTimeout: 5m
--   - name: unset, which is four hours
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--   - name: in a file 0 is the default as well
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       streamingConnectionIdleTimeout: 0s
-- fail:
--   - name: what is no time
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       streamingConnectionIdleTimeout: -1s
--     rows:
--       - {kind: KubeletConfiguration, path: streamingConnectionIdleTimeout, actual: -1s}

-- A kubelet whose flag says 0 shows 0s at /configz; in a file 0 means the default.
SELECT
  kind, NULL AS namespace, name, 'streamingConnectionIdleTimeout' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = 'streamingConnectionIdleTimeout') THEN 'unset' ELSE streaming_connection_idle_timeout END AS actual,
  'a time, such as 5m' AS expected, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND (streaming_connection_idle_timeout = '0s' OR streaming_connection_idle_timeout LIKE '-%');
