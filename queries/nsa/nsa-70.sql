-- id: NSA-70
-- title: Nodes behind the control plane
-- section: Upgrading and application security practices
-- severity: medium
-- scope: cluster
-- assets: SELECT 'Node' AS kind, NULL AS namespace, name FROM k8s_nodes WHERE kubelet_minor IS NOT NULL
-- why: |
--   The kubelet is what stands between a container and its node, and repairs to it arrive with
--   its version. One that is older than the API server supports also behaves in ways that nobody
--   has tested; one that is newer asks for what the API server does not know.
-- fix: |
--   {{if eq .reason "newer than the API server"}}Upgrade the control plane to {{.kubelet_version}} or later, or bring node {{.name}} back to the version of the API server.
--   {{- else}}Replace node {{.name}} by one of the API server's version, which is the surest, or upgrade it in place:
--   kubectl drain {{.name}} --ignore-daemonsets --delete-emptydir-data; upgrade kubeadm, then kubeadm upgrade node, kubelet and container runtime; systemctl
--   restart kubelet; kubectl uncordon {{.name}}. The operating system ({{.os_image}}, kernel {{.kernel}}) belongs to the same visit.{{end}}
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Upgrading and application security practices
--   - https://kubernetes.io/releases/version-skew-policy/
-- aliases: [C-0079, C-0087]
-- pass:
--   - name: the same version, and three behind
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.99.0", command: [kube-apiserver]}]
--       ---
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       status: {nodeInfo: {kubeletVersion: v1.99.2}}
--       ---
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n2}
--       status: {nodeInfo: {kubeletVersion: v1.96.7-eks-1234567}}
-- fail:
--   - name: four behind, newer, and past its end of life
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.99.0", command: [kube-apiserver]}]
--       ---
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       status: {nodeInfo: {kubeletVersion: v1.95.2, osImage: Ubuntu 24.04.1 LTS, kernelVersion: 6.8.0-45-generic, containerRuntimeVersion: "containerd://2.1.4"}}
--       ---
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n2}
--       status: {nodeInfo: {kubeletVersion: v1.100.0}}
--     rows:
--       - {kind: Node, namespace: "", name: n1, path: status.nodeInfo.kubeletVersion, actual: v1.95.2, expected: at most 3 minors behind v1.99, reason: behind the API server, skew: 4, os_image: Ubuntu 24.04.1 LTS}
--       - {name: n2, actual: v1.100.0, reason: newer than the API server, skew: -1}
--   - name: past its end of life, whatever the API server
--     objects: |
--       apiVersion: v1
--       kind: Node
--       metadata: {name: n1}
--       status: {nodeInfo: {kubeletVersion: v1.21.5+k3s2}}
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.24.0", command: [kube-apiserver]}]
--     rows:
--       - {name: n1, reason: behind the API server, expected: at most 2 minors behind v1.24}
--       - {name: n1, reason: past its end of life, end_of_life: "2022-06-28"}

-- Kubelets from 1.25 on may be three minors behind, older ones two. Of several API servers
-- the oldest counts; manifests are asked for the images of theirs.
WITH api AS (
  SELECT coalesce((SELECT max(minor) FROM k8s_cluster_info),
    (SELECT min(CAST(substr(ltrim(version, 'v'), 3) AS INTEGER)) FROM k8s_control_plane_components
      WHERE component = 'kube-apiserver' AND ltrim(version, 'v') GLOB '1.[0-9]*')) AS minor),
node AS (
  SELECT n.name, n.kubelet_version, n.kubelet_minor, n.os_image, n.kernel_version, n.container_runtime, n.file, n.line,
    a.minor AS api_minor, a.minor - n.kubelet_minor AS skew, CASE WHEN n.kubelet_minor < 25 THEN 2 ELSE 3 END AS allowed,
    CASE WHEN r.end_of_life < date('now') THEN r.end_of_life
      WHEN r.minor IS NULL AND n.kubelet_minor < (SELECT min(CAST(substr(minor, 3) AS INTEGER)) FROM k8s_release_table)
        THEN 'before ' || (SELECT substr(min(end_of_life), 1, 4) FROM k8s_release_table) END AS end_of_life
  FROM k8s_nodes n
  JOIN api a
  LEFT JOIN k8s_release_table r ON r.minor = '1.' || n.kubelet_minor
  WHERE n.kubelet_minor IS NOT NULL),
found AS (
  SELECT *, CASE WHEN skew < 0 THEN 'newer than the API server' ELSE 'behind the API server' END AS reason,
    CASE WHEN skew < 0 THEN 'v1.' || api_minor || ' or older' ELSE 'at most ' || allowed || ' minors behind v1.' || api_minor END AS expected
  FROM node WHERE skew < 0 OR skew > allowed
  UNION ALL
  SELECT *, 'past its end of life', 'a supported release' FROM node WHERE end_of_life IS NOT NULL)
SELECT
  'Node' AS kind, NULL AS namespace, name, 'status.nodeInfo.kubeletVersion' AS path, kubelet_version AS actual, expected, reason, kubelet_version, skew,
  end_of_life, os_image, kernel_version AS kernel, container_runtime AS runtime, file, line
FROM found;
