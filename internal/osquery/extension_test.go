package osquery_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/osquery"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testosquery"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// socket is a path that is short enough for a socket.
func socket(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kspm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "osquery.em")
}

func options(t testing.TB, socket string) osquery.Options {
	return osquery.Options{
		Socket: socket, Version: "test", Timeout: 5 * time.Second, Interval: 50 * time.Millisecond, TTL: time.Minute,
		Log: t.Logf,
	}
}

// serve runs an extension beside a stand-in, until the test ends.
func serve(t testing.TB, src rows.Source, change func(*osquery.Options)) *testosquery.Osqueryd {
	t.Helper()
	opts := options(t, socket(t))
	if change != nil {
		change(&opts)
	}
	o, err := testosquery.Start(opts.Socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- osquery.Run(ctx, src, opts) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		o.Quit()
	})
	registered(t, o)
	return o
}

func registered(t testing.TB, o *testosquery.Osqueryd) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := o.Registered(ctx); err != nil {
		t.Fatal("the extension did not come: ", err)
	}
}

// query returns rows, a line each, sorted.
func query(t testing.TB, o *testosquery.Osqueryd, sql string) []string {
	t.Helper()
	_, result, err := o.SQL(context.Background(), sql)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	return lines(result)
}

func lines(result [][]any) []string {
	out := []string{}
	for _, row := range result {
		out = append(out, strings.TrimSuffix(fmt.Sprintln(row...), "\n"))
	}
	slices.Sort(out)
	return out
}

// cluster is a source of pods that counts how often it is read, and may refuse.
type cluster struct {
	pods    int
	reads   atomic.Int64
	broken  atomic.Pointer[error]
	release chan struct{} // if it is there, reading waits for it
}

func (c *cluster) Each(ctx context.Context, r *tables.Resource, _ rows.Scope, f func(*tables.Object)) error {
	switch r {
	case tables.Permissions:
		for _, name := range []string{"pods", "nodes"} {
			f(record(r, tables.Permission{Verb: "list", Resource: name, Allowed: name == "pods", Reason: "RBAC"}))
		}
		return nil
	case tables.Pods:
	default:
		return nil
	}
	c.reads.Add(1)
	if c.release != nil {
		select {
		case <-c.release:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := c.broken.Load(); err != nil {
		return *err
	}
	for i := range c.pods {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprintf("ns-%d", i%10), Name: fmt.Sprintf("pod-%d", i), UID: types.UID(fmt.Sprintf("uid-%d", i))}}
		pod.Spec.Containers = []corev1.Container{{Name: "app", Image: fmt.Sprintf("registry.example/app:%d", i%7)}}
		f(&tables.Object{Resource: r, Value: pod, Meta: &pod.ObjectMeta, Cluster: "test"})
	}
	return nil
}

func record[T any](r *tables.Resource, value T) *tables.Object {
	rec := &tables.Record[T]{Value: value}
	return &tables.Object{Resource: r, Value: rec, Meta: &rec.ObjectMeta, Cluster: "test"}
}

// objects are those of every case of every rule.
func objects(t testing.TB) *manifest.Files {
	t.Helper()
	rules, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, r := range rules {
		for _, c := range slices.Concat(r.Pass, r.Fail) {
			text.WriteString("---\n" + c.Objects + "\n")
		}
	}
	files, err := manifest.Open(context.Background(), []string{"-"}, strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// everything is a plan of all columns of the tables.
func everything(ts []*tables.Table) rows.Plan {
	plan := rows.Plan{}
	for _, t := range ts {
		for i := range t.Columns {
			plan.Add(t, i)
		}
	}
	return plan
}

// TestTables: osquery sees every table as our own engine does, NULLs, numbers
// and hidden columns included.
func TestTables(t *testing.T) {
	src := objects(t)
	o := serve(t, src, nil)
	set, err := rows.Load(t.Context(), src, everything(tables.All()), rows.Scope{}, rows.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	filled := 0
	for _, table := range tables.All() {
		if table == tables.K8sPermissions {
			continue // see TestPermissions
		}
		var names []string
		for _, c := range table.Columns {
			names = append(names, `"`+c.Name+`"`)
		}
		for _, columns := range []string{"*", strings.Join(names, ", ")} {
			sql := "SELECT " + columns + " FROM " + table.Name
			var want [][]any
			if _, err := db.Query(t.Context(), engine.Snapshot(set), sql, nil, func(row []any) error {
				want = append(want, slices.Clone(row))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(lines(want), query(t, o, sql)); diff != "" {
				t.Errorf("%s\n%s", sql, diff)
			}
			if len(want) > 0 {
				filled++
			}
		}
	}
	if filled < 70 {
		t.Errorf("%d of the queries had rows: nothing is compared", filled)
	}
}

// TestConditions: what is passed on narrows the rows, and nothing is lost.
func TestConditions(t *testing.T) {
	o := serve(t, &cluster{pods: 100}, nil)
	for sql, want := range map[string]string{
		"SELECT count(*) FROM k8s_pods":                                                                          "100",
		"SELECT count(*) FROM k8s_pods WHERE namespace = 'ns-3'":                                                 "10",
		"SELECT count(*) FROM k8s_pods WHERE namespace = 'NS-3' COLLATE NOCASE":                                  "10",
		"SELECT count(*) FROM k8s_pods WHERE namespace IN ('ns-3', 'ns-4', 'none')":                              "20",
		"SELECT count(*) FROM k8s_pods WHERE namespace > 'ns-7'":                                                 "20",
		"SELECT count(*) FROM k8s_pods WHERE namespace LIKE 'NS-7'":                                              "10",
		"SELECT count(*) FROM k8s_pods WHERE namespace != 'ns-7'":                                                "90",
		"SELECT count(*) FROM k8s_pods WHERE namespace = '' OR name = 'pod-5'":                                   "1",
		"SELECT count(*) FROM k8s_pods WHERE namespace IS NULL":                                                  "0",
		"SELECT count(*) FROM k8s_pods WHERE namespace IS 'ns-1'":                                                "10",
		"SELECT count(*) FROM k8s_pods WHERE namespace = 'ns-1' AND name = 'pod-11'":                             "1",
		"SELECT count(*) FROM k8s_pods WHERE namespace = 'ns-1' AND name = 'pod-12'":                             "0",
		"SELECT count(*) FROM k8s_containers WHERE image = 'registry.example/app:3'":                             "14",
		"SELECT count(*) FROM k8s_pods p JOIN k8s_containers c ON c.namespace = p.namespace AND c.name = p.name": "100",
		"SELECT count(host_network) FROM k8s_pods":                                                               "0",
	} {
		if got := query(t, o, sql); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v, want %s", sql, got, want)
		}
	}
}

// TestPermissions: whatever keeps rows from being read, k8s_permissions tells
// of it to the query that missed them.
func TestPermissions(t *testing.T) {
	src := &cluster{pods: 3}
	o := serve(t, src, func(o *osquery.Options) { o.TTL = 50 * time.Millisecond })
	const unread = "SELECT DISTINCT table_name, verb, resource, reason FROM k8s_permissions WHERE NOT allowed AND table_name IN ('k8s_pods', 'k8s_nodes')"
	const guarded = "SELECT name FROM k8s_pods UNION ALL " + "SELECT reason FROM (" + unread + ") WHERE table_name = 'k8s_pods'"
	if diff := cmp.Diff([]string{"k8s_nodes list nodes RBAC"}, query(t, o, unread)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"pod-0", "pod-1", "pod-2"}, query(t, o, guarded)); diff != "" {
		t.Error(diff)
	}
	timeout := fmt.Errorf("list pods: timeout")
	src.broken.Store(&timeout)
	time.Sleep(100 * time.Millisecond)
	if diff := cmp.Diff([]string{"list pods: timeout"}, query(t, o, guarded)); diff != "" {
		t.Error(diff)
	}
	time.Sleep(100 * time.Millisecond) // a new snapshot knows of the last reading
	if diff := cmp.Diff([]string{"k8s_nodes list nodes RBAC", "k8s_pods read pods list pods: timeout"}, query(t, o, unread)); diff != "" {
		t.Error(diff)
	}
	src.broken.Store(nil)
	if diff := cmp.Diff([]string{"pod-0", "pod-1", "pod-2"}, query(t, o, guarded)); diff != "" {
		t.Error(diff)
	}
}
