-- id: CIS-1.2.28
-- title: Secrets are encrypted by a provider that holds
-- section: 1.2 API server
-- severity: high
-- level: 1
-- type: manual
-- profile: control-plane
-- scope: object
-- assets: |
--   SELECT 'Node' AS kind, NULL AS namespace, node AS name,
--     max(CASE WHEN status <> 'ok' THEN coalesce(path || ': ', '') || coalesce(reason, status)
--       WHEN content IS NULL THEN path || ' was not understood' END) AS not_assessed
--   FROM k8s_node_files WHERE role = 'encryption-config' AND "exists" IS NOT 0 GROUP BY node
-- why: |
--   The first provider that is listed for secrets is the one that writes. identity first means
--   clear text, however many follow; kms keeps the key away from the data, secretbox and aescbc
--   have it in the same file.
-- fix: |
--   In {{.path}} on node {{.name}}, put one of kms (apiVersion v2), secretbox or aescbc first among the providers of secrets:
--     resources:
--       - resources: [secrets]
--         providers:
--           - kms: {apiVersion: v2, name: cluster-kms, endpoint: "unix:///var/run/kmsplugin/socket.sock"}
--           - identity: {}   # to read what was written before
--   Restart the API server by moving /etc/kubernetes/manifests/kube-apiserver.yaml out and in, then write all Secrets anew:
--     kubectl get secrets -A -o json | kubectl replace -f -
-- references:
--   - CIS Kubernetes Benchmark v1.12 and v2.0, 1.2.28
--   - https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
-- aliases: [C-0142]
-- pass:
--   - name: each of the three, and everything at once
--     objects: |
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp1}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/enc/enc.yaml, role: encryption-config, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"EncryptionConfiguration","resources":[{"resources":["secrets"],"providers":[{"kms":{}},{"identity":{}}]}]}'}
--       ---
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp2}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/enc/enc.yaml, role: encryption-config, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"EncryptionConfiguration","resources":[{"resources":["configmaps","secrets"],"providers":[{"secretbox":{}},{"identity":{}}]}]}'}
--       ---
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp3}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/enc/enc.yaml, role: encryption-config, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"EncryptionConfiguration","resources":[{"resources":["*.*"],"providers":[{"aescbc":{}},{"identity":{}}]}]}'}
-- fail:
--   - name: identity first, a weak one, and other resources alone
--     objects: |
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp1}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/enc/enc.yaml, role: encryption-config, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"EncryptionConfiguration","resources":[{"resources":["secrets"],"providers":[{"identity":{}},{"aescbc":{}}]}]}'}
--       ---
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp2}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/enc/enc.yaml, role: encryption-config, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"EncryptionConfiguration","resources":[{"resources":["secrets"],"providers":[{"aesgcm":{}}]}]}'}
--       ---
--       apiVersion: kspm.io/v1
--       kind: NodeFacts
--       metadata: {name: cp3}
--       status: ok
--       files:
--         - {path: /etc/kubernetes/enc/enc.yaml, role: encryption-config, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root, content: '{"kind":"EncryptionConfiguration","resources":[{"resources":["configmaps"],"providers":[{"kms":{}}]}]}'}
--     rows:
--       - {kind: Node, name: cp1, path: /etc/kubernetes/enc/enc.yaml, actual: identity}
--       - {name: cp2, actual: aesgcm}
--       - {name: cp3, actual: secrets are not listed}
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
--         - {path: /etc/kubernetes/x.yaml, role: encryption-config, type: file, exists: true, mode: "0600", uid: 0, gid: 0, owner: root, group: root}

-- A resource may be listed by a wildcard: *. for the core group, *.* for all. The first entry that
-- names it counts.
WITH secrets AS (
  SELECT n.node, n.path, n.file, n.line, n.content,
    (SELECT (SELECT min(k.key) FROM json_each(r.value, '$.providers[0]') k)
      FROM json_each(n.content, '$.resources') r
      WHERE EXISTS (SELECT 1 FROM json_each(r.value, '$.resources') x WHERE x.value IN ('secrets', '*.', '*.*'))
      ORDER BY r.key LIMIT 1) AS first
  FROM k8s_node_files n
  WHERE n.role = 'encryption-config' AND n.status = 'ok' AND n."exists" AND n.content IS NOT NULL)
SELECT
  'Node' AS kind, NULL AS namespace, node AS name, path, coalesce(first, 'secrets are not listed') AS actual, 'kms, secretbox or aescbc' AS expected, file, line
FROM secrets
WHERE coalesce(first, '') NOT IN ('kms', 'secretbox', 'aescbc');
