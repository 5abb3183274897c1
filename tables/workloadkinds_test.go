package tables

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// Each kind has a table with the columns of k8s_workloads, and only its own
// objects in it.
func TestWorkloadKinds(t *testing.T) {
	template := `template: {metadata: {labels: {a: b}}, spec: {containers: [{name: app, image: x}]}}`
	docs := strings.Join([]string{
		"kind: Deployment\napiVersion: apps/v1\nmetadata: {name: d, namespace: shop}\nspec: {replicas: 2, strategy: {rollingUpdate: {maxSurge: 25%}}, " + template + "}\nstatus: {observedGeneration: 3, availableReplicas: 1}",
		"kind: StatefulSet\napiVersion: apps/v1\nmetadata: {name: s, namespace: shop}\nspec: {serviceName: db, volumeClaimTemplates: [{metadata: {name: data}}], " + template + "}",
		"kind: DaemonSet\napiVersion: apps/v1\nmetadata: {name: ds, namespace: shop}\nspec: {" + template + "}\nstatus: {observedGeneration: 1, desiredNumberScheduled: 3, numberMisscheduled: 1}",
		"kind: ReplicaSet\napiVersion: apps/v1\nmetadata: {name: r, namespace: shop, annotations: {deployment.kubernetes.io/revision: '7'}}\nspec: {" + template + "}",
		"kind: ReplicationController\napiVersion: v1\nmetadata: {name: c, namespace: shop}\nspec: {" + template + "}",
		"kind: Job\napiVersion: batch/v1\nmetadata: {name: j, namespace: shop}\nspec: {" + template + "}\nstatus: {failed: 2, startTime: '2026-01-01T00:00:00Z', conditions: [{type: FailureTarget, status: 'True'}, {type: Suspended, status: 'False'}, {type: Failed, status: 'True'}]}",
		"kind: CronJob\napiVersion: batch/v1\nmetadata: {name: k, namespace: shop}\nspec: {schedule: '0 3 * * *', timeZone: Europe/Berlin, jobTemplate: {spec: {" + template + "}}}",
	}, "\n---\n")
	for _, test := range []struct {
		table   *Table
		columns []string
		want    string
	}{
		{K8sDeployments, []string{"available", "unavailable", "observed_generation", "max_surge", "max_unavailable"}, "Deployment d 1 1 0 3 25% -"},
		{K8sStatefulSets, []string{"service_name", "volume_claims", "available"}, `StatefulSet s 1 db ["data"] -`},
		{K8sDaemonSets, []string{"desired_nodes", "misscheduled"}, "DaemonSet ds 1 3 1"},
		{K8sReplicaSets, []string{"revision", "current"}, "ReplicaSet r 1 7 -"},
		{K8sReplicationControllers, []string{"available"}, "ReplicationController c 1 -"},
		{K8sJobs, []string{"state", "failed", "start_time", "completion_time"}, "Job j 1 Failed 2 1767225600 -"},
		{K8sCronJobs, []string{"schedule", "time_zone", "active", "last_schedule"}, "CronJob k 1 0 3 * * * Europe/Berlin - -"},
	} {
		columns := append([]string{"kind", "name", "judged"}, test.columns...)
		if diff := gocmp.Diff([]string{test.want}, ask(t, test.table, docs, columns...)); diff != "" {
			t.Errorf("%s: %s", test.table.Name, diff)
		}
		for _, c := range K8sWorkloads.Columns {
			if test.table.Column(c.Name) < 0 {
				t.Errorf("%s has no %s", test.table.Name, c.Name)
			}
		}
	}
}

// What no controller has written is NULL, and not 0.
func TestWorkloadsWithoutStatus(t *testing.T) {
	const template = `template: {spec: {containers: [{name: app, image: x}]}}`
	docs := strings.Join([]string{
		"kind: Deployment\napiVersion: apps/v1\nmetadata: {name: d}\nspec: {replicas: 2, " + template + "}",
		"kind: Deployment\napiVersion: apps/v1\nmetadata: {name: down}\nspec: {replicas: 2, " + template + "}\nstatus: {observedGeneration: 1}",
		"kind: DaemonSet\napiVersion: apps/v1\nmetadata: {name: ds}\nspec: {" + template + "}",
		"kind: Job\napiVersion: batch/v1\nmetadata: {name: j}\nspec: {" + template + "}",
		"kind: Job\napiVersion: batch/v1\nmetadata: {name: old}\nspec: {" + template + "}\nstatus: {startTime: '2026-01-01T00:00:00Z', succeeded: 1}",
		"kind: CronJob\napiVersion: batch/v1\nmetadata: {name: k}\nspec: {jobTemplate: {spec: {" + template + "}}}",
	}, "\n---\n")
	want := []string{"CronJob k - - -", "DaemonSet ds - - -", "Deployment d 2 - -", "Deployment down 2 0 0", "Job j - - -", "Job old - 0 1"}
	if diff := gocmp.Diff(want, ask(t, K8sWorkloads, docs, "kind", "name", "replicas", "ready", "updated")); diff != "" {
		t.Error(diff)
	}
}
