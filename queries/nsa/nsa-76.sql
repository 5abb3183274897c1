-- id: NSA-76
-- title: Volume types outside the core set
-- section: Kubernetes Pod security
-- severity: low
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   Volumes of these types are mounted by the node with what the pod spec says, a server's
--   address, an export, sometimes a user: whoever writes the pod chooses what the node connects
--   to. A claim leaves that choice to whoever runs the storage.
-- fix: |
--   Replace volume {{.volume}} of type {{.actual}}, at {{.path}}, by a persistentVolumeClaim whose PersistentVolume or
--   StorageClass an administrator made, through a CSI driver.
--   {{- if eq .actual "gitRepo"}}
--   For gitRepo, clone into an emptyDir in an init container instead: gitRepo runs git on the node as root.{{end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, the example of a hardened pod policy
--   - https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
-- aliases: [KSV-0028]
-- pass:
--   - name: the core set, an image, and hostPath, which is the matter of NSA-11
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         volumes:
--           - {name: a, configMap: {name: a}}
--           - {name: b, secret: {secretName: b}}
--           - {name: c, emptyDir: {}}
--           - {name: d, projected: {sources: []}}
--           - {name: e, downwardAPI: {}}
--           - {name: f, persistentVolumeClaim: {claimName: f}}
--           - {name: g, csi: {driver: csi.example.org}}
--           - {name: h, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}
--           - {name: i, image: {reference: "registry.example/data:1"}}
--           - {name: j}
--           - {name: k, hostPath: {path: /srv}}
--         containers: [{name: app, image: registry.example/app:1}]
-- fail:
--   - name: an NFS export and a git repository, mounted or not
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: web, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: web}}
--         template:
--           metadata: {labels: {app: web}}
--           spec:
--             volumes:
--               - {name: tmp, emptyDir: {}}
--               - {name: media, nfs: {server: files.example, path: /media}}
--               - {name: src, gitRepo: {repository: "https://git.example/app.git"}}
--             containers: [{name: app, image: registry.example/app:1, volumeMounts: [{name: media, mountPath: /media}]}]
--     rows:
--       - {kind: Deployment, name: web, volume: media, path: "spec.template.spec.volumes[1]", actual: nfs}
--       - {kind: Deployment, name: web, volume: src, path: "spec.template.spec.volumes[2]", actual: gitRepo}
SELECT
  asset_kind AS kind, namespace, asset_name AS name, volume,
  path, volume_type AS actual, 'a persistentVolumeClaim, or another type of the core set' AS expected,
  drift, pods, file, line
FROM k8s_pod_volumes
WHERE judged AND volume_type NOT IN ('configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim',
  'projected', 'secret', 'image', 'hostPath');
