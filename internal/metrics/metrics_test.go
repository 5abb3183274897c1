package metrics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	kspm "github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// figures are what a store answers.
type figures struct {
	clusters []store.Cluster
	rules    map[string][]store.Rule // by cluster
	err      error
	asked    int
}

func (f *figures) Clusters(context.Context, store.Filter) ([]store.Cluster, error) {
	return f.clusters, f.err
}

func (f *figures) Rules(_ context.Context, filter store.Filter) (rules []store.Rule, err error) {
	f.asked++
	for _, c := range f.clusters {
		if len(filter.Clusters) == 0 || c.UID == filter.Clusters[0] {
			rules = append(rules, f.rules[c.UID]...)
		}
	}
	return rules, f.err
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func sample() *figures {
	rule := func(status kspm.Status, severity kspm.Severity, failed, waived int) store.Rule {
		return store.Rule{Benchmark: "nsa", Section: "Pods", Severity: severity, Status: status, Clusters: map[kspm.Status]int{status: 1}, Assets: kspm.AssetCount{Failed: failed, Waived: waived}}
	}
	return &figures{
		clusters: []store.Cluster{
			{UID: "u1", Name: "prod", Assets: kspm.AssetSummary{Total: 10, Compliant: 7}, Coverage: 0.9, Seen: noon, Evaluated: noon},
			{UID: "u2", Name: "new", Coverage: 1, Seen: noon, Problem: "connection refused"},
		},
		rules: map[string][]store.Rule{"u1": {
			rule(kspm.Fail, kspm.High, 2, 1), rule(kspm.Fail, kspm.High, 3, 0), rule(kspm.Pass, kspm.Low, 0, 0), rule(kspm.NotAssessed, kspm.High, 0, 0),
		}},
	}
}

func everything() Sources {
	return Sources{
		Store: sample(), Version: "v1.2.3",
		Watch: func() []Watch {
			return []Watch{{Cluster: "u1", Name: "prod", Lag: 1500 * time.Millisecond, Drift: 2, Evaluations: map[string]int64{"namespace": 7, "full": 1}}}
		},
		Alerts: func() []Alerts { return []Alerts{{Receiver: "chat", Sent: 3, Failed: 1}} },
	}
}

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	m := New(everything())
	m.observe("apply", time.Now(), errors.New("disk full"))
	text := scrape(t, m)
	for _, want := range []string{
		`kspm_findings{benchmark="nsa",cluster="prod",section="Pods",severity="high",state="open"} 5`,
		`kspm_findings{benchmark="nsa",cluster="prod",section="Pods",severity="high",state="waived"} 1`,
		`kspm_findings{benchmark="nsa",cluster="prod",section="Pods",severity="low",state="open"} 0`,
		`kspm_rules{benchmark="nsa",cluster="prod",status="not_assessed"} 1`,
		`kspm_rules{benchmark="nsa",cluster="prod",status="fail"} 2`,
		`kspm_coverage_ratio{cluster="prod"} 0.9`,
		`kspm_coverage_ratio{cluster="new"} 0`, // never evaluated: nothing is covered
		`kspm_compliance_ratio{cluster="prod"} 0.7`,
		`kspm_cluster_reachable{cluster="new"} 0`,
		`kspm_cluster_reachable{cluster="prod"} 1`,
		fmt.Sprintf(`kspm_last_full_scan_timestamp_seconds{cluster="prod"} %g`, float64(noon.Unix())),
		`kspm_watch_lag_seconds{cluster="prod"} 1.5`,
		`kspm_incremental_drift_total{cluster="prod"} 2`,
		`kspm_evaluations_total{cluster="prod",scope="namespace"} 7`,
		`kspm_alerts_sent_total{receiver="chat"} 3`,
		`kspm_alerts_failed_total{receiver="chat"} 1`,
		`kspm_store_write_errors_total{operation="apply"} 1`,
		`kspm_store_write_duration_seconds_count{operation="apply"} 1`,
		`kspm_store_up 1`, `kspm_clusters 2`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("lacks %s", want)
		}
	}
	if !strings.Contains(text, `version="v1.2.3"`) || strings.Contains(text, `kspm_compliance_ratio{cluster="new"}`) {
		t.Error(text)
	}
	problems, err := testutil.GatherAndLint(m.registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

// A store that does not answer is said so; no figure is made up, and the rest
// is there.
func TestStoreDown(t *testing.T) {
	s := everything()
	s.Store = &figures{err: errors.New("down")}
	text := scrape(t, New(s))
	if !strings.Contains(text, "kspm_store_up 0\n") || strings.Contains(text, "kspm_findings{") || !strings.Contains(text, "kspm_alerts_sent_total{") {
		t.Error(text)
	}
}

// However many clusters there are, and whatever they are called, the number of
// series has an end and none is there twice.
func TestManyClusters(t *testing.T) {
	f := &figures{rules: map[string][]store.Rule{}}
	for i := range maxClusters + 100 {
		uid := fmt.Sprintf("uid-%04d", i)
		f.clusters = append(f.clusters, store.Cluster{UID: uid, Name: fmt.Sprintf("c-%d", i/2), Evaluated: noon, Coverage: 1})
		f.rules[uid] = []store.Rule{{Benchmark: "nsa", Section: "Pods", Clusters: map[kspm.Status]int{kspm.Fail: 1}, Assets: kspm.AssetCount{Failed: 1}}}
	}
	f.clusters[0].Name, f.clusters[1].Name = other, "bad\xffname"
	text := scrape(t, New(Sources{Store: f}))
	if n := strings.Count(text, "kspm_coverage_ratio{"); n != maxClusters {
		t.Errorf("%d clusters, want %d", n, maxClusters)
	}
	if !strings.Contains(text, `kspm_findings{benchmark="nsa",cluster="other",section="Pods",severity="info",state="open"} 100`) || strings.Count(text, `cluster="other"`) != 4 {
		t.Error("the clusters beyond are not summed up")
	}
	if !strings.Contains(text, `kspm_rules{benchmark="nsa",cluster="other",status="fail"} 100`) || f.asked != maxClusters+1 {
		t.Errorf("%d questions; the rules of the clusters beyond are not summed up", f.asked)
	}
}

// What alerts, the dashboard and the documentation speak of is there, and what
// is there is documented.
func TestNames(t *testing.T) {
	m := New(everything())
	m.observe("apply", time.Now(), errors.New("disk full"))
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	doc, err := os.ReadFile("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		name := f.GetName()
		there[name] = true
		if f.GetType().String() == "HISTOGRAM" {
			there[name+"_bucket"] = true
		}
		if strings.HasPrefix(name, "kspm_") && !strings.Contains(string(doc), "`"+name) {
			t.Errorf("docs/monitoring.md does not say what %s is", name)
		}
	}
	used := regexp.MustCompile(`\b(kspm|process|go)_[a-z_]+[a-z]\b`)
	for _, file := range []string{"../../deploy/monitoring/rules.yaml", "../../deploy/monitoring/dashboard.json", "../../docs/monitoring.md", "../../docs/alerts.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names := used.FindAllString(string(text), -1)
		for _, name := range names {
			if !there[name] {
				t.Errorf("%s: there is no metric %s", file, name)
			}
		}
		if len(names) == 0 {
			t.Errorf("%s names no metric", file)
		}
	}
}
