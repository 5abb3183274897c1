-- id: NSA-36
-- title: API server does not authenticate kubelets mutually
-- section: Network separation and hardening
-- severity: medium
-- scope: object
-- assets: |
--   SELECT kind, namespace, name,
--     CASE WHEN NOT flags_known THEN 'its command line was not understood' END AS not_assessed, NULL AS not_applicable
--   FROM k8s_control_plane_components WHERE component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the API server does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   For exec, logs and port-forward the API server calls the kubelets. When it checks no
--   certificate, whoever can stand between it and a node, or answer for one, gets the shell
--   sessions and the logs; when it shows none, kubelets must let callers in who do not say who
--   they are.
-- fix: |
--   Edit the command in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}; the kubelet restarts the server at once. kubeadm
--   writes the file anew on upgrades: set the same in ClusterConfiguration.apiServer.extraArgs of its ConfigMap kubeadm-config.
--   {{- if eq .flag "kubelet-certificate-authority"}}
--   First give kubelets serving certificates of that CA: serverTLSBootstrap: true in their configuration, and kubectl certificate approve
--   for the requests that follow (NSA-46); before that logs and exec stop working.
--     - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt
--   {{- else if eq .flag "kubelet-client-certificate"}}
--     - --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
--   {{- else}}
--     - --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, control plane hardening
--   - https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/
-- aliases: [CIS-1.2.4, CIS-1.2.5, C-0116, C-0117, KCV-0005, KCV-0006]
-- pass:
--   - name: both sides
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver]
--             args: [--kubelet-client-certificate=/pki/client.crt, --kubelet-client-key, /pki/client.key, --kubelet-certificate-authority=/pki/ca.crt]
-- not_assessed:
--   - name: a start script
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system, labels: {component: kube-apiserver}}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [/start.sh]}]
--     unassessed: [{kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, reason: its command line was not understood}]
-- fail:
--   - name: kubeadm's default lacks the authority
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --kubelet-client-certificate=/pki/client.crt, --kubelet-client-key=/pki/client.key]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command", flag: kubelet-certificate-authority, actual: --kubelet-certificate-authority unset, reason: does not check which kubelet answers, node: cp1}
--   - name: nothing at all, and one that is empty
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers:
--           - name: kube-apiserver
--             image: registry.k8s.io/kube-apiserver:v1.37.2
--             command: [kube-apiserver, --kubelet-client-key=]
--     rows:
--       - {flag: kubelet-client-certificate, reason: does not say who it is}
--       - {flag: kubelet-client-key, reason: does not say who it is}
--       - {flag: kubelet-certificate-authority}
WITH wanted(flag, reason) AS (VALUES
  ('kubelet-client-certificate', 'does not say who it is'),
  ('kubelet-client-key', 'does not say who it is'),
  ('kubelet-certificate-authority', 'does not check which kubelet answers'))
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, c.path || '.command' AS path,
  '--' || w.flag || ' unset' AS actual, '--' || w.flag || '=FILE' AS expected, w.reason AS reason,
  w.flag AS flag, c.node AS node, c.file AS file, c.line AS line
FROM k8s_control_plane_components c, wanted w
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND NOT EXISTS (
    SELECT 1 FROM k8s_control_plane_flags f
    WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = w.flag AND f.value IS NOT '');
