// Package monitoring has Prometheus's own code look at what is in
// deploy/monitoring.
package monitoring

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
)

const deploy = "../../deploy/monitoring/"

// healthy is what Prometheus has seen of a program with which all is well, over
// three hours; each test breaks one line of it.
const healthy = `load 1m
	kspm_build_info{version="v1"} 1x180
	kspm_store_up{instance="a"} 1x180
	kspm_findings{cluster="prod", severity="high", state="open"} 3x180
	kspm_coverage_ratio{cluster="prod"} 1x180
	kspm_cluster_reachable{cluster="prod"} 1x180
	kspm_last_full_scan_timestamp_seconds{cluster="prod"} 7200x180
	kspm_watch_lag_seconds{cluster="prod"} 0.1x180
	kspm_incremental_drift_total{cluster="prod"} 0x180
	kspm_store_write_errors_total{instance="a", operation="apply"} 0x180
	kspm_store_write_duration_seconds_bucket{instance="a", operation="apply", le="5"} 0+60x180
	kspm_store_write_duration_seconds_bucket{instance="a", operation="apply", le="10"} 0+60x180
	kspm_store_write_duration_seconds_bucket{instance="a", operation="apply", le="+Inf"} 0+60x180
	kspm_alerts_failed_total{receiver="chat"} 0x180
`

// broken is, by alert, what stands in a line of healthy and what is there instead.
var broken = map[string][2]string{
	"KspmPostureWorse":       {"3x180", "3x150 5x30"},
	"KspmCoverageLow":        {`kspm_coverage_ratio{cluster="prod"} 1`, `kspm_coverage_ratio{cluster="prod"} 0.5`},
	"KspmClusterUnreachable": {`kspm_cluster_reachable{cluster="prod"} 1`, `kspm_cluster_reachable{cluster="prod"} 0`},
	"KspmStale":              {"7200x180", "-90000x180"},
	"KspmWatchLag":           {"0.1x180", "90x180"},
	"KspmDrift":              {`drift_total{cluster="prod"} 0x180`, `drift_total{cluster="prod"} 1x180`},
	"KspmDown":               {"kspm_build_info", "kspm_other_info"},
	"KspmStoreDown":          {`kspm_store_up{instance="a"} 1`, `kspm_store_up{instance="a"} 0`},
	"KspmStoreWritesFail":    {`operation="apply"} 0x180`, `operation="apply"} 0+1x180`},
	"KspmStoreSlow":          {`le="5"} 0+60x180`, `le="5"} 0+6x180`},
	"KspmAlertsNotDelivered": {`receiver="chat"} 0x180`, `receiver="chat"} 0+1x180`},
}

// Every alert holds its peace when all is well, and fires when its trouble is
// there.
func TestRules(t *testing.T) {
	text, err := os.ReadFile(deploy + "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	groups, errs := rulefmt.Parse(text, false, model.UTF8Validation)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	seen := map[string]bool{}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			seen[r.Alert] = true
			if n := results(t, healthy, r.Expr); n != 0 {
				t.Errorf("%s fires when all is well", r.Alert)
			}
			change, ok := broken[r.Alert]
			if !ok || !strings.Contains(healthy, change[0]) {
				t.Errorf("%s: no test breaks what it is about", r.Alert)
				continue
			}
			if n := results(t, strings.Replace(healthy, change[0], change[1], 1), r.Expr); n != 1 {
				t.Errorf("%s: fires %d times, want once", r.Alert, n)
			}
			if r.Annotations["summary"] == "" || r.Labels["severity"] == "" {
				t.Errorf("%s has no summary or no severity", r.Alert)
			}
		}
	}
	for name := range broken {
		if !seen[name] {
			t.Errorf("there is no rule %s", name)
		}
	}
}

// results counts those of an expression after three hours.
func results(t *testing.T, load, expr string) int {
	t.Helper()
	storage := promqltest.LoadedStorage(t, load)
	defer storage.Close()
	engine := promqltest.NewTestEngine(t, false, 0, 10000)
	query, err := engine.NewInstantQuery(t.Context(), storage, promql.NewPrometheusQueryOpts(false, 0), expr, time.Unix(0, 0).Add(3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	defer query.Close()
	vector, err := query.Exec(t.Context()).Vector()
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return len(vector)
}

// Grafana's variables aside, every query of the dashboard is one, and places do
// not overlap.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile(deploy + "dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	taken, ids := map[[2]int]string{}, map[int]bool{}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || len(p.Targets) == 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("%s: its id is another's, it asks nothing, or it is too wide", p.Title)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if taken[at] != "" {
					t.Fatalf("%s lies over %s", p.Title, taken[at])
				}
				taken[at] = p.Title
			}
		}
		for _, target := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "5m", "$cluster", ".*").Replace(target.Expr)
			if _, err := parser.ParseExpr(expr); err != nil {
				t.Errorf("%s: %s: %v", p.Title, target.Expr, err)
			}
		}
	}
}
