-- id: NSA-25
-- title: No PIDs reserved for the system
-- section: Network separation and hardening
-- severity: low
-- scope: object
-- assets: |
--   SELECT kind, NULL AS namespace, name, CASE WHEN status <> 'ok' THEN 'the kubelet did not tell: ' || coalesce(reason, status) END AS not_assessed
--   FROM k8s_nodes_kubelet_config
-- why: |
--   The limit of a pod holds one pod back; many pods that each stay below theirs can still use
--   up the node's process ids. What is reserved, or evicted for in time, is what the kubelet and
--   the system need to stay alive and to clear up.
-- fix: |
--   In the kubelet's configuration{{if eq .kind "Node"}} on node {{.name}}{{end}}: /var/lib/kubelet/config.yaml, or a drop-in such as
--   /etc/kubernetes/kubelet.conf.d/50-hardening.conf where the kubelet runs with --config-dir. kubeadm: kubectl edit configmap -n kube-system
--   kubelet-config, then on each node kubeadm upgrade node phase kubelet-config. After it systemctl restart kubelet.
--     systemReserved: {pid: "1000"}
--     kubeReserved: {pid: "1000"}
--     evictionHard: {pid.available: "10%", memory.available: 100Mi, nodefs.available: "10%", nodefs.inodesFree: "5%", imagefs.available: "15%"}
--   One of the three will do. Whoever sets evictionHard sets all of it: signals left out lose their defaults.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, resource policies
--   - https://kubernetes.io/docs/concepts/policy/pid-limiting/
-- pass:
--   - name: reserved for the system
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       systemReserved: {cpu: 500m, pid: "1000"}
--   - name: reserved for the kubelet
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       kubeReserved: {pid: "500"}
--   - name: pods are evicted before they run out
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       evictionHard: {pid.available: 5%, memory.available: 100Mi}
--   - name: pods are evicted once it lasts
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       evictionSoft: {pid.available: 10%}
--       evictionSoftGracePeriod: {pid.available: 30s}
-- fail:
--   - name: nothing set
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       podPidsLimit: 4096
--     rows:
--       - {path: systemReserved.pid, actual: unset, expected: "pid reserved, or pid.available evicted for"}
--   - name: other resources, and an eviction that is switched off
--     objects: |
--       apiVersion: kubelet.config.k8s.io/v1beta1
--       kind: KubeletConfiguration
--       systemReserved: {cpu: 500m}
--       kubeReserved: {memory: 1Gi}
--       evictionHard: {pid.available: "0%", memory.available: 100Mi}
--     rows:
--       - {system_reserved: '{"cpu":"500m"}', eviction_hard: '{"memory.available":"100Mi","pid.available":"0%"}'}
SELECT
  kind, NULL AS namespace, name, 'systemReserved.pid' AS path, 'unset' AS actual,
  'pid reserved, or pid.available evicted for' AS expected,
  system_reserved, kube_reserved, eviction_hard, eviction_soft, file, line
FROM k8s_nodes_kubelet_config
WHERE status = 'ok'
  AND coalesce(system_reserved ->> '$.pid', '0') = '0'
  AND coalesce(kube_reserved ->> '$.pid', '0') = '0'
  AND coalesce(eviction_hard ->> '$."pid.available"', '0') IN ('0', '0%')
  AND coalesce(eviction_soft ->> '$."pid.available"', '0') IN ('0', '0%');
