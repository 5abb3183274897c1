-- id: NSA-67
-- title: No node-level log collection
-- section: Audit logging and threat detection
-- severity: medium
-- verdict: review
-- scope: cluster
-- assets: |
--   SELECT 'Node' AS kind, NULL AS namespace, name FROM k8s_nodes
--   WHERE coalesce(labels ->> '$.type', '') <> 'virtual-kubelet' AND coalesce(labels ->> '$."eks.amazonaws.com/compute-type"', '') <> 'fargate'
--     AND unschedulable IS NOT 1
-- why: |
--   The kubelet keeps a container's log on the node, a few megabytes of it, and deletes it with
--   the pod. Whoever breaks out of a pod, or drains the node, takes the traces along. Only what
--   has left the node by then tells what happened.
-- fix: |
--   Run a log agent as a DaemonSet that mounts /var/log from the node, tolerates every taint (tolerations: [{operator: Exists}]), so that control plane
--   nodes are covered too, and sends what it reads out of the cluster over TLS: Fluent Bit, Vector, Grafana Alloy, the OpenTelemetry Collector, or
--   your cloud's own.
--   {{- if .agents}} {{.agents}} runs on other nodes: look what keeps it from this one.{{end}}
--   If nodes ship their logs without Kubernetes (systemd, the cloud's agent in the image), waive this with where to find them.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Audit logging and threat detection, worker node and container logging
--   - https://kubernetes.io/docs/concepts/cluster-administration/logging/#using-a-node-logging-agent
-- pass:
--   - name: an agent on each node, and nodes that are none
--     objects: |
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       ---
--       apiVersion: v1
--       kind: Node
--       metadata: {name: virtual, labels: {type: virtual-kubelet}}
--       ---
--       apiVersion: v1
--       kind: Node
--       metadata: {name: drained}
--       spec: {unschedulable: true}
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: fluent-bit, namespace: logging, uid: d1}
--       spec:
--         selector: {matchLabels: {app: fluent-bit}}
--         template:
--           metadata: {labels: {app: fluent-bit}}
--           spec:
--             containers: [{name: agent, image: "fluent/fluent-bit:4.0", volumeMounts: [{name: logs, mountPath: /var/log}]}]
--             volumes: [{name: logs, hostPath: {path: /var/log/}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: fluent-bit-a, namespace: logging, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: fluent-bit, uid: d1, controller: true}]}
--       spec:
--         nodeName: n1
--         containers: [{name: agent, image: "fluent/fluent-bit:4.0", volumeMounts: [{name: logs, mountPath: /var/log}]}]
--         volumes: [{name: logs, hostPath: {path: /var/log/}}]
--       status: {phase: Running}
-- fail:
--   - name: mounts that are no logs of containers, and an agent that only looks for problems
--     objects: |
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: cni, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: cni}}
--         template:
--           metadata: {labels: {app: cni}}
--           spec:
--             containers: [{name: cni, image: registry.example/cni:1}]
--             volumes: [{name: logs, hostPath: {path: /var/log/calico/cni}}]
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: problems, namespace: kube-system}
--       spec:
--         selector: {matchLabels: {app: npd}}
--         template:
--           metadata: {labels: {app: npd}}
--           spec:
--             containers: [{name: npd, image: "registry.k8s.io/node-problem-detector/node-problem-detector:v1.34.0"}]
--             volumes: [{name: logs, hostPath: {path: /var/log}}]
--     rows:
--       - {kind: Node, namespace: "", name: n1, path: DaemonSet, actual: no log agent, expected: a DaemonSet that reads /var/log, agents: ""}
--   - name: an agent that leaves a node out
--     objects: |
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       ---
--       apiVersion: v1
--       kind: Node
--       metadata: {name: cp1, labels: {node-role.kubernetes.io/control-plane: ""}}
--       spec: {taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}
--       ---
--       apiVersion: apps/v1
--       kind: DaemonSet
--       metadata: {name: vector, namespace: logging, uid: d1}
--       spec:
--         selector: {matchLabels: {app: vector}}
--         template:
--           metadata: {labels: {app: vector}}
--           spec:
--             containers: [{name: agent, image: "timberio/vector:0.50.0"}]
--             volumes: [{name: logs, hostPath: {path: /var/log/pods}}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: vector-a, namespace: logging, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: vector, uid: d1, controller: true}]}
--       spec:
--         nodeName: n1
--         containers: [{name: agent, image: "timberio/vector:0.50.0"}]
--         volumes: [{name: logs, hostPath: {path: /var/log/pods}}]
--       status: {phase: Running}
--     rows:
--       - {name: cp1, actual: not on this node, agents: logging/vector, taints: '[{"key":"node-role.kubernetes.io/control-plane","effect":"NoSchedule"}]'}

-- An agent is known by the folder it reads; where it sends what it reads is NSA-106. A
-- DaemonSet without a pod counts where nothing has been scheduled yet: in manifests.
WITH agents AS (
  SELECT v.namespace, v.name, max(v.file IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM k8s_pods p WHERE p.owner_kind = 'DaemonSet' AND p.owner_name = v.name AND p.namespace = v.namespace)) AS everywhere
  FROM k8s_pod_volumes v
  JOIN k8s_pod_specs s ON s.kind = 'DaemonSet' AND s.spec_id = v.spec_id
  WHERE v.kind = 'DaemonSet' AND v.volume_type = 'hostPath'
    AND rtrim(v.host_path, '/') IN ('', '/var', '/var/log', '/var/log/containers', '/var/log/pods', '/var/lib/docker/containers', '/var/lib/docker')
    AND s.images NOT LIKE '%node-problem-detector%'
  GROUP BY v.namespace, v.name),
covered AS MATERIALIZED (
  SELECT DISTINCT p.node_name FROM agents a
  JOIN k8s_pods p ON p.namespace = a.namespace AND p.owner_kind = 'DaemonSet' AND p.owner_name = a.name
  WHERE p.phase = 'Running')
SELECT
  'Node' AS kind, NULL AS namespace, n.name AS name, 'DaemonSet' AS path,
  CASE WHEN EXISTS (SELECT 1 FROM agents) THEN 'not on this node' ELSE 'no log agent' END AS actual, 'a DaemonSet that reads /var/log' AS expected,
  (SELECT group_concat(namespace || '/' || name, ', ') FROM agents) AS agents, n.taints AS taints, n.file AS file, n.line AS line
FROM k8s_nodes n
WHERE coalesce(n.labels ->> '$.type', '') <> 'virtual-kubelet' AND coalesce(n.labels ->> '$."eks.amazonaws.com/compute-type"', '') <> 'fargate'
  AND n.unschedulable IS NOT 1
  AND n.name NOT IN (SELECT node_name FROM covered WHERE node_name IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM agents WHERE everywhere);
