-- id: CIS-5.4.1
-- title: Secrets are files in containers rather than environment variables
-- section: 5.4 Secrets management
-- severity: medium
-- level: 2
-- type: manual
-- profile: policies
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   An environment variable is handed to every child process, printed by crash reports and debug
--   pages, and cannot change while the container runs. A mounted Secret has a mode and an owner,
--   and is renewed in place.
-- fix: |
--   Mount Secret {{.secret}} as a volume of {{.kind}} {{.name}} and have container {{.container}} read the file:
--     volumes:
--       - name: {{.secret}}
--         secret: {secretName: {{.secret}}, defaultMode: 0400}
--     # and in the container
--     volumeMounts:
--       - {name: {{.secret}}, mountPath: /run/secrets/{{.secret}}, readOnly: true}
--   Most images take a path instead of the value in a variable that ends in _FILE.
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.4.1
--   - https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets
-- aliases: [C-0207]
-- pass:
--   - name: a mounted Secret, and variables from elsewhere
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         volumes: [{name: db, secret: {secretName: db}}]
--         containers: [{name: app, image: "registry.example/app:1", volumeMounts: [{name: db, mountPath: /run/secrets/db}], env: [{name: MODE, value: fast}, {name: HOST, valueFrom: {configMapKeyRef: {name: web, key: host}}}]}]
-- fail:
--   - name: one key, and all of them
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: a, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: b, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", envFrom: [{secretRef: {name: db}}]}]
--     rows:
--       - {kind: Pod, namespace: shop, name: a, container: app, path: "spec.containers[0].env[0].valueFrom.secretKeyRef", actual: db/password, secret: db}
--       - {name: b, path: "spec.containers[0].envFrom[0].secretRef", actual: db, secret: db}
SELECT
  asset_kind AS kind, namespace, asset_name AS name, container, container_type,
  path || iif(value_kind = 'secretKeyRef', '.valueFrom.secretKeyRef', '.secretRef') AS path,
  ref_name || coalesce('/' || ref_key, '') AS actual, 'a mounted file' AS expected,
  ref_name AS secret, variable, drift, pods, file, line
FROM k8s_container_env
WHERE judged AND value_kind IN ('secretKeyRef', 'envFrom-secret');
