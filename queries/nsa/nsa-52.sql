-- id: NSA-52
-- title: Anonymous requests to the API server
-- section: Authentication and authorization
-- severity: high
-- scope: object
-- assets: |
--   SELECT c.kind AS kind, c.namespace AS namespace, c.name AS name,
--     CASE WHEN NOT c.flags_known THEN 'its command line was not understood'
--       WHEN EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'authentication-config')
--         AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'anonymous-auth' AND lower(f.value) IN ('false', 'f', '0'))
--         THEN 'the file of --authentication-config, which is not read, may limit anonymous requests' END AS not_assessed,
--     NULL AS not_applicable
--   FROM k8s_control_plane_components c
--   WHERE c.component = 'kube-apiserver'
--   UNION ALL
--   SELECT 'Cluster', NULL, cluster,
--     CASE WHEN control_plane_provider IS NULL THEN 'the API server does not run as a pod: its flags cannot be read' END,
--     control_plane_provider || ' runs the control plane, and shows nobody its flags'
--   FROM k8s_cluster_info WHERE NOT EXISTS (SELECT 1 FROM k8s_control_plane_components WHERE component = 'kube-apiserver')
-- why: |
--   A request without credentials is let in as system:anonymous, and one binding to that name,
--   today or after the next mistake, is enough to give the cluster away. It also answers
--   everybody who scans for it with its version, and with every flaw there is ahead of authorization.
-- fix: |
--   Allow anonymous requests for the health checks alone, which load balancers and the probes of the API server itself need. Write
--   /etc/kubernetes/auth/authentication.yaml (apiserver.config.k8s.io/v1beta1 before Kubernetes 1.34):
--     apiVersion: apiserver.config.k8s.io/v1
--     kind: AuthenticationConfiguration
--     anonymous:
--       enabled: true
--       conditions: [{path: /livez}, {path: /readyz}, {path: /healthz}]
--   mount it in /etc/kubernetes/manifests/kube-apiserver.yaml{{if .node}} on node {{.node}}{{end}}, remove --anonymous-auth if it is there, and add
--     - --authentication-config=/etc/kubernetes/auth/authentication.yaml
--   Before 1.32: --anonymous-auth=false, with the probes in that file changed to tcpSocket, since they log in as nobody. kubeadm join with a
--   bootstrap token reads cluster-info anonymously: open it for the time of a join, or give nodes the file by --discovery-file.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Authentication and authorization, authentication
--   - https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests
-- aliases: [CIS-1.2.1, C-0113, KCV-0001]
-- pass:
--   - name: switched off
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --anonymous-auth=false]}]
--   - name: switched off beside a file
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --authentication-config=/auth/authentication.yaml, --anonymous-auth=false]}]
-- not_assessed:
--   - name: a file that nobody can see
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --authentication-config=/auth/authentication.yaml]}]
--     unassessed: [{name: kube-apiserver-cp1, reason: "the file of --authentication-config, which is not read, may limit anonymous requests"}]
-- fail:
--   - name: on, and on by default
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         nodeName: cp1
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --anonymous-auth=true]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.2", command: [kube-apiserver, --secure-port=6443]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: "spec.containers[0].command[1]", actual: --anonymous-auth=true, expected: --anonymous-auth=false, node: cp1}
--       - {name: kube-apiserver-cp2, path: "spec.containers[0].command", actual: --anonymous-auth unset}

-- With --authentication-config the file says who may be anonymous, and for which paths;
-- such servers are not judged. What the anonymous may do is the matter of NSA-53.
SELECT
  c.kind AS kind, c.namespace AS namespace, c.name AS name, coalesce(a.path, c.path || '.command') AS path,
  '--anonymous-auth' || coalesce('=' || a.value, ' unset') AS actual, '--anonymous-auth=false' AS expected,
  c.node AS node, c.version AS version, c.file AS file, c.line AS line
FROM k8s_control_plane_components c
LEFT JOIN k8s_control_plane_flags a ON a.spec_id = c.spec_id AND a.container = c.container AND a.flag = 'anonymous-auth'
WHERE c.component = 'kube-apiserver' AND c.flags_known
  AND lower(coalesce(a.value, 'true')) NOT IN ('false', 'f', '0')
  AND NOT EXISTS (SELECT 1 FROM k8s_control_plane_flags f WHERE f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'authentication-config');
