-- id: NSA-31
-- title: Services exposed outside the cluster without TLS
-- section: Network separation and hardening
-- severity: medium
-- scope: object
-- assets: SELECT 'Service' AS kind, namespace, name, exempt FROM k8s_services WHERE exposed
-- why: |
--   What leaves the cluster crosses networks that nobody here controls. Without TLS passwords,
--   session cookies and data can be read on the way, and answers replaced by whoever sits on it.
-- fix: |
--   {{- if .external_ips}}
--   Remove externalIPs: nodes take the traffic to these addresses for {{.name}}, whoever they belong to. A load balancer (MetalLB, the cloud's)
--   gives out addresses that are yours; forbid the field for everybody else with an admission policy.
--   {{- else}}
--   Port {{.port}} of {{.name}} does not look like TLS. Either make the service ClusterIP and let an Ingress or Gateway with a certificate take the
--   traffic, or let the application serve TLS there, and say so: name the port https, or set appProtocol: https.
--   {{- if .node_port}}
--   Node port {{.node_port}} is open on every node: close it to the outside in the firewall at least.{{end}}
--   {{- end}}
--   {{- if eq .type "LoadBalancer"}}
--   Cloud load balancers can end TLS themselves (AWS: annotation service.beta.kubernetes.io/aws-load-balancer-ssl-cert); until then
--   loadBalancerSourceRanges keeps strangers out.{{end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, network policies
--   - https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
-- aliases: [C-0256, KSV-0108]
-- pass:
--   - name: TLS by port, by name, by protocol, by the cloud's certificate
--     objects: |
--       apiVersion: v1
--       kind: Service
--       metadata: {name: web, namespace: shop}
--       spec: {type: LoadBalancer, ports: [{name: web, port: 443, targetPort: 8080}]}
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: api, namespace: shop}
--       spec: {type: NodePort, ports: [{name: https-api, port: 9000}, {name: grpc, port: 9001, appProtocol: https}]}
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: pay, namespace: shop, annotations: {service.beta.kubernetes.io/aws-load-balancer-ssl-cert: "arn:aws:acm:eu-west-1:1:certificate/a"}}
--       spec: {type: LoadBalancer, ports: [{name: web, port: 80}]}
--   - name: services inside the cluster, and by name, are no matter
--     objects: |
--       apiVersion: v1
--       kind: Service
--       metadata: {name: db, namespace: shop}
--       spec: {ports: [{port: 5432}]}
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: mail, namespace: shop}
--       spec: {type: ExternalName, externalName: mail.example}
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: web, namespace: shop}
--       spec: {type: NodePort, ports: [{port: 8443}]}
-- fail:
--   - name: on nodes and through a load balancer
--     objects: |
--       apiVersion: v1
--       kind: Service
--       metadata: {name: web, namespace: shop}
--       spec: {type: NodePort, ports: [{name: http, port: 80, nodePort: 30080}]}
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: db, namespace: shop}
--       spec: {type: LoadBalancer, ports: [{port: 5432}]}
--       status: {loadBalancer: {ingress: [{ip: 203.0.113.7}]}}
--     rows:
--       - {kind: Service, namespace: shop, name: web, path: "spec.ports[0]", actual: "port 80, http", expected: TLS, type: NodePort, node_port: 30080, severity: medium, reason: nothing says TLS}
--       - {name: db, type: LoadBalancer, actual: port 5432, ingress: '["203.0.113.7"]', severity: medium}
--   - name: only some may come, only from inside, and only to be sent on
--     objects: |
--       apiVersion: v1
--       kind: Service
--       metadata: {name: office, namespace: shop}
--       spec: {type: LoadBalancer, loadBalancerSourceRanges: [198.51.100.0/24], ports: [{port: 80}]}
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: intranet, namespace: shop, annotations: {networking.gke.io/load-balancer-type: Internal}}
--       spec: {type: LoadBalancer, ports: [{port: 80}]}
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: ingress, namespace: shop}
--       spec: {type: LoadBalancer, ports: [{name: http, port: 80}, {name: https, port: 443}]}
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: all, namespace: shop}
--       spec: {type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0], ports: [{port: 80}]}
--     rows:
--       - {name: office, severity: low, source_ranges: '["198.51.100.0/24"]'}
--       - {name: intranet, severity: low, internal: 1}
--       - {name: ingress, severity: low, reason: "beside a TLS port: a redirect, perhaps"}
--       - {name: all, severity: medium}
--   - name: addresses that it claims for itself
--     objects: |
--       apiVersion: v1
--       kind: Service
--       metadata: {name: web, namespace: shop}
--       spec: {ports: [{port: 443}], externalIPs: [203.0.113.9]}
--     rows:
--       - {name: web, path: spec.externalIPs, external_ips: '["203.0.113.9"]', actual: '["203.0.113.9"]', expected: unset, reason: takes traffic to addresses that nobody checks (CVE-2020-8554)}

-- What is spoken on a port is not in the API: its number, its name and appProtocol, and
-- the annotations of clouds are signs of TLS, and no proof.
WITH service AS (
  SELECT namespace, name, type, load_balancer_source_ranges, internal_lb, ingress_addresses, external_ips, file, line,
    internal_lb = 1 OR load_balancer_source_ranges IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM json_each(load_balancer_source_ranges) r WHERE r.value IN ('0.0.0.0/0', '::/0')) AS narrowed
  FROM k8s_services s WHERE exposed)
SELECT
  'Service' AS kind, p.namespace AS namespace, p.name AS name, p.path AS path,
  'port ' || p.port || CASE WHEN p.protocol <> 'TCP' THEN '/' || p.protocol ELSE '' END || coalesce(', ' || p.app_protocol, ', ' || p.port_name, '') AS actual,
  'TLS' AS expected, CASE WHEN s.narrowed = 1 OR t.tls = 1 AND p.port = 80 THEN 'low' ELSE 'medium' END AS severity,
  CASE WHEN t.tls = 1 AND p.port = 80 THEN 'beside a TLS port: a redirect, perhaps' ELSE 'nothing says TLS' END AS reason,
  coalesce(s.type, 'ClusterIP') AS type, p.port AS port, p.node_port AS node_port, NULL AS external_ips, s.load_balancer_source_ranges AS source_ranges,
  CASE WHEN s.internal_lb = 1 THEN 1 END AS internal, s.ingress_addresses AS ingress, p.file AS file, p.line AS line
FROM k8s_service_ports p
JOIN service s ON s.name = p.name AND s.namespace IS p.namespace
LEFT JOIN (SELECT namespace, name, max(looks_tls) AS tls FROM k8s_service_ports GROUP BY namespace, name) t ON t.name = p.name AND t.namespace IS p.namespace
WHERE p.exposed AND NOT p.looks_tls
UNION ALL
SELECT
  'Service', namespace, name, 'spec.externalIPs', external_ips, 'unset', 'medium', 'takes traffic to addresses that nobody checks (CVE-2020-8554)',
  coalesce(type, 'ClusterIP'), NULL, NULL, external_ips, load_balancer_source_ranges, NULL, ingress_addresses, file, line
FROM service WHERE external_ips IS NOT NULL;
