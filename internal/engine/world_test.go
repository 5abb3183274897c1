package engine

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"modernc.org/sqlite"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// benchmarks are the shapes of query that rules and investigations have.
var benchmarks = []struct{ name, sql string }{
	{"count", "SELECT count(*) FROM containers"},
	{"filter", "SELECT name FROM containers WHERE privileged = 1"},
	{"rule", `SELECT namespace, pod, name FROM containers WHERE run_as_non_root IS NOT 1
		AND (run_as_user IS NULL OR run_as_user = 0) AND namespace NOT LIKE 'kube-%'`},
	{"like", "SELECT namespace, pod, name FROM containers WHERE image LIKE '%:latest'"},
	{"range", "SELECT name FROM containers WHERE created > 1700000000 + 45000"},
	{"selective join", "SELECT p.name, c.name FROM pods p JOIN containers c ON c.uid = p.uid WHERE p.host_network = 1"},
	{"wide join", "SELECT p.name, c.name FROM pods p JOIN containers c ON c.uid = p.uid"},
	{"two keys", "SELECT count(*) FROM pods p JOIN containers c ON c.namespace = p.namespace AND c.pod = p.name"},
	{"antijoin", "SELECT n.name FROM namespaces n WHERE NOT EXISTS (SELECT 1 FROM pods WHERE namespace = n.name)"},
	{"left antijoin", "SELECT p.name FROM pods p LEFT JOIN containers c ON c.uid = p.uid AND c.privileged = 1 WHERE c.uid IS NULL"},
	{"group by", "SELECT namespace, image, count(*) FROM containers GROUP BY namespace, image"},
	{"ten columns", "SELECT uid, namespace, pod, name, image, privileged, run_as_user, run_as_non_root, created, node FROM containers"},
	{"labels", "SELECT count(*) FROM containers WHERE labels->>'$.tier' = 'front'"},
	{"one namespace", "SELECT pod, name FROM containers WHERE namespace = 'ns-7'"},
	{"one uid", "SELECT name FROM containers WHERE uid = 'uid-4711'"},
}

// world is a synthetic cluster: two containers a pod, two hundred namespaces.
type world struct {
	pods, containers, namespaces *tables.Table
	set                          *rows.Set
	cells                        map[*tables.Table][][]any
}

func newWorld(containers int) *world {
	key := func(name string) tables.Column { return tables.Column{Name: name, Key: true} }
	text := func(name string) tables.Column { return tables.Column{Name: name} }
	integer := func(name string) tables.Column { return tables.Column{Name: name, Type: tables.TypeInteger} }
	w := &world{
		pods: &tables.Table{Name: "pods", Columns: []tables.Column{key("uid"), key("namespace"), key("name"), integer("host_network"), text("node")}},
		containers: &tables.Table{Name: "containers", Columns: []tables.Column{
			key("uid"), key("namespace"), key("pod"), text("name"), text("image"),
			integer("privileged"), integer("run_as_user"), integer("run_as_non_root"), integer("created"), text("node"), text("labels"),
		}},
		namespaces: &tables.Table{Name: "namespaces", Columns: []tables.Column{key("name")}},
		cells:      map[*tables.Table][][]any{},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	some := func(percent int, v any) any {
		if rng.IntN(100) < percent {
			return v
		}
		return nil
	}
	for i := range 200 {
		w.cells[w.namespaces] = append(w.cells[w.namespaces], []any{fmt.Sprintf("ns-%d", i)})
	}
	for i := range containers / 2 {
		uid, ns := fmt.Sprintf("uid-%d", i), fmt.Sprintf("ns-%d", rng.IntN(190))
		app := rng.IntN(2000)
		pod, node := fmt.Sprintf("app-%d-%x", app, i), fmt.Sprintf("node-%d", rng.IntN(500))
		labels := fmt.Sprintf(`{"app":"app-%d","tier":"%s","version":"v%d"}`, app, []string{"front", "back", "data"}[app%3], app%7)
		w.cells[w.pods] = append(w.cells[w.pods], []any{uid, ns, pod, some(3, int64(1)), node})
		for c := range 2 {
			image := fmt.Sprintf("registry.example/team-%d/image-%d:%s", app%20, app%300, []string{"1.2", "latest", "3.1", "4"}[app%4])
			w.cells[w.containers] = append(w.cells[w.containers], []any{
				uid, ns, pod, []string{"main", "sidecar"}[c], image,
				some(5, int64(1)), some(60, int64(rng.IntN(3)*1000)), some(90, int64(1)), int64(1700000000 + i), node, labels,
			})
		}
	}
	w.set = &rows.Set{Tables: map[*tables.Table]*rows.Table{}}
	for t, cells := range w.cells {
		w.set.Tables[t] = columnar(t, cells...)
	}
	return w
}

// store fills SQLite's own tables, with the indexes an administrator would add.
func (w *world) store(tb testing.TB) driver.Conn {
	conn, err := (&sqlite.Driver{}).Open(":memory:")
	if err != nil {
		tb.Fatal(err)
	}
	exec := func(query string, args ...driver.NamedValue) {
		if _, err := conn.(driver.ExecerContext).ExecContext(context.Background(), query, args); err != nil {
			tb.Fatal(err)
		}
	}
	exec("BEGIN")
	for t, cells := range w.cells {
		exec(strings.Replace(schema(t), "x(", t.Name+"(", 1))
		for _, row := range cells {
			args := make([]driver.NamedValue, len(row))
			for i, v := range row {
				args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
			}
			exec("INSERT INTO "+t.Name+" VALUES (?"+strings.Repeat(", ?", len(row)-1)+")", args...)
		}
	}
	exec(`CREATE INDEX pu ON pods(uid); CREATE INDEX pn ON pods(namespace, name); CREATE INDEX cu ON containers(uid);
		CREATE INDEX cn ON containers(namespace, pod); CREATE INDEX ci ON containers(privileged); CREATE INDEX nn ON namespaces(name)`)
	exec("ANALYZE")
	exec("COMMIT")
	return conn
}
