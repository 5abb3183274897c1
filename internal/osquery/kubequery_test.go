package osquery_test

import (
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kubequery"
)

// TestKubequery: the views work in osquery, as a schedule of kubequery asks
// for them, and give what its tables gave.
func TestKubequery(t *testing.T) {
	o := serve(t, objects(t), nil)
	views, err := kubequery.Views()
	if err != nil {
		t.Fatal(err)
	}
	filled := 0
	for _, v := range views {
		// osquery's tables can be reached from any schema, by the name of
		// their module; the stand-in's are in temp alone.
		if err := o.Exec(t.Context(), "CREATE TEMP VIEW "+v.Name+" AS "+v.SQL); err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		o.Calls()
		if len(query(t, o, "SELECT * FROM "+v.Name)) > 0 {
			filled++
		}
		for table, n := range o.Calls() {
			if n > 1 {
				t.Errorf("%s: %d calls of %s", v.Name, n, table)
			}
		}
	}
	if filled < 25 {
		t.Errorf("%d views have rows", filled)
	}
	for sql, want := range map[string]bool{
		"SELECT p.name, c.image FROM kubernetes_pods p JOIN kubernetes_pod_containers c ON c.pod_name = p.name AND c.namespace = p.namespace WHERE c.privileged = 1": true,
		"SELECT value AS rule FROM kubernetes_pod_security_policies, json_tree(kubernetes_pod_security_policies.run_as_user) WHERE key = 'rule'":                     false,
		"SELECT value FROM kubernetes_pod_security_policies, json_each(kubernetes_pod_security_policies.volumes)":                                                    false,
		"SELECT name, host_path_path FROM kubernetes_deployments_volumes WHERE volume_type = 'hostPath'":                                                             true,
		"SELECT role_name, subject_name FROM kubernetes_cluster_role_binding_subjects WHERE subject_kind = 'ServiceAccount'":                                         true,
		"SELECT name, json_extract(rules, '$[0].resources') AS resources FROM kubernetes_validating_webhooks WHERE failure_policy = 'Ignore'":                        false,
	} {
		if got := query(t, o, sql); want && len(got) == 0 {
			t.Errorf("no rows: %s", sql)
		}
	}
}
