-- id: NSA-10
-- title: Host network (hostNetwork)
-- section: Kubernetes Pod security
-- severity: high
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   A pod on the host's network is the node, as far as the network can tell: it can listen
--   on the node's addresses, reach what trusts localhost or the node's address, the kubelet and
--   the cloud's metadata service among them, and capture traffic where it may open raw sockets.
--   No NetworkPolicy selects it.
-- fix: |
--   {{if .reason}}Windows HostProcess containers need the host's network: windowsOptions.hostProcess has to go with it (NSA-07).
--   {{end}}Remove hostNetwork from the pod spec, at {{.path}}, and publish the ports with a Service instead.
--   The hostPort that the API server copied beside each containerPort meanwhile goes too, and so should dnsPolicy ClusterFirstWithHostNet.
--   Network policies then hold for the pod: NSA-29 asks for one.
-- patch:
--   json: "{{.json_patch}}"
--   pod: {hostNetwork: false}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, table of pod security controls
--   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
-- aliases: [CIS-5.2.5, C-0041, KSV-0009]
-- pass:
--   - name: unset and false
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: api, namespace: shop}
--       spec:
--         hostNetwork: false
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: the cluster's own parts are shown and not counted, finished pods are no matter
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: kube-proxy, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: kube-proxy}}
--         template:
--           metadata: {labels: {k8s-app: kube-proxy}}
--           spec:
--             hostNetwork: true
--             containers: [{name: kube-proxy, image: registry.k8s.io/kube-proxy:v1.35.0}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         hostNetwork: true
--         containers: [{name: run, image: registry.example/migrate:1}]
--       status: {phase: Succeeded}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: a pod, and the template of a DaemonSet
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: toolbox, namespace: shop}
--       spec:
--         hostNetwork: true
--         containers: [{name: shell, image: registry.example/shell:1}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: agent, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: agent}}
--         template:
--           metadata: {labels: {app: agent}}
--           spec:
--             hostNetwork: true
--             serviceAccountName: agent
--             containers: [{name: agent, image: registry.example/agent:1, ports: [{containerPort: 9100, hostPort: 9100}]}]
--     rows:
--       - {kind: Pod, name: toolbox, path: spec.hostNetwork, actual: "true", expected: "false"}
--       - {kind: DaemonSet, name: agent, path: spec.template.spec.hostNetwork, service_account: agent, images: '["registry.example/agent:1"]'}
--   - name: a CronJob, three levels down
--     objects: |
--       apiVersion: batch/v1
--       kind: CronJob
--       metadata: {name: nightly, namespace: shop}
--       spec:
--         schedule: "0 3 * * *"
--         jobTemplate:
--           spec:
--             template:
--               spec:
--                 hostNetwork: true
--                 restartPolicy: Never
--                 containers: [{name: run, image: registry.example/run:1}]
--     rows:
--       - {kind: CronJob, name: nightly, path: spec.jobTemplate.spec.template.spec.hostNetwork}
--   - name: a Windows HostProcess pod cannot do without
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent, namespace: shop}
--       spec:
--         hostNetwork: true
--         os: {name: windows}
--         containers: [{name: agent, image: registry.example/agent:1, securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\SYSTEM'}}}]
--     rows:
--       - {name: agent, reason: required by hostProcess, json_patch: '[{"op":"remove","path":"/spec/containers/0/securityContext/windowsOptions"}]'}
--   - name: pods fold into their DaemonSet
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: agent, namespace: shop, uid: d1}
--       spec:
--         selector: {matchLabels: {app: agent}}
--         template:
--           metadata: {labels: {app: agent}}
--           spec:
--             hostNetwork: true
--             containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         hostNetwork: true
--         containers: [{name: app, image: registry.example/app:1}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-b, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         hostNetwork: true
--         containers: [{name: app, image: registry.example/app:1}]
--       status: {phase: Running}
--     rows:
--       - {kind: DaemonSet, namespace: shop, name: agent, path: spec.template.spec.hostNetwork, drift: "", pods: 2}

-- The API server refuses HostProcess containers without the host's network, and copies each
-- containerPort into hostPort with it: json_patch takes both away.
WITH pointers AS (
  SELECT spec_id, CASE windows_host_process_source WHEN 'pod' THEN spec_path ELSE path END || '.securityContext.windowsOptions' AS path, 1 AS host_process
  FROM k8s_containers
  WHERE judged AND windows_host_process_effective = 1 AND container_type <> 'ephemeral'
  UNION
  SELECT spec_id, path || '.hostPort', 0 FROM k8s_container_ports WHERE judged AND host_port IS NOT NULL AND container_type <> 'ephemeral'),
operations AS (
  SELECT spec_id, max(host_process) AS host_process,
    json_group_array(json_object('op', 'remove', 'path', '/' || replace(replace(replace(path, ']', ''), '[', '/'), '.', '/'))) AS json_patch
  FROM pointers GROUP BY spec_id)
SELECT
  asset_kind AS kind, namespace, asset_name AS name,
  spec_path || '.hostNetwork' AS path, 'true' AS actual, 'false' AS expected,
  CASE WHEN o.host_process = 1 THEN 'required by hostProcess' END AS reason, o.json_patch AS json_patch,
  service_account_name AS service_account, images, drift, pods, file, line
FROM k8s_pod_specs s
LEFT JOIN operations o ON o.spec_id = s.spec_id
WHERE judged AND host_network = 1;
