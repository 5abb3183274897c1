-- id: NSA-69
-- title: Unsupported Kubernetes version
-- section: Upgrading and application security practices
-- severity: high
-- scope: cluster
-- parameters:
--   - {name: supported, type: list, default: [], doc: "Minor releases that somebody repairs for you beyond their end of life upstream, such as 1.32 on a provider's extended support."}
-- assets: |
--   SELECT 'Cluster' AS kind, NULL AS namespace, cluster AS name,
--     CASE WHEN (SELECT max(table_date) FROM k8s_release_table) < date(scan_time, 'unixepoch', '-120 days')
--       THEN 'the table of releases is of ' || (SELECT max(table_date) FROM k8s_release_table) || ': a newer kubectl-kspm has a newer one' END AS not_assessed
--   FROM k8s_cluster_info
--   UNION ALL
--   SELECT kind, namespace, name, NULL FROM k8s_control_plane_components
--   WHERE component = 'kube-apiserver' AND ltrim(version, 'v') GLOB '1.[0-9]*' AND NOT EXISTS (SELECT 1 FROM k8s_cluster_info)
-- why: |
--   Flaws in a release past its end of life are published with those of the supported ones, and
--   stay open in it. What keeps others out of such a cluster is only that nobody has tried yet.
-- fix: |
--   {{.kind}} {{.name}} runs {{.actual}}.
--   {{if .end_of_life}}Kubernetes {{.minor}} had its last fixes on {{.end_of_life}}. Upgrade the control plane one minor release at a time, nodes after it, to one of
--   {{.supported}}.{{else}}Upgrade to v{{.latest_patch}}, or a later patch of {{.minor}}: patches are meant to be taken without tests of their own.{{end}}
--   kubeadm upgrade plan shows the way; managed clusters upgrade by their provider, whose own end of support may be later than the one here.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Upgrading and application security practices
--   - https://kubernetes.io/releases/
--   - https://kubernetes.io/releases/version-skew-policy/
-- aliases: [C-0273]
-- pass:
--   - name: a release that has no end yet
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.99.0", command: [kube-apiserver]}]
--   - name: one that somebody still repairs
--     parameters: {supported: ["1.28"]}
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.28.15-eks-1234567", command: [kube-apiserver]}]
-- fail:
--   - name: past its end of life, by years, and before the table begins
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp1, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.22.17", command: [kube-apiserver]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp2, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.18.0", command: [kube-apiserver]}]
--       ---
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: kube-apiserver-cp3, namespace: kube-system}
--       spec:
--         containers: [{name: kube-apiserver, image: "registry.example/eks/kube-apiserver:v1.23.1-eks-1234567", command: [kube-apiserver]}]
--     rows:
--       - {kind: Pod, namespace: kube-system, name: kube-apiserver-cp1, path: version, actual: v1.22.17, expected: a supported release, minor: "1.22", end_of_life: "2022-12-08", severity: high}
--       - {name: kube-apiserver-cp2, actual: v1.18.0, end_of_life: before 2022}
--       - {name: kube-apiserver-cp3, actual: v1.23.1-eks-1234567, build: a provider's build}

-- The release table comes with the program. Ends of life are known a year ahead, so that an
-- old table is still right about them; a newer release than it knows passes. Patches are
-- compared with the newest one on the table's date; providers' builds (-eks-, -gke.) count
-- their own, and are judged by their minor release alone.
WITH version AS (
  SELECT 'Cluster' AS kind, NULL AS namespace, cluster AS name, git_version AS version, date(scan_time, 'unixepoch') AS day, NULL AS file, NULL AS line
  FROM k8s_cluster_info
  UNION ALL
  SELECT kind, namespace, name, version, date('now'), file, line FROM k8s_control_plane_components
  WHERE component = 'kube-apiserver' AND ltrim(version, 'v') GLOB '1.[0-9]*' AND NOT EXISTS (SELECT 1 FROM k8s_cluster_info)),
parsed AS (
  SELECT *, CAST(substr(ltrim(version, 'v'), 3) AS INTEGER) AS n,
    CAST(substr(ltrim(version, 'v'), 4 + length(CAST(substr(ltrim(version, 'v'), 3) AS INTEGER))) AS INTEGER) AS patch,
    version LIKE '%-%' AS provider
  FROM version),
judged AS (
  SELECT p.*, '1.' || p.n AS minor, r.latest_patch, r.table_date,
    CASE WHEN EXISTS (SELECT 1 FROM kspm_parameters q, json_each(q.value) v WHERE q.rule = 'NSA-69' AND q.name = 'supported' AND v.value = '1.' || p.n) THEN NULL
      WHEN r.end_of_life < p.day THEN r.end_of_life
      WHEN r.minor IS NULL AND p.n < (SELECT min(CAST(substr(minor, 3) AS INTEGER)) FROM k8s_release_table)
        THEN 'before ' || (SELECT substr(min(end_of_life), 1, 4) FROM k8s_release_table) END AS end_of_life,
    NOT p.provider AND CAST(substr(r.latest_patch, 3 + length(r.minor) - 1) AS INTEGER) > p.patch AS behind
  FROM parsed p LEFT JOIN k8s_release_table r ON r.minor = '1.' || p.n)
SELECT
  kind, namespace, name, 'version' AS path, version AS actual,
  CASE WHEN end_of_life IS NOT NULL THEN 'a supported release' ELSE 'v' || latest_patch || ' or later' END AS expected,
  CASE WHEN end_of_life IS NOT NULL THEN 'high' ELSE 'low' END AS severity,
  CASE WHEN end_of_life IS NOT NULL THEN 'past its end of life' ELSE 'behind in patches' END AS reason, minor, end_of_life, latest_patch,
  (SELECT group_concat(minor, ', ') FROM k8s_release_table t WHERE t.end_of_life >= judged.day) AS supported,
  CASE WHEN provider THEN 'a provider''s build' END AS build, table_date, file, line
FROM judged
WHERE end_of_life IS NOT NULL OR behind;
