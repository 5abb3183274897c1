-- id: NSA-32
-- title: Ingress without TLS
-- section: Network separation and hardening
-- severity: medium
-- scope: object
-- assets: |
--   SELECT DISTINCT 'Ingress' AS kind, namespace, name, exempt FROM k8s_ingresses
--   UNION ALL
--   SELECT DISTINCT 'Gateway', namespace, name, exempt FROM k8s_gateways
-- why: |
--   The entry point is where passwords and session cookies come in from the internet. A host
--   without a certificate is served in clear text, and even where it is reached over HTTPS the
--   controller shows a certificate of its own, which users learn to click away.
-- fix: |
--   {{- if eq .kind "Ingress"}}
--   Give {{.host}} a certificate, by cert-manager or kubectl create secret tls, and name it in spec.tls of Ingress {{.name}}{{if .class}} (class {{.class}}){{end}}:
--     spec:
--       tls:
--         - hosts: [{{.host}}]
--           secretName: {{.name}}-tls
--   Then have the controller send plain HTTP on to HTTPS: most do once a host has TLS.
--   {{- else}}
--   Add to Gateway {{.name}} a listener with a certificate, and let the one at {{.path}} do no more than send requests on to it
--   (HTTPRoute filter RequestRedirect, scheme https), or remove it:
--     - name: https
--       protocol: HTTPS
--       port: 443
--       hostname: {{.host}}
--       tls: {mode: Terminate, certificateRefs: [{name: {{.name}}-tls}]}
--   {{- end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, network policies
--   - https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
-- aliases: [C-0263]
-- pass:
--   - name: every host, by name, by wildcard and by an entry for all
--     objects: |
--       apiVersion: networking.k8s.io/v1
--       kind: Ingress
--       metadata: {name: web, namespace: shop}
--       spec:
--         tls: [{hosts: [shop.example], secretName: shop}, {hosts: ["*.shop.example"], secretName: wildcard}]
--         rules: [{host: shop.example}, {host: pay.shop.example}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: Ingress
--       metadata: {name: all, namespace: shop}
--       spec:
--         tls: [{}]
--         rules: [{host: any.example}]
--   - name: a listener for TLS beside the one that redirects
--     objects: |
--       apiVersion: gateway.networking.k8s.io/v1
--       kind: Gateway
--       metadata: {name: web, namespace: shop}
--       spec:
--         gatewayClassName: public
--         listeners:
--           - {name: http, protocol: HTTP, port: 80, hostname: pay.shop.example}
--           - {name: https, protocol: HTTPS, port: 443, hostname: "*.shop.example", tls: {certificateRefs: [{name: shop}]}}
--           - {name: pass, protocol: TLS, port: 8443, tls: {mode: Passthrough}}
-- fail:
--   - name: no TLS, and hosts that it leaves out
--     objects: |
--       apiVersion: networking.k8s.io/v1
--       kind: Ingress
--       metadata: {name: web, namespace: shop}
--       spec:
--         ingressClassName: public
--         rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
--       ---
--       apiVersion: networking.k8s.io/v1
--       kind: Ingress
--       metadata: {name: part, namespace: shop}
--       spec:
--         tls: [{hosts: ["*.shop.example"], secretName: wildcard}]
--         rules: [{host: a.shop.example}, {host: shop.example}, {host: a.b.shop.example}]
--     rows:
--       - {kind: Ingress, namespace: shop, name: web, path: "spec.rules[0]", host: shop.example, actual: shop.example without TLS, class: public}
--       - {name: part, path: "spec.rules[1]", host: shop.example}
--       - {name: part, path: "spec.rules[2]", host: a.b.shop.example}
--   - name: every host, by default backend
--     objects: |
--       apiVersion: networking.k8s.io/v1
--       kind: Ingress
--       metadata: {name: web, namespace: shop}
--       spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
--     rows:
--       - {name: web, actual: every host without TLS, host: HOST}
--   - name: listeners in clear text
--     objects: |
--       apiVersion: gateway.networking.k8s.io/v1
--       kind: Gateway
--       metadata: {name: web, namespace: shop}
--       spec:
--         gatewayClassName: public
--         listeners:
--           - {name: http, protocol: HTTP, port: 80, hostname: shop.example}
--           - {name: db, protocol: TCP, port: 5432}
--       ---
--       apiVersion: gateway.networking.k8s.io/v1
--       kind: Gateway
--       metadata: {name: part, namespace: shop}
--       spec:
--         gatewayClassName: public
--         listeners:
--           - {name: http, protocol: HTTP, port: 80}
--           - {name: https, protocol: HTTPS, port: 443, hostname: shop.example}
--     rows:
--       - {kind: Gateway, namespace: shop, name: web, path: "spec.listeners[0]", actual: shop.example without TLS, class: public, severity: medium}
--       - {kind: Gateway, name: web, path: "spec.listeners[1]", actual: TCP port 5432 without TLS}
--       - {kind: Gateway, name: part, path: "spec.listeners[0]", actual: every host without TLS, severity: low}

-- An entry of spec.tls without a secret means the controller's own certificate: it passes.
-- A listener for every host whose gateway has TLS for some is mostly there to redirect.
WITH plain AS (
  SELECT g.namespace, g.name, g.path, g.protocol, g.port, g.hostname, g.gateway_class, g.addresses, g.file, g.line,
    EXISTS (SELECT 1 FROM k8s_gateways t WHERE t.name = g.name AND t.namespace IS g.namespace AND t.protocol IN ('HTTPS', 'TLS')) AS some_tls
  FROM k8s_gateways g
  WHERE g.protocol IN ('HTTP', 'TCP')
    AND (g.protocol = 'TCP' OR NOT EXISTS (
      SELECT 1 FROM k8s_gateways t
      WHERE t.name = g.name AND t.namespace IS g.namespace AND t.protocol IN ('HTTPS', 'TLS')
        AND (t.hostname IS NULL OR t.hostname = g.hostname OR t.hostname LIKE '*.%' AND g.hostname LIKE '%' || substr(t.hostname, 2)))))
SELECT
  'Ingress' AS kind, namespace, name, path, coalesce(host, 'every host') || ' without TLS' AS actual, 'TLS' AS expected, 'medium' AS severity,
  coalesce(host, 'HOST') AS host, class, services, addresses, file, line
FROM k8s_ingresses
WHERE tls_covered IS NOT 1
UNION ALL
SELECT
  'Gateway', namespace, name, path,
  CASE protocol WHEN 'TCP' THEN 'TCP port ' || port ELSE coalesce(hostname, 'every host') END || ' without TLS', 'TLS',
  CASE WHEN protocol = 'HTTP' AND hostname IS NULL AND some_tls THEN 'low' ELSE 'medium' END,
  coalesce(hostname, 'HOST'), gateway_class, NULL, addresses, file, line
FROM plain;
