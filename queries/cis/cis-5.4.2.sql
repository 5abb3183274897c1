-- id: CIS-5.4.2
-- title: Secrets are kept in an external store
-- section: 5.4 Secrets management
-- severity: low
-- verdict: review
-- level: 2
-- type: manual
-- profile: policies
-- scope: cluster
-- assets: SELECT 'Namespace' AS kind, NULL AS namespace, name, exempt FROM k8s_namespaces
-- why: |
--   Secrets of Kubernetes live in etcd, in every backup of it, and in the hands of everybody who
--   may read the namespace. A store outside of the cluster logs each use, rotates, and can take
--   a value back. Whether that is worth its price is for people to decide; what can be seen is
--   whether one is there.
-- fix: |
--   {{.workloads}} workloads of namespace {{.name}} use Secrets, and no external store is to be seen: neither the Secrets Store CSI driver nor
--   the External Secrets operator nor Vault's. If values come from elsewhere by another way, waive this and say how.
--   Otherwise begin with what opens most (cloud keys, databases): mount it through secrets-store.csi.k8s.io, so that it is
--   never written to etcd at all.
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.4.2
--   - https://secrets-store-csi-driver.sigs.k8s.io/
-- aliases: [C-0208]
-- pass:
--   - name: a store is in use, and a namespace without Secrets
--     objects: |
--       apiVersion: apiextensions.k8s.io/v1
--       kind: CustomResourceDefinition
--       metadata: {name: externalsecrets.external-secrets.io}
--       spec:
--         group: external-secrets.io
--         names: {kind: ExternalSecret, plural: externalsecrets}
--         scope: Namespaced
--         versions: [{name: v1, served: true, storage: true}]
--       ---
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", envFrom: [{secretRef: {name: db}}]}]
--   - name: nothing uses a Secret
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
--   - name: a volume of the CSI driver
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: a, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", envFrom: [{secretRef: {name: db}}]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: b, namespace: shop}
--       spec:
--         volumes: [{name: keys, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: keys}}}]
--         containers: [{name: app, image: "registry.example/app:1"}]
-- fail:
--   - name: variables and volumes from Secrets
--     objects: |
--       apiVersion: v1
--       kind: Namespace
--       metadata: {name: shop}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: a, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", envFrom: [{secretRef: {name: db}}]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: b, namespace: shop}
--       spec:
--         volumes: [{name: tls, secret: {secretName: tls}}]
--         containers: [{name: app, image: "registry.example/app:1"}]
--     rows:
--       - {kind: Namespace, name: shop, workloads: "2", actual: 2 workloads use Secrets of etcd}
WITH users AS (
  SELECT namespace, asset_kind, asset_name FROM k8s_container_env WHERE judged AND value_kind IN ('secretKeyRef', 'envFrom-secret')
  UNION
  SELECT namespace, asset_kind, asset_name FROM k8s_pod_volumes WHERE judged AND volume_type = 'secret')
SELECT
  'Namespace' AS kind, NULL AS namespace, n.name AS name, 'metadata.name' AS path,
  count(*) || ' workloads use Secrets of etcd' AS actual, 'an external store' AS expected, count(*) AS workloads, n.file AS file, n.line AS line
FROM users u JOIN k8s_namespaces n ON n.name = u.namespace
WHERE NOT EXISTS (SELECT 1 FROM k8s_crds WHERE product IN ('external secrets', 'secrets store CSI', 'vault'))
  AND NOT EXISTS (SELECT 1 FROM k8s_pod_volumes WHERE judged AND source_name = 'secrets-store.csi.k8s.io')
GROUP BY n.name;
