-- id: NSA-44
-- title: Kubelet read-only port open
-- section: Network separation and hardening
-- severity: high
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   The port has no TLS and asks nobody who they are. Any pod can read from it which pods run on
--   the node, with their whole specs, environment variables included, and follow their metrics.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}{{end}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     readOnlyPort: 0
--   Whatever still reads port {{.actual}}, mostly old monitoring, goes to 10250 with a service account that may get nodes/metrics.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, control plane hardening
--   - https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
-- aliases: [CIS-4.2.4, C-0175, KCV-0082]
-- pass:
--   - name: closed
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       readOnlyPort: 0
--   - name: closed by default
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
-- fail:
--   - name: open
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       readOnlyPort: 10255
--     rows:
--       - {path: readOnlyPort, actual: "10255", expected: "0"}
SELECT
  kind, NULL AS namespace, name, 'readOnlyPort' AS path,
  CAST(read_only_port AS TEXT) AS actual, '0' AS expected, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND coalesce(read_only_port, 0) <> 0;
