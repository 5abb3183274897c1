-- id: CIS-3.2.2
-- title: The audit policy covers what matters
-- section: 3.2 Logging
-- severity: medium
-- level: 2
-- type: manual
-- profile: control-plane
-- scope: object
-- assets: |
--   SELECT 'Node' AS kind, NULL AS namespace, node AS name,
--     max(CASE WHEN status <> 'ok' THEN coalesce(path || ': ', '') || coalesce(reason, status)
--       WHEN content IS NULL THEN path || ' was not understood' END) AS not_assessed
--   FROM k8s_node_files WHERE role = 'audit-policy' AND "exists" IS NOT 0 GROUP BY node
-- why: |
--   A policy that leaves out Secrets, changes of workloads, shells in containers or the issuing
--   of certificates and tokens is silent about just the things that an intruder does. Request
--   bodies of Secrets must stay out, or the log becomes a place to steal them from. Edition 2.0
--   added certificate requests and tokens.
-- fix: |
--   In {{.path}} on node {{.name}}, {{if eq .actual "not recorded"}}have {{.subject}} recorded at level Metadata or more{{else}}record {{.subject}} at Metadata alone{{end}}. A policy that covers them all:
--     rules:
--       - {level: Metadata, resources: [{group: "", resources: [secrets, configmaps, serviceaccounts/token]}, {group: authentication.k8s.io, resources: [tokenreviews]}]}
--       - {level: Metadata, resources: [{group: "", resources: [pods/exec, pods/portforward, pods/proxy, services/proxy]}, {group: certificates.k8s.io}]}
--       - {level: Request, verbs: [create, update, patch, delete], resources: [{group: "", resources: [pods]}, {group: apps}]}
--       - {level: Metadata}
--   Restart the API server by moving /etc/kubernetes/manifests/kube-apiserver.yaml out and in.
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 3.2.2
--   - https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
-- aliases: [C-0161]
-- pass:
--   - name: the metadata of everything, and the policy that the fix shows
--     objects: |
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp1}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/audit/policy.yaml, role: audit-policy, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"Policy","rules":[{"level":"Metadata"}]}'}
--       ---
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp2}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/audit/policy.yaml, role: audit-policy, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"Policy","rules":[{"level":"None","users":["system:kube-proxy"]},{"level":"Metadata","resources":[{"group":"","resources":["secrets","configmaps","serviceaccounts/token"]},{"group":"authentication.k8s.io","resources":["tokenreviews"]}]},{"level":"Request","verbs":["create","update","patch","delete"],"resources":[{"group":"","resources":["pods"]},{"group":"apps"}]},{"level":"Metadata"}]}'}
-- fail:
--   - name: pods and their shells are left out, and Secrets are recorded whole
--     objects: |
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp1}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/audit/policy.yaml, role: audit-policy, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"Policy","rules":[{"level":"None","resources":[{"group":"","resources":["pods","pods/*"]}]},{"level":"RequestResponse","resources":[{"group":"","resources":["secrets"]}]},{"level":"Metadata"}]}'}
--     rows:
--       - {kind: Node, name: cp1, path: /etc/kubernetes/audit/policy.yaml, subject: changes of pods, actual: not recorded}
--       - {subject: pods/exec}
--       - {subject: pods/portforward}
--       - {subject: pods/proxy}
--       - {subject: secrets, actual: RequestResponse, expected: Metadata}
--   - name: only changes of workloads
--     objects: |
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp1}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/audit/policy.yaml, role: audit-policy, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"Policy","rules":[{"level":"Metadata","verbs":["create"],"resources":[{"group":"","resources":["pods"]},{"group":"apps","resources":["*"]}]}]}'}
--     rows:
--       - {subject: secrets, actual: not recorded}
--       - {subject: configmaps, actual: not recorded}
--       - {subject: tokenreviews, actual: not recorded}
--       - {subject: pods/exec, actual: not recorded}
--       - {subject: pods/portforward, actual: not recorded}
--       - {subject: pods/proxy, actual: not recorded}
--       - {subject: services/proxy, actual: not recorded}
--       - {subject: certificatesigningrequests, actual: not recorded}
--       - {subject: serviceaccounts/token, actual: not recorded}
-- not_assessed:
--   - name: a node that told nothing, and a file without content
--     objects: |
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp1}
--       status: unreachable
--       reason: no answer
--       ---
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp2}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/x.yaml, role: audit-policy, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root}

-- The first rule that matches a request decides. Rules for certain users, namespaces or names
-- leave the others to those below.
WITH wanted(subject, api_group, resource, verb) AS (VALUES
  ('secrets', '', 'secrets', 'get'), ('configmaps', '', 'configmaps', 'get'), ('tokenreviews', 'authentication.k8s.io', 'tokenreviews', 'create'),
  ('changes of pods', '', 'pods', 'create'), ('changes of deployments', 'apps', 'deployments', 'create'),
  ('pods/exec', '', 'pods/exec', 'create'), ('pods/portforward', '', 'pods/portforward', 'create'), ('pods/proxy', '', 'pods/proxy', 'create'), ('services/proxy', '', 'services/proxy', 'create'),
  ('certificatesigningrequests', 'certificates.k8s.io', 'certificatesigningrequests', 'create'), ('serviceaccounts/token', '', 'serviceaccounts/token', 'create')),
first AS (
  SELECT n.node, n.path, n.file, n.line, w.subject,
    (SELECT r.value ->> '$.level' FROM json_each(n.content, '$.rules') r
      WHERE (r.value ->> '$.users' IS NULL AND r.value ->> '$.userGroups' IS NULL AND r.value ->> '$.namespaces' IS NULL AND r.value ->> '$.nonResourceURLs' IS NULL)
        AND (r.value ->> '$.verbs' IS NULL OR EXISTS (SELECT 1 FROM json_each(r.value, '$.verbs') v WHERE v.value IN (w.verb, '*')))
        AND (r.value ->> '$.resources' IS NULL OR EXISTS (
          SELECT 1 FROM json_each(r.value, '$.resources') g
          WHERE coalesce(g.value ->> '$.group', '') IN (w.api_group, '*') AND g.value ->> '$.resourceNames' IS NULL
            AND (g.value ->> '$.resources' IS NULL OR EXISTS (SELECT 1 FROM json_each(g.value, '$.resources') x
              WHERE x.value IN (w.resource, '*') OR x.value LIKE '*/%' AND w.resource LIKE '%/' || substr(x.value, 3)
                OR x.value LIKE '%/*' AND w.resource LIKE substr(x.value, 1, length(x.value) - 1) || '%'))))
      ORDER BY r.key LIMIT 1) AS level
  FROM k8s_node_files n, wanted w
  WHERE n.role = 'audit-policy' AND n.status = 'ok' AND n."exists" AND n.content IS NOT NULL)
SELECT
  'Node' AS kind, NULL AS namespace, node AS name, path,
  CASE WHEN coalesce(level, 'None') = 'None' THEN 'not recorded' ELSE level END AS actual,
  CASE WHEN subject IN ('secrets', 'configmaps', 'tokenreviews', 'serviceaccounts/token') THEN 'Metadata' ELSE 'Metadata or more' END AS expected,
  subject, file, line
FROM first
WHERE coalesce(level, 'None') = 'None'
  OR subject IN ('secrets', 'configmaps', 'tokenreviews', 'serviceaccounts/token') AND level <> 'Metadata';
