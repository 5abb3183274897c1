-- id: NSA-24
-- title: No per-pod PID limit
-- section: Network separation and hardening
-- severity: medium
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   Process ids are one pool for the whole node. A fork bomb, or a leak of threads, in a single
--   container uses it up, and then neither the kubelet nor sshd can start anything: the node is
--   lost with every pod on it, and limits of cpu and memory do not help.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}{{end}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     podPidsLimit: 4096
--   Look before how many the busiest pod has: max by (pod) (container_processes) of the kubelet's /metrics/cadvisor.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, resource policies
--   - https://kubernetes.io/docs/concepts/policy/pid-limiting/
-- aliases: [CIS-4.2.13, C-0284]
-- pass:
--   - name: a limit
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       podPidsLimit: 4096
-- fail:
--   - name: unset is no limit
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       rotateCertificates: true
--     rows:
--       - {path: podPidsLimit, actual: unset, expected: above 0, reason: as many as the node can hold}
--   - name: no limit by name
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       podPidsLimit: -1
--     rows:
--       - {path: podPidsLimit, actual: "-1"}
--   - name: nought
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       podPidsLimit: 0
--     rows:
--       - {actual: "0"}
SELECT
  kind, NULL AS namespace, name, 'podPidsLimit' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM json_each(defaults) d WHERE d.value = 'podPidsLimit') THEN 'unset' ELSE CAST(pod_pids_limit AS TEXT) END AS actual,
  'above 0' AS expected, 'as many as the node can hold' AS reason, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok' AND coalesce(pod_pids_limit, 0) <= 0;
