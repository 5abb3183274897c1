package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestContainerParts(t *testing.T) {
	const docs = `kind: CronJob
apiVersion: batch/v1
metadata: {name: k, namespace: shop}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: "1"}, {name: kernel.msgmax, value: "2"}]}
          initContainers:
          - {name: mesh, restartPolicy: Always, env: [{name: API_TOKEN, value: abcdef0123}]}
          - {name: setup, envFrom: [{prefix: X_, secretRef: {name: s, optional: true}}, {configMapRef: {name: c}}]}
          containers:
          - name: app
            ports: [{containerPort: 80}, {containerPort: 81, hostPort: 8081, hostIP: 127.0.0.1}]
            env:
            - {name: EMPTY}
            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
            - {name: KEY, valueFrom: {configMapKeyRef: {name: c, key: k}}}
            livenessProbe: {httpGet: {host: 10.0.0.1, port: web, path: /up}}
            lifecycle: {preStop: {tcpSocket: {host: db, port: 5432}}}
---
kind: Pod
apiVersion: v1
metadata: {name: p, namespace: shop}
spec:
  hostNetwork: true
  initContainers: [{name: mesh, restartPolicy: Always}]
  containers: [{name: app, ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 82}]}]
status:
  initContainerStatuses: [{name: mesh, ready: true, state: {running: {startedAt: "2026-01-01T00:00:00Z"}}}]
  containerStatuses: [{name: app, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}, user: {linux: {uid: 0}}}]`
	const spec = "spec.jobTemplate.spec.template.spec."
	for _, test := range []struct {
		table   *Table
		columns []string
		want    []string
	}{
		{K8sContainerEnv, []string{"path", "container_type", "variable", "value_kind", "ref_name", "ref_key", "optional", "value_length", "value_hash", "matched_pattern"}, []string{
			spec + "containers[0].env[0] regular EMPTY literal - - - 0 - -",
			spec + "containers[0].env[1] regular NODE fieldRef - spec.nodeName - - - -",
			spec + "containers[0].env[2] regular KEY configMapKeyRef c k - - - -",
			spec + "initContainers[0].env[0] sidecar API_TOKEN literal - - - 10 8d660984 token",
			spec + "initContainers[1].envFrom[0] init X_ envFrom-secret s - 1 - - -",
			spec + "initContainers[1].envFrom[1] init - envFrom-configMap c - - - - -",
		}},
		{K8sContainerPorts, []string{"path", "container_port", "host_port", "host_port_implied", "host_ip"}, []string{
			"spec.containers[0].ports[0] 80 80 1 -",
			"spec.containers[0].ports[1] 81 82 0 -",
			spec + "containers[0].ports[0] 80 - - -",
			spec + "containers[0].ports[1] 81 8081 0 127.0.0.1",
		}},
		{K8sContainerProbes, []string{"path", "probe", "handler", "host", "port", "http_path"}, []string{
			spec + "containers[0].lifecycle.preStop preStop tcpSocket db 5432 -",
			spec + "containers[0].livenessProbe liveness httpGet 10.0.0.1 web /up",
		}},
		{K8sPodSysctls, []string{"path", "sysctl", "value", "safe", "safe_since"}, []string{
			spec + "securityContext.sysctls[0] net.ipv4.tcp_rmem 1 1 v1.32",
			spec + "securityContext.sysctls[1] kernel.msgmax 2 0 -",
		}},
		{K8sContainerStatuses, []string{"path", "container", "container_type", "state", "reason", "restart_count", "last_reason", "last_exit_code", "linux_uid"}, []string{
			"status.containerStatuses[0] app regular waiting CrashLoopBackOff 3 OOMKilled 137 0",
			"status.initContainerStatuses[0] mesh sidecar running - 0 - - -",
		}},
	} {
		if diff := gocmp.Diff(test.want, ask(t, test.table, docs, test.columns...)); diff != "" {
			t.Errorf("%s: %s", test.table.Name, diff)
		}
	}
	if len(safeSysctls) != 14 {
		t.Errorf("%d safe sysctls", len(safeSysctls))
	}
}
