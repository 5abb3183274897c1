package history

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// run keeps that some of ten Deployments fail a rule.
func run(t *testing.T, s store.Store, uid string, days int, failing ...string) {
	t.Helper()
	r := &posture.Report{Source: posture.Source{ClusterUID: uid, Name: "name of " + uid}, FinishedAt: noon.AddDate(0, 0, days)}
	res := posture.RuleResult{ID: "NSA-07", Title: "Privileged containers", Section: "Pods", Severity: posture.High, Status: posture.Fail}
	for i := range 10 {
		res.Judged = append(res.Judged, posture.Asset{Kind: "Deployment", Namespace: "shop", Name: fmt.Sprint(i)})
	}
	for _, name := range failing {
		f := posture.Finding{Asset: posture.Asset{Kind: "Deployment", Namespace: "shop", Name: name}, Severity: posture.High, Evidence: []posture.Evidence{{Path: "spec"}}}
		if name == "3" {
			f.Team = "payments"
		}
		res.Findings = append(res.Findings, f)
	}
	r.Rules = []posture.RuleResult{res}
	r.Finish()
	if _, err := s.Apply(t.Context(), r.Delta(), 0); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	s, err := store.Open(t.Context(), ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	run(t, s, "u", -40, "1", "2", "4")
	run(t, s, "u", -20, "1", "2")
	run(t, s, "u", -3, "1", "3")
	run(t, s, "u", 0, "1", "3", "5")
	run(t, s, "v", -1, "1")

	read := func(f store.Filter, days int) *posture.Past {
		t.Helper()
		p, err := Read(t.Context(), s, Query{Filter: f, Since: noon.AddDate(0, 0, -days), Now: noon.Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	told := func(p *posture.Past) (out []string) {
		for _, c := range append(p.Clusters, p.Total) {
			was := "unknown"
			if c.Before != nil {
				was = fmt.Sprint(c.Before.Assets.Compliant, "/", c.Before.Assets.Total)
			}
			out = append(out, fmt.Sprintf("%s: %s, %d/%d, %d samples, open %d, +%d -%d, first %d", c.Name, was, c.Now.Assets.Compliant, c.Now.Assets.Total, len(c.Trend), c.Now.Open, c.New, c.Resolved, c.First))
		}
		for _, team := range p.Teams {
			out = append(out, fmt.Sprintf("%s %d +%d -%d", team.Team, team.Open, team.New, team.Resolved))
		}
		for _, tr := range p.Transitions {
			out = append(out, fmt.Sprintf("%s %s of %s %s", tr.What, tr.Name, tr.UID, tr.Reason))
		}
		return out
	}
	for _, tt := range []struct {
		name string
		f    store.Filter
		days int
		want []string
	}{
		{"a week", store.Filter{}, 7, []string{
			"name of u: 8/10, 7/10, 3 samples, open 3, +2 -1, first 0",
			"name of v: unknown, 9/10, 1 samples, open 1, +0 -0, first 1",
			"all clusters: 8/10, 16/20, 4 samples, open 4, +2 -1, first 1",
			"unowned 3 +1 -1", "payments 1 +1 -0",
			"new 3 of u ", "new 5 of u ", "resolved 2 of u fixed",
		}},
		{"since before anything was known", store.Filter{Clusters: []string{"u"}}, 60, []string{
			"name of u: unknown, 7/10, 3 samples, open 3, +2 -2, first 3",
			"all clusters: unknown, 7/10, 3 samples, open 3, +2 -2, first 3",
			"unowned 2 +1 -2", "payments 1 +1 -0",
			"new 3 of u ", "new 5 of u ", "resolved 2 of u fixed", "resolved 4 of u fixed",
		}},
		{"a part, of which no compliance is kept", store.Filter{Clusters: []string{"u"}, Teams: []string{"payments"}}, 7, []string{
			"name of u: unknown, 7/10, 0 samples, open 1, +1 -0, first 0",
			"all clusters: unknown, 7/10, 0 samples, open 1, +1 -0, first 0",
			"payments 1 +1 -0",
			"new 3 of u ",
		}},
		{"nothing", store.Filter{Clusters: []string{"v"}, Namespaces: []string{"other"}}, 7, []string{
			"name of v: unknown, 0/0, 0 samples, open 0, +0 -0, first 0",
			"all clusters: unknown, 0/0, 0 samples, open 0, +0 -0, first 0",
		}},
	} {
		if diff := cmp.Diff(tt.want, told(read(tt.f, tt.days))); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
