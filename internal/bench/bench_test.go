//go:build unix

// Package bench measures the built binary, as whole processes, against what
// the same work must cost at least. make bench runs it and prints a table.
//
// The machine may be noisy: figures are medians of interleaved pairs, and the
// limits are of ratios.
//
//	KSPM_BENCH_PODS=50000       another size of cluster than 10,000 pods
//	KSPM_BENCH_KUBECONFIG=FILE  a cluster that runs already, as testcluster loads it
//	KSPM_BENCH_PAIRS=15         more pairs than 7
//	KSPM_BENCH_CLUSTERS=20      a smaller history than of 100 clusters
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// BenchmarkStart measures commands that need neither a cluster nor files.
func BenchmarkStart(b *testing.B) {
	const limit = 50 * time.Millisecond
	for _, args := range [][]string{{"version"}, {"tables"}} {
		b.Run(args[0], func(b *testing.B) {
			c := kspm(b, args...)
			var runs []usage
			for range 3 * pairs() {
				runs = append(runs, c.run(b))
			}
			u := typical(runs)
			figures = append(figures, figure{name: args[0] + ": CPU", ours: seconds(u.cpu), limit: seconds(limit), over: u.cpu >= limit})
			b.ReportMetric(u.cpu.Seconds(), "cpu-s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkManifests checks 10,000 objects of YAML; the floor decodes them.
func BenchmarkManifests(b *testing.B) {
	const objects = 10_000
	dir, size := corpus(b, objects)
	r := compare(b, kspm(b, "check", "-f", dir).failing(), floor(b, "yaml", dir))
	if want := fmt.Sprintf("manifests: %d objects in %d files", objects, objects/100); !strings.Contains(r.ours.stderr, want) || r.floor.stdout != fmt.Sprintln(objects) {
		b.Fatalf("not all objects were read:\n%s\n%s", r.ours.stderr, r.floor.stdout)
	}
	name := fmt.Sprintf("check -f, %s objects of YAML (%.1f MB)", thousands(objects), float64(size)/1e6)
	r.reportCPU(b, name, 1.5)
	r.reportMemory(b, name, 150e6)
}

// BenchmarkCluster checks a cluster by all rules; the floor lists the kinds
// that those read, and throws the objects away.
func BenchmarkCluster(b *testing.B) {
	c := cluster(b)
	var kinds []string
	for _, r := range plan(b).Reads() {
		if r.New != nil && r.Virtual == "" { // what the floor can decode
			kinds = append(kinds, r.String())
		}
	}
	b.Run("check", func(b *testing.B) {
		c.touch(b)
		r := compare(b, kspm(b, "check", "--benchmark=nsa").failing().with(c.env), floor(b, append([]string{"list"}, kinds...)...).with(c.env))
		var ours, theirs int
		_, after, _ := strings.Cut(r.ours.stderr, " over ")
		if _, err := fmt.Sscan(after, &ours); err != nil {
			b.Fatalf("%v:\n%s", err, r.ours.stderr)
		}
		if _, err := fmt.Sscan(r.floor.stdout, &theirs); err != nil || ours < theirs {
			b.Fatalf("%d objects, and the floor read %d: %v", ours, theirs, err)
		}
		name := fmt.Sprintf("check, all rules, cluster of %s pods", thousands(c.pods))
		r.reportCPU(b, name, 2)
		r.reportMemory(b, name, 100e6+5e3*int64(c.pods))
	})
	b.Run("sql-namespace", func(b *testing.B) {
		c.touch(b)
		query := fmt.Sprintf("SELECT name, node_name, phase FROM k8s_pods WHERE namespace = '%s'", c.namespace)
		r := compare(b, kspm(b, "sql", query).with(c.env), floor(b, "list", "-n", c.namespace, "pods").with(c.env))
		r.reportCPU(b, fmt.Sprintf("sql … WHERE namespace = 'x', %s of %s pods", strings.TrimSpace(r.floor.stdout), thousands(c.pods)), 3)
	})
}

// BenchmarkFill holds all tables of pods of a large cluster in memory.
func BenchmarkFill(b *testing.B) {
	const pods = 50_000
	var runs []usage
	for range 3 {
		runs = append(runs, command{name: binary(b, "fill"), args: []string{fmt.Sprint(pods)}}.run(b))
	}
	u := typical(runs)
	name := fmt.Sprintf("every pod table of %s pods, %s rows: peak memory", thousands(pods), strings.TrimSpace(u.stdout))
	figures = append(figures, figure{name: name, ours: mb(u.rss), limit: mb(350e6), over: u.rss > 350e6})
	b.ReportMetric(float64(u.rss)/1e6, "peak-MB")
	b.ReportMetric(0, "ns/op")
}

// plan is what the rules of the benchmark read.
func plan(b *testing.B) rows.Plan {
	b.Helper()
	db, err := engine.Open(tables.All())
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	all, err := rule.Load(queries.Files)
	if err != nil {
		b.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(r *rule.Rule) bool { return r.Benchmark() != "nsa" })
	rules, err := assess.Compile(context.Background(), db, all)
	if err != nil {
		b.Fatal(err)
	}
	return rules.Plan()
}

// rowsOf runs a query and returns its rows.
func rowsOf(b *testing.B, env, query string) (rows []map[string]any) {
	b.Helper()
	u := kspm(b, "sql", "-o", "json", query).with(env).run(b)
	if err := json.Unmarshal([]byte(u.stdout), &rows); err != nil {
		b.Fatal(err)
	}
	return rows
}
