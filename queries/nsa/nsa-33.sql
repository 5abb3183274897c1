-- id: NSA-33
-- title: API server reachable on a public address
-- section: Network separation and hardening
-- severity: high
-- verdict: review
-- scope: cluster
-- assets: |
--   SELECT 'Service' AS kind, 'default' AS namespace, 'kubernetes' AS name,
--     CASE WHEN server_ip_public IS NULL AND NOT EXISTS (
--         SELECT 1 FROM k8s_endpoints WHERE namespace = 'default' AND service = 'kubernetes' AND address_is_public IS NOT NULL)
--       THEN 'the address of the API server does not resolve, and it has no endpoints' END AS not_assessed
--   FROM k8s_cluster_info
--   UNION
--   SELECT 'Service', 'default', 'kubernetes', NULL FROM k8s_endpoints
--   WHERE namespace = 'default' AND service = 'kubernetes' AND address_is_public IS NOT NULL
-- why: |
--   An API server that the internet can reach is one stolen kubeconfig, one binding for anonymous
--   or one new flaw away from everybody; lists of such servers are for sale. On a private address
--   an attacker has to be inside first.
-- fix: |
--   Look from outside whether {{.actual}} answers: curl -k https://ADDRESS:6443/version. A firewall may be in front of it already; then waive
--   this with its rule.
--   Managed clusters: make the endpoint private, or list the networks that may reach it (EKS: endpointPublicAccess and publicAccessCidrs; GKE: control
--   plane authorized networks; AKS: private cluster or authorized IP ranges). Otherwise give the API server's load balancer an internal address, and
--   let people come through a VPN or a bastion.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, control plane hardening
--   - https://kubernetes.io/docs/concepts/security/security-checklist/#network-security
-- aliases: [C-0247]
-- pass:
--   - name: private addresses, those of carriers and of the site among them
--     objects: |
--       apiVersion: discovery.k8s.io/v1
--       kind: EndpointSlice
--       metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
--       addressType: IPv4
--       endpoints: [{addresses: [10.0.0.10]}, {addresses: [100.64.0.1]}, {addresses: [192.168.7.1]}]
--       ports: [{name: https, port: 6443}]
--       ---
--       apiVersion: discovery.k8s.io/v1
--       kind: EndpointSlice
--       metadata: {name: kubernetes-6, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
--       addressType: IPv6
--       endpoints: [{addresses: ["fd00::10"]}]
--       ports: [{name: https, port: 6443}]
--   - name: other services are no matter
--     objects: |
--       apiVersion: discovery.k8s.io/v1
--       kind: EndpointSlice
--       metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: kubernetes}}
--       addressType: IPv4
--       endpoints: [{addresses: [8.8.8.8]}]
--       ports: [{port: 443}]
--       ---
--       apiVersion: discovery.k8s.io/v1
--       kind: EndpointSlice
--       metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
--       addressType: IPv4
--       endpoints: [{addresses: [172.16.0.1]}]
--       ports: [{name: https, port: 6443}]
-- fail:
--   - name: a public address among private ones
--     objects: |
--       apiVersion: discovery.k8s.io/v1
--       kind: EndpointSlice
--       metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
--       addressType: IPv4
--       endpoints: [{addresses: [10.0.0.10]}, {addresses: [8.8.4.4]}]
--       ports: [{name: https, port: 6443}]
--     rows:
--       - {kind: Service, namespace: default, name: kubernetes, path: "endpoints[1]", actual: "8.8.4.4:6443", expected: a private address, source: EndpointSlice kubernetes}

-- Whether anybody outside gets through to the address is not in the API; nor is a forward
-- from a public address to a private one.
SELECT
  'Service' AS kind, 'default' AS namespace, 'kubernetes' AS name, 'clusters[].cluster.server' AS path,
  server_url AS actual, 'a private address' AS expected, 'kubeconfig' AS source, replace(trim(server_ips, '[]"'), '","', ', ') AS addresses,
  NULL AS file, NULL AS line
FROM k8s_cluster_info WHERE server_ip_public
UNION ALL
SELECT
  'Service', 'default', 'kubernetes', path, CASE address_type WHEN 'IPv6' THEN '[' || address || ']' ELSE address END || coalesce(':' || port, ''),
  'a private address', 'EndpointSlice ' || name, address, file, line
FROM k8s_endpoints
WHERE namespace = 'default' AND service = 'kubernetes' AND address_is_public;
