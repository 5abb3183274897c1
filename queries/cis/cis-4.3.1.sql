-- id: CIS-4.3.1
-- title: kube-proxy serves metrics on loopback alone
-- section: 4.3 kube-proxy
-- severity: low
-- level: 1
-- type: manual
-- profile: worker
-- scope: object
-- assets: |
--   SELECT 'ConfigMap' AS kind, namespace, name, error AS not_assessed FROM k8s_kube_proxy_config
--   UNION ALL
--   SELECT c.kind, c.namespace, c.name,
--     CASE WHEN NOT c.flags_known THEN 'its command line was not understood'
--       WHEN f.flag IS NOT NULL AND NOT EXISTS (SELECT 1 FROM k8s_kube_proxy_config) THEN 'the file of --config decides' END
--   FROM k8s_control_plane_components c
--   LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'config'
--   WHERE c.component = 'kube-proxy' AND (f.flag IS NULL OR NOT EXISTS (SELECT 1 FROM k8s_kube_proxy_config))
-- why: |
--   The metrics of kube-proxy tell which Services there are and how busy they are, and its port
--   serves settings and profiles as well, to whoever asks. Unset it listens on loopback.
-- fix: |
--   {{if eq .kind "ConfigMap"}}Set metricsBindAddress: 127.0.0.1:10249 in config.conf of ConfigMap kube-system/kube-proxy (kubectl edit configmap -n kube-system kube-proxy),
--   then kubectl rollout restart -n kube-system daemonset/kube-proxy.{{else}}Set --metrics-bind-address=127.0.0.1:10249 in {{.kind}} {{.name}}.{{end}} Metrics are then read by an agent on the node.
-- command: "kubectl edit {{.kind}} {{.name}} -n {{.namespace}}"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 4.3.1
--   - https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/
-- aliases: [C-0291]
-- pass:
--   - name: loopback, and what kubeadm writes for the default
--     objects: |
--       apiVersion: v1
--       kind: ConfigMap
--       metadata: {name: kube-proxy, namespace: kube-system}
--       data:
--         config.conf: |
--           apiVersion: kubeproxy.config.k8s.io/v1alpha1
--           kind: KubeProxyConfiguration
--           metricsBindAddress: ""
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: kube-proxy}}
--         template:
--           metadata: {labels: {k8s-app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: "registry.k8s.io/kube-proxy:v1.37.2", command: [kube-proxy, --config=/var/lib/kube-proxy/config.conf]}]
--   - name: loopback by flag
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: kube-proxy}}
--         template:
--           metadata: {labels: {k8s-app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: "registry.k8s.io/kube-proxy:v1.37.2", command: [kube-proxy, "--metrics-bind-address=127.0.0.1:10249"]}]
--   - name: loopback by IPv6
--     objects: |
--       apiVersion: v1
--       kind: ConfigMap
--       metadata: {name: kube-proxy, namespace: kube-system}
--       data:
--         config.conf: |
--           apiVersion: kubeproxy.config.k8s.io/v1alpha1
--           kind: KubeProxyConfiguration
--           metricsBindAddress: "[::1]:10249"
-- fail:
--   - name: all addresses, by file
--     objects: |
--       apiVersion: v1
--       kind: ConfigMap
--       metadata: {name: kube-proxy, namespace: kube-system}
--       data:
--         config.conf: |
--           apiVersion: kubeproxy.config.k8s.io/v1alpha1
--           kind: KubeProxyConfiguration
--           metricsBindAddress: 0.0.0.0:10249
--     rows:
--       - {kind: ConfigMap, namespace: kube-system, name: kube-proxy, path: "data[\"config.conf\"].metricsBindAddress", actual: "0.0.0.0:10249"}
--   - name: by flag
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: kube-proxy}}
--         template:
--           metadata: {labels: {k8s-app: kube-proxy}}
--           spec:
--             containers: [{name: kube-proxy, image: "registry.k8s.io/kube-proxy:v1.37.2", command: [kube-proxy, "--metrics-bind-address=0.0.0.0"]}]
--     rows:
--       - {kind: DaemonSet, namespace: kube-system, name: kube-proxy, actual: 0.0.0.0}

-- With --config kube-proxy heeds no flag but a few, this one not among them.
WITH address AS (
  SELECT 'ConfigMap' AS kind, namespace, name, 'data["config.conf"].metricsBindAddress' AS path, metrics_bind_address AS value, file, line
  FROM k8s_kube_proxy_config
  UNION ALL
  SELECT m.kind, m.namespace, m.name, m.path, m.value, m.file, m.line
  FROM k8s_control_plane_flags m
  WHERE m.component = 'kube-proxy' AND m.flag = 'metrics-bind-address' AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = m.spec_id AND f.container = m.container AND f.flag = 'config'))
SELECT kind, namespace, name, path, value AS actual, '127.0.0.1:10249' AS expected, file, line
FROM address
WHERE coalesce(value, '') <> '' AND NOT (value GLOB '127.*' OR value GLOB '[[]::1]*' OR value = '::1' OR value GLOB 'localhost*');
