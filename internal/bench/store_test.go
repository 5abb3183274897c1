//go:build unix

package bench

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testpostgres"
)

// A fleet in a store: of each of 100 clusters (KSPM_BENCH_CLUSTERS) 10,000
// findings of 100 rules.
const (
	fleetRules    = 100
	fleetFindings = 100 // of a rule on a cluster
)

// BenchmarkStore merges a fleet's findings, cluster by cluster as agents send
// them, and asks for the first page.
func BenchmarkStore(b *testing.B) {
	fleetClusters, err := strconv.Atoi(cmp.Or(os.Getenv("KSPM_BENCH_CLUSTERS"), "100"))
	if err != nil {
		b.Fatal(err)
	}
	for _, backend := range []struct {
		name, dsn string
		rate      float64 // findings a second, at least
	}{
		{"SQLite", filepath.Join(b.TempDir(), "kspm.db"), 20_000},
		{"PostgreSQL", "", 10_000},
	} {
		b.Run(backend.name, func(b *testing.B) {
			if backend.dsn == "" {
				backend.dsn = testpostgres.DSN(b)
			}
			s, err := store.Open(b.Context(), backend.dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			merge := func(what string, generation int) {
				var busy time.Duration
				for c := range fleetClusters {
					d := fleet(c, generation)
					began := time.Now()
					if _, err := s.Apply(b.Context(), d, 1); err != nil {
						b.Fatal(err)
					}
					busy += time.Since(began)
				}
				n := fleetClusters * fleetRules * fleetFindings
				rate := float64(n) / busy.Seconds()
				figures = append(figures, figure{
					name: fmt.Sprintf("%s: %s findings, %s", backend.name, thousands(n), what), ours: thousands(int(rate)) + "/s", limit: thousands(int(backend.rate)) + "/s", over: rate < backend.rate,
				})
				b.ReportMetric(rate, strings.ReplaceAll(what, " ", "-")+"/s")
			}
			merge("new", 0)
			merge("changed", 1)
			merge("as they were", 1)
			var asked []time.Duration
			for range 11 {
				began := time.Now()
				o, err := s.Overview(b.Context(), store.Filter{}, time.Now())
				if err != nil || o.Open != fleetClusters*fleetRules*fleetFindings || len(o.Clusters) != fleetClusters {
					b.Fatalf("%d open on %d clusters: %v", o.Open, len(o.Clusters), err)
				}
				asked = append(asked, time.Since(began))
			}
			slices.Sort(asked)
			const limit = 50 * time.Millisecond
			typical := asked[len(asked)/2]
			figures = append(figures, figure{name: backend.name + ": overview of them", ours: seconds(typical), limit: seconds(limit), over: typical > limit})
			b.ReportMetric(typical.Seconds(), "overview-s")
			pages(b, backend.name, s)
			b.ReportMetric(0, "ns/op")
		})
	}
}

// fleet is everything that there is to say of a cluster; of another generation
// every finding's evidence is another.
func fleet(cluster, generation int) posture.Delta {
	r := &posture.Report{
		Source:     posture.Source{ClusterUID: fmt.Sprintf("5d3f2d6c-0000-4000-8000-%012d", cluster), Name: fmt.Sprintf("prod-%03d", cluster), Version: "v1.37.2", Provider: "eks"},
		FinishedAt: time.Date(2026, 5, 1, generation, 0, 0, 0, time.UTC), RuleDigest: "sha256:1",
	}
	for i := range fleetRules {
		id := fmt.Sprintf("NSA-%02d", i+1)
		res := posture.RuleResult{
			ID: id, Title: "Containers do not run as something that they need not be", Section: fmt.Sprintf("Section %d", i%7), Severity: posture.Severity(1 + i%4), Status: posture.Fail,
			Rule: posture.Rule{ID: id, Title: "Containers do not run as something", Why: "Because.", SQL: "SELECT 1"},
		}
		for j := range fleetFindings {
			ns := fmt.Sprintf("team-%02d", (i+j)%40)
			f := posture.Finding{
				Asset: posture.Asset{Kind: "Deployment", Namespace: ns, Name: fmt.Sprintf("service-%04d", j)}, Severity: res.Severity, Team: ns[:6],
				Evidence: []posture.Evidence{{
					Path: "spec.template.spec.containers[0].securityContext.runAsNonRoot", Actual: fmt.Sprint(generation), Expected: "true",
					Details: []posture.Detail{{Name: "container", Value: "app"}, {Name: "image", Value: "registry.example.com/shop/app:1.2.3"}},
				}},
				Fix: "set spec.template.spec.containers[0].securityContext.runAsNonRoot to true",
			}
			res.Findings = append(res.Findings, f)
			res.Judged = append(res.Judged, f.Asset)
		}
		r.Rules = append(r.Rules, res)
	}
	r.Finish()
	return r.Delta()
}
