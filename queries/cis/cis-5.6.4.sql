-- id: CIS-5.6.4
-- title: The default namespace is not used
-- section: 5.6 General policies
-- severity: low
-- level: 2
-- type: manual
-- profile: policies
-- scope: object
-- assets: |
--   SELECT kind, namespace, name FROM (
--     SELECT asset_kind AS kind, namespace, asset_name AS name FROM k8s_pod_specs WHERE judged
--     UNION SELECT 'Service', namespace, name FROM k8s_services WHERE NOT (namespace = 'default' AND name = 'kubernetes')
--     UNION SELECT 'ConfigMap', namespace, name FROM k8s_config_maps WHERE name <> 'kube-root-ca.crt'
--     UNION SELECT 'ServiceAccount', namespace, name FROM k8s_service_accounts WHERE NOT is_default
--     UNION SELECT 'Role', namespace, name FROM k8s_roles
--     UNION SELECT 'RoleBinding', namespace, name FROM k8s_role_bindings
--     UNION SELECT 'Ingress', namespace, name FROM k8s_ingresses)
-- why: |
--   default is where objects land when nobody said where. It has no owner, so that no Role,
--   quota or policy was thought out for it, and what different people put there by accident
--   shares everything.
-- fix: |
--   Create the object in a namespace that has an owner, then delete this one:
--     kubectl get {{.kind}} {{.name}} -n default -o yaml   # take out metadata.namespace, uid, resourceVersion and status
--     kubectl apply -n NAMESPACE -f …
--     kubectl delete {{.kind}} {{.name}} -n default
--   In manifests set metadata.namespace: unset means whatever context is current.
-- command: "kubectl delete {{.kind}} {{.name}} -n default"
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 5.6.4
--   - https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
-- aliases: [C-0212, KSV-0110]
-- pass:
--   - name: what Kubernetes itself puts there, and other namespaces
--     objects: |
--       apiVersion: v1
--       kind: Service
--       metadata: {name: kubernetes, namespace: default}
--       spec: {ports: [{port: 443}]}
--       ---
--       apiVersion: v1
--       kind: ServiceAccount
--       metadata: {name: default, namespace: default}
--       ---
--       apiVersion: v1
--       kind: ConfigMap
--       metadata: {name: kube-root-ca.crt, namespace: default}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
-- fail:
--   - name: a workload, and objects without one
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: default}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
--       ---
--       apiVersion: v1
--       kind: Service
--       metadata: {name: web, namespace: default}
--       spec: {ports: [{port: 80}]}
--       ---
--       apiVersion: v1
--       kind: ConfigMap
--       metadata: {name: web, namespace: default}
--     rows:
--       - {kind: Pod, namespace: default, name: web, path: metadata.namespace, actual: default}
--       - {kind: Service, name: web}
--       - {kind: ConfigMap, name: web}
SELECT kind, namespace, name, 'metadata.namespace' AS path, 'default' AS actual, 'a namespace with an owner' AS expected, min(file) AS file, min(line) AS line
FROM (
  SELECT asset_kind AS kind, namespace, asset_name AS name, file, line FROM k8s_pod_specs WHERE judged
  UNION ALL SELECT 'Service', namespace, name, file, line FROM k8s_services WHERE name <> 'kubernetes'
  UNION ALL SELECT 'ConfigMap', namespace, name, file, line FROM k8s_config_maps WHERE name <> 'kube-root-ca.crt'
  UNION ALL SELECT 'ServiceAccount', namespace, name, file, line FROM k8s_service_accounts WHERE NOT is_default
  UNION ALL SELECT 'Role', namespace, name, file, line FROM k8s_roles
  UNION ALL SELECT 'RoleBinding', namespace, name, file, line FROM k8s_role_bindings
  UNION ALL SELECT 'Ingress', namespace, name, file, line FROM k8s_ingresses)
WHERE namespace = 'default'
GROUP BY kind, namespace, name;
