package engine

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// TestJudged: a table is read for its judged rows alone only where every use
// of it says so.
func TestJudged(t *testing.T) {
	db, err := Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	both := []string{"k8s_containers", "k8s_pod_specs"}
	for _, tt := range []struct {
		sql  string
		want []string
	}{
		{"SELECT name FROM k8s_pod_specs WHERE judged", both[1:]},
		{"SELECT name FROM k8s_pod_specs WHERE judged = 1 AND host_network", both[1:]},
		{"SELECT name FROM k8s_pod_specs s WHERE host_network = 1 AND s.judged ORDER BY name", both[1:]},
		{"SELECT name FROM K8S_POD_SPECS AS S WHERE s.JUDGED GROUP BY name", both[1:]},
		{"SELECT name FROM k8s_pod_specs WHERE namespace = 'kube-system' LIMIT 1", both[1:]},
		{"SELECT name FROM k8s_pod_specs WHERE kind = 'DaemonSet'", both[1:]},
		{"SELECT name FROM k8s_pod_specs s WHERE s.kind = 'Deployment' AND host_pid", both[1:]},
		{"SELECT name FROM k8s_pod_specs WHERE (host_network = 1 OR host_pid = 1) AND judged", both[1:]},
		{"SELECT name FROM k8s_pod_specs WHERE CASE WHEN host_network THEN 1 ELSE 0 END AND judged", both[1:]},
		{"WITH s AS (SELECT * FROM k8s_pod_specs WHERE judged) SELECT a.name FROM s a JOIN s b ON a.uid = b.uid", both[1:]},
		{"SELECT s.name FROM k8s_pod_specs s LEFT JOIN k8s_containers c ON c.spec_id = s.spec_id AND c.judged WHERE s.judged", both},
		{"SELECT s.name FROM k8s_pod_specs s JOIN k8s_containers c ON c.judged JOIN k8s_nodes n ON n.name = c.name WHERE s.judged", both},
		{"SELECT name FROM k8s_pod_specs s WHERE judged AND EXISTS (SELECT 1 FROM k8s_containers WHERE judged AND spec_id = s.spec_id)", both},
		{"SELECT s.name FROM k8s_pod_specs s, json_each(s.labels) j WHERE s.judged", both[1:]},
		{"SELECT name FROM k8s_pod_specs WHERE judged UNION SELECT name FROM k8s_containers WHERE judged", both},

		{"SELECT name FROM k8s_pod_specs", nil},
		{"SELECT judged FROM k8s_pod_specs", nil},
		{"SELECT name FROM k8s_pod_specs WHERE NOT judged", nil},
		{"SELECT name FROM k8s_pod_specs WHERE judged = 0", nil},
		{"SELECT name FROM k8s_pod_specs WHERE judged = 1.0", nil},
		{"SELECT name FROM k8s_pod_specs WHERE judged IS NULL", nil},
		{"SELECT name FROM k8s_pod_specs WHERE judged OR host_network", nil},
		{"SELECT name FROM k8s_pod_specs WHERE host_network AND judged OR host_pid", nil},
		{"SELECT name FROM k8s_pod_specs WHERE (judged)", nil}, // not looked into
		{"SELECT name FROM k8s_pod_specs WHERE host_network BETWEEN 0 AND judged", nil},
		{"SELECT name FROM k8s_pod_specs WHERE CASE WHEN host_network AND judged AND host_pid THEN 1 ELSE 1 END", nil},
		{"SELECT name FROM k8s_pod_specs WHERE namespace = 'shop'", nil},
		{"SELECT name FROM k8s_pod_specs WHERE name = 'kube-system'", nil},
		{`SELECT name FROM k8s_pod_specs WHERE namespace = "name"`, nil},
		{"SELECT name FROM k8s_pod_specs WHERE kind = 'ReplicaSet'", nil},
		{"SELECT name FROM k8s_pod_specs WHERE owner_kind = 'DaemonSet'", nil},
		{"SELECT name FROM k8s_pod_specs ORDER BY judged", nil},
		{"SELECT count(*) FILTER (WHERE judged) FROM k8s_pod_specs", nil},
		{"SELECT name FROM k8s_pod_specs GROUP BY name HAVING judged", nil},
		{"SELECT name FROM k8s_pod_specs UNION SELECT name FROM k8s_containers WHERE judged", both[:1]},
		{"SELECT s.name FROM k8s_pod_specs s JOIN k8s_containers c ON c.spec_id = s.spec_id WHERE s.judged", both[1:]},
		{"SELECT s.name FROM k8s_pod_specs s JOIN k8s_containers c ON s.judged WHERE c.judged", both[:1]},
		{"SELECT a.name FROM k8s_pod_specs a JOIN k8s_pod_specs b ON a.uid = b.uid WHERE a.judged", nil},
		{"SELECT s.name FROM k8s_pod_specs s RIGHT JOIN k8s_containers c ON s.judged AND c.judged", nil},
		{"SELECT s.name FROM k8s_pod_specs s JOIN k8s_containers c USING (judged) WHERE s.judged", nil},
		{"SELECT s.name FROM k8s_nodes n, k8s_pod_specs s WHERE s.judged", nil}, // not looked into
		{"SELECT name FROM (SELECT * FROM k8s_pod_specs) s WHERE s.judged", nil},
		{"SELECT 1 WHERE (SELECT count(*) FROM k8s_pod_specs) > 1", nil},
		{"SELECT name FROM k8s_pod_specs s WHERE EXISTS (SELECT 1 FROM k8s_nodes WHERE s.judged)", nil},
		{"WITH k8s_pod_specs AS (SELECT 1 AS judged) SELECT 1 FROM k8s_pod_specs WHERE judged", nil},
		{"SELECT name FROM k8s_pods WHERE namespace = 'kube-system'", nil},
	} {
		st, err := db.Prepare(t.Context(), tt.sql)
		if err != nil {
			t.Errorf("%s: %v", tt.sql, err)
			continue
		}
		var got []string
		for table, yes := range st.Judged {
			if yes {
				got = append(got, table.Name)
			}
		}
		slices.Sort(got)
		if diff := gocmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", tt.sql, diff)
		}
	}
}
