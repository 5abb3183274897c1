-- id: NSA-68
-- title: No metrics pipeline
-- section: Audit logging and threat detection
-- severity: low
-- verdict: review
-- scope: cluster
-- assets: |
--   SELECT 'Cluster' AS kind, NULL AS namespace, cluster AS name FROM k8s_cluster_info
--   UNION ALL
--   SELECT 'APIService', NULL, name FROM k8s_api_services WHERE api_group = 'metrics.k8s.io'
-- why: |
--   A miner, a flood or a leak shows in the use of resources before it shows anywhere else.
--   Without metrics nobody sees it, kubectl top says nothing, and autoscalers do not scale.
-- fix: |
--   {{if eq .kind "APIService"}}{{.name}} does not answer{{if .message}}: {{.message}}{{end}}. Look at the pods behind service {{.service}}, at its certificate, and
--   whether the API server reaches them.
--   {{- else}}Install metrics-server for kubectl top and the autoscalers, and a monitoring stack that keeps what it measures and raises alarms (Prometheus,
--   or your cloud's own).{{end}}
--   If metrics are taken outside of the cluster, waive this with where to find them.
-- references:
--   - NSA/CISA Kubernetes Hardening Guide 1.2, Audit logging and threat detection
--   - https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/
-- pass:
--   - name: metrics-server, before and after it is there
--     objects: |
--       apiVersion: apiregistration.k8s.io/v1
--       kind: APIService
--       metadata: {name: v1beta1.metrics.k8s.io}
--       spec: {group: metrics.k8s.io, version: v1beta1, service: {name: metrics-server, namespace: kube-system}, groupPriorityMinimum: 100, versionPriority: 100}
--       ---
--       apiVersion: apiregistration.k8s.io/v1
--       kind: APIService
--       metadata: {name: v1.metrics.k8s.io}
--       spec: {group: metrics.k8s.io, version: v1, service: {name: metrics-server, namespace: kube-system}, groupPriorityMinimum: 100, versionPriority: 100}
--       status: {conditions: [{type: Available, status: "True"}]}
-- fail:
--   - name: one that does not answer
--     objects: |
--       apiVersion: apiregistration.k8s.io/v1
--       kind: APIService
--       metadata: {name: v1beta1.metrics.k8s.io}
--       spec: {group: metrics.k8s.io, version: v1beta1, service: {name: metrics-server, namespace: kube-system}, groupPriorityMinimum: 100, versionPriority: 100}
--       status: {conditions: [{type: Available, status: "False", reason: FailedDiscoveryCheck, message: connection refused}]}
--     rows:
--       - {kind: APIService, namespace: "", name: v1beta1.metrics.k8s.io, path: status.conditions, actual: not available, expected: available, message: connection refused, service: kube-system/metrics-server}

-- Whether anybody looks at the metrics is not in the API. A stack is known by its CRDs, or
-- by an image; one that is known will do, since it need not serve metrics.k8s.io.
WITH stack AS MATERIALIZED (
  SELECT api_group AS name FROM k8s_crds WHERE api_group IN ('monitoring.coreos.com', 'operator.victoriametrics.com', 'opentelemetry.io', 'datadoghq.com', 'dynatrace.com')
  UNION ALL
  SELECT image_repository FROM (SELECT DISTINCT image_repository FROM k8s_containers WHERE judged)
  WHERE '/' || image_repository GLOB '*/prometheus/prometheus' OR '/' || image_repository GLOB '*/victoria-metrics' OR '/' || image_repository GLOB '*/vmagent'
    OR '/' || image_repository GLOB '*/datadog/agent' OR '/' || image_repository GLOB '*/grafana/alloy' OR '/' || image_repository GLOB '*/newrelic/*'
    OR '/' || image_repository GLOB '*/dynatrace-oneagent*' OR '/' || image_repository GLOB '*/elastic-agent' OR '/' || image_repository GLOB '*/metricbeat'
    OR '/' || image_repository GLOB '*/opentelemetry-collector*' OR '/' || image_repository GLOB '*/ama-metrics*' OR '/' || image_repository GLOB '*/azuremonitor/*'
    OR '/' || image_repository GLOB '*/cloudwatch-agent')
SELECT
  'APIService' AS kind, NULL AS namespace, name, 'status.conditions' AS path, 'not available' AS actual, 'available' AS expected, service, message, file, line
FROM k8s_api_services
WHERE api_group = 'metrics.k8s.io' AND available = 0
UNION ALL
SELECT
  'Cluster', NULL, c.cluster, 'APIService', 'neither served, nor a monitoring stack that we know', 'metrics', NULL, NULL, NULL, NULL
FROM k8s_cluster_info c
WHERE NOT EXISTS (SELECT 1 FROM k8s_api_resources a WHERE a.cluster = c.cluster AND a.api_group = 'metrics.k8s.io')
  AND NOT EXISTS (SELECT 1 FROM stack);
