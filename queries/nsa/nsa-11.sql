-- id: NSA-11
-- title: hostPath volumes
-- section: Kubernetes Pod security
-- severity: high
-- scope: object
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   A hostPath volume is a piece of the node's disk inside a container. Depending on the piece
--   it gives away the kubelet's credentials, the container runtime, the logs and volumes of all
--   pods, or a directory whose files the node runs as root; and data there stays behind when the
--   pod moves on, for the next one to find.
-- fix: |
--   Replace hostPath of volume {{.volume}} by what the pod needs of it: a persistentVolumeClaim for data,
--   an emptyDir for scratch space and caches, a configMap or secret for files, the API for a runtime's socket.
--   The patch puts an emptyDir in its place. An agent that must read {{.actual}} mounts it readOnly, in a namespace of its own, with a waiver.
-- patch:
--   pod:
--     volumes:
--       - {name: "{{.volume}}", hostPath: null, emptyDir: {}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Kubernetes Pod security, table of pod security controls
--   - https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
-- aliases: [CIS-5.2.11, C-0048, C-0045, C-0074, KSV-0023, KSV-0006, KSV-0121]
-- pass:
--   - name: other volumes
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         volumes:
--           - {name: tmp, emptyDir: {}}
--           - {name: none}
--           - {name: data, persistentVolumeClaim: {claimName: data}}
--         containers: [{name: app, image: registry.example/app:1, volumeMounts: [{name: tmp, mountPath: /tmp}]}]
--   - name: the cluster's own parts are shown and not counted
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system, uid: p1, annotations: {kubernetes.io/config.mirror: abc}, ownerReferences: [{apiVersion: v1, kind: Node, name: cp1, uid: n1, controller: true}]}
--       spec:
--         volumes: [{name: pki, hostPath: {path: /etc/kubernetes/pki}}]
--         containers: [{name: kube-apiserver, image: registry.k8s.io/kube-apiserver:v1.35.0}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: registry.example/app:1}]
--   - name: "finished pods are no matter, nor is a claim whose volume is of the node: whoever made the volume chose that"
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: migrate, namespace: shop, uid: p1}
--       spec:
--         volumes: [{name: etc, hostPath: {path: /etc}}]
--         containers: [{name: app, image: registry.example/app:1}]
--       status: {phase: Succeeded}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: db, namespace: shop}
--       spec:
--         volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
--         containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: PersistentVolumeClaim
--       metadata: {name: data, namespace: shop}
--       spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, volumeName: data}
--       ---
--       apiVersion: v1
--       kind: PersistentVolume
--       metadata: {name: data}
--       spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /srv/data}}
-- fail:
--   - name: a socket, mounted by two containers, one of them for reading
--     objects: |
--       apiVersion: apps/v1
--       kind: Deployment
--       metadata: {name: ci, namespace: shop}
--       spec:
--         selector: {matchLabels: {app: ci}}
--         template:
--           metadata: {labels: {app: ci}}
--           spec:
--             volumes: [{name: runtime, hostPath: {path: /run/containerd/containerd.sock, type: Socket}}]
--             initContainers: [{name: setup, image: registry.example/setup:1, volumeMounts: [{name: runtime, mountPath: /run/a.sock, readOnly: true}]}]
--             containers: [{name: run, image: registry.example/run:1, volumeMounts: [{name: runtime, mountPath: /run/b.sock}]}]
--     rows:
--       - {kind: Deployment, name: ci, volume: runtime, path: "spec.template.spec.volumes[0].hostPath", actual: /run/containerd/containerd.sock, host_path_type: Socket, mounted_by: "run, setup", read_only: "false", sensitive: 1, severity: high}
--   - name: a path that gives nothing of the node away is of medium severity, mounted or not
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: cache, namespace: shop}
--       spec:
--         volumes: [{name: cache, hostPath: {path: /srv/cache}}]
--         containers: [{name: app, image: registry.example/app:1}]
--     rows:
--       - {name: cache, actual: /srv/cache, sensitive: 0, mounted_by: "", read_only: "", severity: medium}
--   - name: a parent of everything, for reading
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: root, namespace: shop}
--       spec:
--         volumes: [{name: root, hostPath: {path: /}}]
--         containers: [{name: app, image: registry.example/app:1, volumeMounts: [{name: root, mountPath: /host, readOnly: true}]}]
--     rows:
--       - {name: root, actual: /, sensitive: 1, read_only: "true", severity: high}
--   - name: directories of programs that the node runs as root, and the kubelet's logs
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: cni, namespace: shop}
--       spec:
--         volumes: [{name: cni, hostPath: {path: /opt/cni/bin/}}]
--         containers: [{name: app, image: registry.example/app:1, volumeMounts: [{name: cni, mountPath: /cni}]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: logs, namespace: shop}
--       spec:
--         volumes: [{name: logs, hostPath: {path: /var/log}}]
--         containers: [{name: app, image: registry.example/app:1, volumeMounts: [{name: logs, mountPath: /logs}]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: tail, namespace: shop}
--       spec:
--         volumes: [{name: logs, hostPath: {path: /var/log}}]
--         containers: [{name: app, image: registry.example/app:1, volumeMounts: [{name: logs, mountPath: /logs, readOnly: true}]}]
--     rows:
--       - {name: cni, actual: /opt/cni/bin/, sensitive: 1, severity: high}
--       - {name: logs, actual: /var/log, sensitive: 1, severity: high}
--       - {name: tail, actual: /var/log, sensitive: 0, read_only: "true", severity: medium}
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
--                 restartPolicy: Never
--                 volumes: [{name: etc, hostPath: {path: /etc}}]
--                 containers: [{name: app, image: registry.example/app:1}]
--     rows:
--       - {kind: CronJob, name: nightly, path: "spec.jobTemplate.spec.template.spec.volumes[0].hostPath", actual: /etc, severity: high}
--   - name: pods fold into their DaemonSet, a volume that was added to one is charged to it
--     objects: |
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: agent, namespace: shop, uid: d1}
--       spec:
--         selector: {matchLabels: {app: agent}}
--         template:
--           metadata: {labels: {app: agent}}
--           spec:
--             volumes: [{name: etc, hostPath: {path: /etc}}]
--             containers: [{name: app, image: registry.example/app:1}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         volumes: [{name: etc, hostPath: {path: /etc}}]
--         containers: [{name: app, image: registry.example/app:1}]
--       status: {phase: Running}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: agent-b, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: d1, controller: true}]}
--       spec:
--         volumes: [{name: etc, hostPath: {path: /etc}}, {name: logs, hostPath: {path: /srv/logs}}]
--         containers: [{name: app, image: registry.example/app:1}]
--       status: {phase: Running}
--     rows:
--       - {kind: DaemonSet, name: agent, volume: etc, drift: "", pods: 2}
--       - {kind: DaemonSet, name: agent, volume: logs, drift: Pod/agent-b}

-- Sensitive are, beside what is plain, directories whose files the node runs
-- as root (/opt/cni, /var/spool/cron), where CRI-O, k0s and snaps keep containers and
-- credentials, and /var/log where it can be written: the kubelet serves the files there
-- as root and follows symbolic links, so a pod that may read a node's logs reads the
-- node's disk.
WITH more(tree) AS (VALUES
  ('/opt/cni/'), ('/var/spool/cron/'), ('/lib64/'), ('/var/lib/containers/'), ('/var/lib/crio/'),
  ('/var/lib/k0s/'), ('/var/snap/')),
volumes AS (
  SELECT asset_kind, namespace, asset_name, volume, path, host_path, host_path_type, sensitive, drift, pods, file, line,
    (SELECT group_concat(container, ', ') FROM (
      SELECT DISTINCT m.container FROM k8s_container_mounts m WHERE m.judged AND m.spec_id = v.spec_id AND m.volume = v.volume ORDER BY 1)) AS mounted_by,
    (SELECT min(coalesce(m.read_only, 0)) FROM k8s_container_mounts m WHERE m.judged AND m.spec_id = v.spec_id AND m.volume = v.volume) AS all_read_only
  FROM k8s_pod_volumes v
  WHERE v.judged AND v.volume_type = 'hostPath'),
weighed AS (
  SELECT *,
    sensitive
    OR EXISTS (SELECT 1 FROM more WHERE substr(host_path || '/', 1, length(tree)) = tree)
    OR all_read_only IS NOT 1 AND mounted_by IS NOT NULL AND substr(host_path || '/', 1, 9) = '/var/log/' AS weight
  FROM volumes)
SELECT
  asset_kind AS kind, namespace, asset_name AS name, volume,
  path || '.hostPath' AS path, host_path AS actual, 'a volume that is not the node''s' AS expected,
  CASE WHEN weight THEN 'high' ELSE 'medium' END AS severity,
  host_path_type, mounted_by, CASE all_read_only WHEN 1 THEN 'true' WHEN 0 THEN 'false' END AS read_only,
  weight AS sensitive, drift, pods, file, line
FROM weighed;
