-- id: NSA-49
-- title: Credentials in environment variables or ConfigMaps
-- section: Network separation and hardening
-- severity: high
-- scope: object
-- assets: |
--   SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
--   UNION ALL
--   SELECT DISTINCT 'ConfigMap', namespace, name, exempt FROM k8s_config_map_keys
-- why: |
--   What stands in a pod spec or a ConfigMap is read by everybody with view rights, is in git, in
--   helm's history, in every dashboard and backup, and is not encrypted at rest. It stays there
--   long after the password was meant to be secret.
-- fix: |
--   {{- if eq .kind "ConfigMap"}}
--   Take the value{{if .match_line}} in line {{.match_line}}{{end}} of {{.path}} out of ConfigMap {{.name}}, into a Secret of the same namespace that the application reads beside it,
--   as a file or through a variable that the configuration refers to.
--   {{- else}}
--   Put the value of {{.variable}} into a Secret, with the command below, which keeps it out of the shell's history, and refer to it:
--   {{- end}}
--   It has been readable until now: replace the credential by a new one where it is issued, and look into git, where the old one still is.
-- patch:
--   container:
--     env:
--       - name: "{{.variable}}"
--         value: null
--         valueFrom: {secretKeyRef: {name: "{{.name}}-credentials", key: "{{.variable}}"}}
-- command: "{{if .variable}}kubectl create secret generic {{.name}}-credentials -n {{.namespace}} --from-file={{.variable}}=/dev/stdin{{end}}"
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Network separation and hardening, Secrets
--   - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
-- aliases: [CIS-5.4.1, C-0012, C-0259, KSV-0109, KSV-01010]
-- pass:
--   - name: references, switches, paths, addresses and nothing at all
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers:
--           - name: app
--             image: registry.example/app:1
--             env:
--               - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
--               - {name: ADMIN_PASSWORD, value: $(DB_PASSWORD)}
--               - {name: API_TOKEN, value: ""}
--               - {name: PASSWORD_FILE, value: /run/secrets/password}
--               - {name: TOKEN_ENABLED, value: "true"}
--               - {name: SECRET_NAME, value: shop-db}
--               - {name: TOKEN_URL, value: "https://login.example/token"}
--               - {name: LOG_LEVEL, value: debug}
--             envFrom: [{secretRef: {name: more}}]
--   - name: configuration that only speaks of credentials
--     objects: |
--       apiVersion: v1
--       kind: ConfigMap
--       metadata: {name: web, namespace: shop}
--       data:
--         app.yaml: |
--           database:
--             host: db
--             passwordFile: /run/secrets/password
--             password: ${DB_PASSWORD}
--           tokenTTL: 3600
--         cache.size: "128"
-- fail:
--   - name: words in names, in every kind of container
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             initContainers: [{name: migrate, image: registry.example/app:1, env: [{name: DB_PASSWORD, value: correct-horse}]}]
--             containers:
--               - name: app
--                 image: registry.example/app:1
--                 env:
--                   - {name: LOG_LEVEL, value: debug}
--                   - {name: DB_PASSWORD, value: correct-horse}
--                   - {name: STRIPE_API_KEY, value: live-4eC39HqLyjWDarjtT1}
--     rows:
--       - {kind: Deployment, namespace: shop, name: web, container: migrate, container_type: init, variable: DB_PASSWORD, path: "spec.template.spec.initContainers[0].env[0].value", pattern: password}
--       - {container: app, variable: DB_PASSWORD, path: "spec.template.spec.containers[0].env[1].value", actual: "a literal: password, 13 bytes", expected: a reference to a Secret, hash: "9dca666e"}
--       - {container: app, variable: STRIPE_API_KEY, pattern: api key}
--   - name: values that give themselves away
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers:
--           - name: app
--             image: registry.example/app:1
--             env:
--               - {name: DATABASE_URL, value: "postgres://shop:correct-horse@db:5432/shop"}
--               - {name: AWS_KEY, value: AKIAIOSFODNN7EXAMPLE}
--     rows:
--       - {variable: DATABASE_URL, pattern: password in a URL}
--       - {variable: AWS_KEY, pattern: AWS access key id}
--   - name: a ConfigMap, by key and by a line of a file
--     objects: |
--       apiVersion: v1
--       kind: ConfigMap
--       metadata: {name: web, namespace: shop}
--       data:
--         db-password: correct-horse
--         app.properties: |
--           # shop
--           db.host=db
--           db.password=correct-horse
--         tls.pem: |
--           -----BEGIN RSA PRIVATE KEY-----
--           MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu
--           -----END RSA PRIVATE KEY-----
--     rows:
--       - {kind: ConfigMap, namespace: shop, name: web, path: data.db-password, pattern: password, variable: ""}
--       - {path: data.app.properties, match_line: 3, pattern: password}
--       - {path: data.tls.pem, match_line: 1, pattern: PEM private key}

-- Names and forms of values are signs, and no proof. Values are never shown: their length,
-- and the first digits of their hash, which tell where the same one is used.
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type, path || '.value' AS path,
  'a literal: ' || matched_pattern || ', ' || value_length || ' bytes' AS actual, 'a reference to a Secret' AS expected,
  matched_pattern AS pattern, variable, NULL AS match_line, value_hash AS hash, drift, pods, file, line
FROM k8s_container_env
WHERE judged AND matched_pattern IS NOT NULL
UNION ALL
SELECT
  'ConfigMap', namespace, name, NULL, NULL, path,
  matched_pattern || coalesce(' in line ' || match_line, '') || ', ' || length || ' bytes', 'in a Secret',
  matched_pattern, NULL, match_line, value_hash, NULL, NULL, file, line
FROM k8s_config_map_keys
WHERE matched_pattern IS NOT NULL;
