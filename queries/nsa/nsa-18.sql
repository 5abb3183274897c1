-- id: NSA-18
-- title: Host ports
-- section: Kubernetes Pod security
-- severity: medium
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   A host port opens the pod on an address of every node that it runs on, past the Services,
--   Ingresses and load balancers where TLS, authentication and logging are, and often past
--   NetworkPolicies too. It can take a port of the node's own services, and ties the pod to nodes
--   where the port is free.
-- fix: |
--   Remove hostPort at {{.path}} of container {{.container}}, and publish port {{.container_port}} with a Service; where every node has to listen,
--   with one of type NodePort and externalTrafficPolicy: Local, which a firewall and a NetworkPolicy know about.
--   {{- if eq .container_type "ephemeral"}}
--   An ephemeral container cannot be changed: it goes when its pod is replaced.{{end}}
-- patch:
--   json: "{{.json_patch}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, Pod security enforcement
--   - https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
-- aliases: [CIS-5.2.12, C-0044, KSV-0024]
-- pass:
--   - name: container ports, and a host port of nought
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         initContainers: [{name: setup, image: registry.example/setup:1, ports: [{containerPort: 8081}]}]
--         containers: [{name: app, image: registry.example/app:1, ports: [{containerPort: 8080, hostPort: 0}]}]
--   - name: what the API server writes for hostNetwork is the matter of NSA-10, and the cluster's own parts are not counted
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent, namespace: shop}
--       spec:
--         hostNetwork: true
--         containers: [{name: app, image: registry.example/app:1, ports: [{containerPort: 9100, hostPort: 9100}]}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: node-local-dns, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {k8s-app: node-local-dns}}
--         template:
--           metadata: {labels: {k8s-app: node-local-dns}}
--           spec:
--             containers: [{name: dns, image: "registry.k8s.io/dns/k8s-dns-node-cache:1.26.4", ports: [{containerPort: 53, hostPort: 53, protocol: UDP}]}]
-- fail:
--   - name: in regular and init containers, sidecars included
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             initContainers:
--               - {name: setup, image: registry.example/setup:1, ports: [{containerPort: 8081, hostPort: 8081}]}
--               - {name: proxy, image: registry.example/proxy:1, restartPolicy: Always, ports: [{name: mesh, containerPort: 15001, hostPort: 15001, hostIP: 127.0.0.1}]}
--             containers:
--               - {name: app, image: registry.example/app:1, ports: [{containerPort: 8080}, {containerPort: 8443, hostPort: 443, protocol: TCP}]}
--     rows:
--       - {kind: Deployment, namespace: shop, name: web, container: setup, container_type: init, path: "spec.template.spec.initContainers[0].ports[0].hostPort", actual: "8081", expected: unset}
--       - {container: proxy, container_type: sidecar, port_name: mesh, host_ip: 127.0.0.1, actual: "127.0.0.1:15001"}
--       - {container: app, container_type: regular, path: "spec.template.spec.containers[0].ports[1].hostPort", container_port: 8443, actual: "443", protocol: TCP}

-- A port that says no more than hostNetwork does is left to NSA-10: one cause, one finding.
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type,
  path || '.hostPort' AS path, CASE WHEN host_ip IS NULL THEN '' WHEN host_ip LIKE '%:%' THEN '[' || host_ip || ']:' ELSE host_ip || ':' END || host_port AS actual,
  'unset' AS expected, port_name, container_port, host_ip, protocol,
  json_array(json_object('op', 'remove', 'path', '/' || replace(replace(replace(path, ']', ''), '[', '/'), '.', '/') || '/hostPort')) AS json_patch,
  drift, pods, file, line
FROM k8s_container_ports
WHERE judged AND host_port IS NOT NULL AND host_port_implied IS NOT 1;
