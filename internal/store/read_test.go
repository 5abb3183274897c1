package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// two clusters: one with failing rules, one that could not be judged wholly.
func twoClusters(t *testing.T, s Store) {
	a, b, ns := pod("shop", "a"), pod("bill", "b"), posture.Asset{Kind: "Namespace", Name: "shop"}
	waived := finding("NSA-1", b, "1")
	waived.Waiver = &posture.Waiver{Reason: "known", Owner: "me", Expires: "2026-05-09"}
	later := finding("NSA-1", pod("bill", "z"), "1")
	later.Waiver = &posture.Waiver{Reason: "known", Owner: "me", Expires: "2026-09-09"}
	unowned := finding("CIS-5.1.1", a, "1")
	unowned.Team = ""
	cis := rule("CIS-5.1.1", unowned)
	cis.Section = "Policies"
	d := whole("u", noon.Add(-30*time.Hour), rule("NSA-1", finding("NSA-1", a, "1"), waived, later), rule("NSA-2", finding("NSA-2", ns, "1")), cis)
	d.Summary.Assets, d.Summary.Coverage = posture.AssetSummary{Total: 10, Compliant: 6, Exempt: 1}, 1
	d.Sections = append(d.Sections, posture.Section{Name: "Policies", Rules: map[posture.Status]int{posture.Fail: 1}, Assets: posture.AssetSummary{Total: 2, Compliant: 1}, Coverage: 1})
	d.Benchmarks = []posture.Section{
		{Name: "cis", Rules: map[posture.Status]int{posture.Fail: 1}, Assets: posture.AssetSummary{Total: 2, Compliant: 1}, Coverage: 1},
		{Name: "nsa", Rules: map[posture.Status]int{posture.Fail: 2}, Assets: posture.AssetSummary{Total: 10, Compliant: 7, Exempt: 1}, Coverage: 1},
	}
	d.Assets = append(d.Assets, pod("shop", "fine"), pod("bill", "fine"))
	apply(t, s, d)

	blind := rule("NSA-2")
	blind.Status, blind.Reason, blind.Assets = posture.NotAssessed, "forbidden", posture.AssetCount{}
	e := whole("v", noon.Add(-2*time.Hour), rule("NSA-1", finding("NSA-1", a, "1"), finding("NSA-1", b, "1")), blind)
	e.Summary.Assets, e.Summary.Coverage = posture.AssetSummary{Total: 4, Compliant: 2}, 0.5
	e.NotAssessed = []posture.Unread{{Resource: "secrets", Reason: "forbidden", Grant: "get secrets"}}
	apply(t, s, e)
}

func TestOverview(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		twoClusters(t, s)
		if err := s.Seen(t.Context(), "u", "", noon.Add(-time.Hour), "no route to host"); err != nil {
			t.Fatal(err)
		}
		o, err := s.Overview(t.Context(), Filter{}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Clusters) != 2 || o.Clusters[0].Name != "name of v" || o.Clusters[1].Problem != "no route to host" || !o.Clusters[1].Seen.Equal(noon.Add(-30*time.Hour)) {
			t.Errorf("clusters, worst first: %+v", o.Clusters)
		}
		if diff := cmp.Diff([]posture.Unread{{Resource: "secrets", Reason: "forbidden", Grant: "get secrets"}}, o.Clusters[0].NotAssessed); diff != "" {
			t.Error(diff)
		}
		var fixes, expiring []string
		for _, r := range o.Fixes {
			fixes = append(fixes, fmt.Sprint(r.ID, " ", r.Assets.Failed, " ", r.Text.Why))
		}
		for _, f := range o.Expiring {
			expiring = append(expiring, f.Name)
		}
		if diff := cmp.Diff([]string{"NSA-1 3 because", "CIS-5.1.1 1 because", "NSA-2 1 because"}, fixes); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"b"}, expiring); diff != "" {
			t.Error(diff)
		}
		o.Clusters, o.Fixes, o.Expiring = nil, nil, nil
		want := Overview{
			Assets: posture.AssetSummary{Total: 14, Compliant: 8, Exempt: 1}, Coverage: 0.8, // of 5 rules asked, half of two are missing
			Rules: map[posture.Status]int{posture.Fail: 3}, Oldest: noon.Add(-30 * time.Hour), New: 2, Open: 5, Unowned: 1, Waived: 2, Benchmarks: []string{"cis", "nsa"},
			Sections: []posture.Section{
				{Name: "Pods", Rules: map[posture.Status]int{posture.Fail: 2}, Assets: posture.AssetSummary{Total: 20, Compliant: 19}, Coverage: 1},
				{Name: "Policies", Rules: map[posture.Status]int{posture.Fail: 1}, Assets: posture.AssetSummary{Total: 2, Compliant: 1}, Coverage: 1},
			},
		}
		if diff := cmp.Diff(want, o); diff != "" {
			t.Error(diff)
		}

		cis, err := s.Overview(t.Context(), Filter{Benchmarks: []string{"cis"}, Clusters: []string{"name of u"}}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if (cis.Assets != posture.AssetSummary{Total: 2, Compliant: 1}) || cis.Open != 1 || len(cis.Sections) != 1 || cis.Rules[posture.Fail] != 1 || cis.Waived != 0 {
			t.Errorf("of one benchmark: %+v", cis)
		}

		// Who may see one namespace of u is told of that alone.
		part, err := s.Overview(t.Context(), Filter{Visible: map[string][]string{"u": {"shop"}}}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if (part.Assets != posture.AssetSummary{Total: 3, Compliant: 1}) || part.Open != 3 || part.Waived != 0 || len(part.Expiring) != 0 || len(part.Clusters) != 1 {
			t.Errorf("of one namespace: %+v", part)
		}
		none, err := s.Overview(t.Context(), Filter{Visible: map[string][]string{}}, noon)
		if err != nil || len(none.Clusters) != 0 || none.Open != 0 || none.New != 0 {
			t.Errorf("of nothing: %+v %v", none, err)
		}
	})
}

func TestRules(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		twoClusters(t, s)
		told := func(f Filter) (out []string) {
			t.Helper()
			rules, err := s.Rules(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rules {
				out = append(out, fmt.Sprint(r.ID, " ", r.Status, " ", r.Assets.Failed, "/", r.Assets.Total, " ", r.Clusters))
			}
			return out
		}
		for _, tt := range []struct {
			name string
			f    Filter
			want []string
		}{
			{"all", Filter{}, []string{"NSA-1 fail 3/7 map[fail:2]", "CIS-5.1.1 fail 1/2 map[fail:1]", "NSA-2 fail 1/2 map[fail:1 not_assessed:1]"}},
			{"a cluster", Filter{Clusters: []string{"v"}}, []string{"NSA-1 fail 2/3 map[fail:1]", "NSA-2 not_assessed 0/0 map[not_assessed:1]"}},
			{"a status", Filter{Clusters: []string{"v"}, Statuses: []posture.Status{posture.NotAssessed}}, []string{"NSA-2 not_assessed 0/0 map[not_assessed:1]"}},
			{"a namespace", Filter{Namespaces: []string{"bill"}}, []string{"NSA-1 fail 1/0 map[fail:1 pass:1]", "NSA-2 not_assessed 0/0 map[not_assessed:1 pass:1]", "CIS-5.1.1 pass 0/0 map[pass:1]"}},
			{"a team", Filter{Teams: []string{""}, Benchmarks: []string{"cis"}}, []string{"CIS-5.1.1 fail 1/0 map[fail:1]"}},
		} {
			if diff := cmp.Diff(tt.want, told(tt.f)); diff != "" {
				t.Errorf("%s: %s", tt.name, diff)
			}
		}
		on, err := s.RuleClusters(t.Context(), "NSA-2", Filter{})
		if err != nil || len(on) != 2 || on[0].Name != "name of u" || on[1].Reason != "forbidden" {
			t.Errorf("%+v %v", on, err)
		}
	})
}

func TestTrend(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		at := func(uid string, hours int, compliant int) {
			d := whole(uid, noon.Add(time.Duration(hours)*time.Hour), rule("NSA-1", finding("NSA-1", pod("shop", "a"), "1")))
			d.Summary.Assets = posture.AssetSummary{Total: 10, Compliant: compliant}
			apply(t, s, d)
		}
		at("u", 0, 5)
		at("u", 1, 5) // nothing to note
		at("v", 2, 9)
		at("u", 5, 6)
		at("u", 6, 7)
		for _, tt := range []struct {
			f     Filter
			since int
			step  time.Duration
			want  []string
		}{
			{Filter{}, 0, time.Minute, []string{"12h 5/10 1", "14h 14/20 2", "17h 15/20 2", "18h 16/20 2"}},
			{Filter{}, 3, time.Minute, []string{"15h 14/20 2", "17h 15/20 2", "18h 16/20 2"}},
			{Filter{}, 0, 4 * time.Hour, []string{"14h 14/20 2", "18h 16/20 2"}},
			{Filter{Clusters: []string{"u"}}, 0, time.Minute, []string{"12h 5/10 1", "17h 6/10 1", "18h 7/10 1"}},
			{Filter{Visible: map[string][]string{"v": {"*"}, "u": {"shop"}}}, 0, time.Minute, []string{"14h 9/10 1"}},
		} {
			samples, err := s.Trend(t.Context(), tt.f, noon.Add(time.Duration(tt.since)*time.Hour), tt.step)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range samples {
				got = append(got, fmt.Sprintf("%dh %d/%d %d", x.At.Hour(), x.Assets.Compliant, x.Assets.Total, x.Open))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%+v since %d: %s", tt.f, tt.since, diff)
			}
		}
		runs, err := s.Runs(t.Context(), "name of u", Page{Limit: 2})
		if err != nil || len(runs) != 2 || !runs[0].At.Equal(noon.Add(6*time.Hour)) || runs[0].Rules[posture.Fail] != 1 || runs[0].RuleDigest != "sha256:1" {
			t.Errorf("%+v %v", runs, err)
		}
	})
}
