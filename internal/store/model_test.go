package store

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// model is what a store is to hold, in the simplest way.
type model struct {
	findings map[string]Finding // by cluster and fingerprint
	events   map[string]int     // how many, by cluster
}

func newModel() *model { return &model{map[string]Finding{}, map[string]int{}} }

func (m *model) apply(d posture.Delta) {
	uid := d.Source.ClusterUID
	end := func(key string, f Finding, why posture.ResolveReason) {
		f.Resolved, f.ResolveReason = d.At, why
		m.findings[key] = f
		m.events[uid]++
	}
	judged := map[string]bool{}
	for _, r := range d.Rules {
		judged[r.ID] = true
		there := map[string]bool{}
		for _, f := range r.Findings {
			key := uid + " " + f.Fingerprint
			there[key] = true
			was, ok := m.findings[key]
			now := Finding{Finding: f, Cluster: uid, ClusterName: d.Source.Name, Rule: r.ID, Title: r.Title, Section: r.Section, Benchmark: r.Benchmark, FirstSeen: d.At, Changed: d.At}
			if ok {
				now.FirstSeen = was.FirstSeen
			}
			if ok && was.Resolved.IsZero() {
				same := cmp.Equal(was.Evidence, f.Evidence) && was.Severity == f.Severity
				if same {
					now.Changed = was.Changed
				}
				if !same || (stateOf(was.Finding) == open) != (stateOf(f) == open) {
					m.events[uid]++
				}
			} else {
				m.events[uid]++
			}
			m.findings[key] = now
		}
		for key, f := range m.findings {
			if f.Cluster != uid || f.Rule != r.ID || there[key] || !f.Resolved.IsZero() || !r.Whole || r.Status.Incomplete() || len(d.Problems) > 0 {
				continue
			}
			if slices.ContainsFunc(r.Unassessed, func(u posture.Unassessed) bool { return u.Asset == f.Asset }) {
				continue
			}
			why := posture.Fixed
			if d.Complete && !slices.Contains(d.Assets, f.Asset) {
				why = posture.Deleted
			}
			end(key, f, why)
		}
		for _, res := range r.Resolved {
			if f, ok := m.findings[uid+" "+res.Fingerprint]; ok && f.Resolved.IsZero() && !there[uid+" "+res.Fingerprint] {
				end(uid+" "+res.Fingerprint, f, res.Reason)
			}
		}
	}
	if !d.Complete || len(d.Problems) > 0 {
		return
	}
	for key, f := range m.findings {
		spoken := !d.Only || slices.ContainsFunc(d.Rules, func(r posture.RuleDelta) bool { return r.Benchmark == f.Benchmark })
		if f.Cluster == uid && f.Resolved.IsZero() && !judged[f.Rule] && spoken {
			end(key, f, posture.RuleRemoved)
		}
	}
}

var ruleIDs = []string{"NSA-1", "NSA-2", "NSA-10", "CIS-5.1.1"}

// random is a delta of whatever kind.
func random(r *rand.Rand, at time.Time) posture.Delta {
	d := posture.Delta{Source: posture.Source{ClusterUID: fmt.Sprint("u", r.IntN(3))}, At: at, Complete: r.IntN(3) == 0}
	d.Source.Name = "name of " + d.Source.ClusterUID
	d.Only = d.Complete && r.IntN(2) == 0
	if r.IntN(8) == 0 {
		d.Problems = []string{"a file that cannot be read"}
	}
	for _, id := range ruleIDs {
		if r.IntN(3) == 0 {
			continue
		}
		x := rule(id)
		x.Whole = d.Complete || r.IntN(2) == 0
		for i := range 8 {
			a := pod(fmt.Sprint("ns", i%3), fmt.Sprint("app", i))
			if i == 7 {
				a = posture.Asset{Kind: "Namespace", Name: "ns1"}
			}
			f := finding(id, a, fmt.Sprint(r.IntN(3)))
			f.Team = []string{"", "shop", "billing"}[r.IntN(3)]
			switch r.IntN(8) {
			case 0:
				f.Waiver = &posture.Waiver{Reason: "known", Owner: "me", Expires: "2026-05-10"}
			case 1:
				f.Exempt = "system"
			case 2:
				f.Severity = posture.Low
			}
			switch r.IntN(4) {
			case 0:
				x.Findings = append(x.Findings, f)
			case 1:
				if !x.Whole {
					x.Resolved = append(x.Resolved, posture.Resolution{Fingerprint: f.Fingerprint, Asset: a, Reason: posture.Deleted})
				}
			case 2:
				if x.Whole && r.IntN(3) == 0 {
					x.Unassessed = append(x.Unassessed, posture.Unassessed{Asset: a, Reason: "no answer"})
				}
			}
			if r.IntN(2) == 0 {
				d.Assets = append(d.Assets, a)
			}
		}
		if r.IntN(6) == 0 {
			x.Status, x.Findings = posture.NotAssessed, nil
		}
		d.Rules = append(d.Rules, x)
	}
	return d
}

// Whatever deltas come in whatever order, the store holds what the model does,
// and its sums are those of its findings.
func TestModel(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	backends(t, func(t *testing.T, s Store) {
		r := rand.New(rand.NewPCG(seed, 0))
		m := newModel()
		for i := range 150 {
			d := random(r, noon.Add(time.Duration(i)*time.Minute))
			if r.IntN(10) == 0 { // one that did not hear the answer sends again
				apply(t, s, d)
				m.apply(d)
			}
			apply(t, s, d)
			m.apply(d)
			if i%10 == 9 {
				m.compare(t, s)
				sumsAgree(t, s)
			}
		}
		if n, err := s.Trim(t.Context(), noon.Add(time.Hour)); err != nil || n == 0 {
			t.Errorf("trimmed %d: %v", n, err)
		}
		maps.DeleteFunc(m.findings, func(_ string, f Finding) bool { return !f.Resolved.IsZero() && f.Resolved.Before(noon.Add(time.Hour)) })
		m.events = nil
		m.compare(t, s)
		sumsAgree(t, s)
		if err := s.Forget(t.Context(), "u1"); err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(m.findings, func(_ string, f Finding) bool { return f.Cluster == "u1" })
		m.compare(t, s)
		sumsAgree(t, s)
	})
}

func (m *model) compare(t *testing.T, s Store) {
	t.Helper()
	held := all(t, s)
	if diff := cmp.Diff(m.findings, held); diff != "" {
		t.Fatal(diff)
	}
	for _, uid := range []string{"u0", "u1", "u2"} {
		digests, err := s.Digests(t.Context(), uid)
		if err != nil {
			t.Fatal(err)
		}
		for id, digest := range digests {
			var now []posture.Finding
			for _, f := range m.findings {
				if f.Cluster == uid && f.Rule == id && f.Resolved.IsZero() {
					now = append(now, f.Finding)
				}
			}
			if want, err := Digest(now); err != nil || digest != want {
				t.Errorf("%s of %s: digest %s, want %s: %v", id, uid, digest, want, err)
			}
		}
		if m.events == nil {
			continue
		}
		events, err := s.Events(t.Context(), Filter{Clusters: []string{uid}}, Page{Limit: 10000})
		if err != nil || len(events) != m.events[uid] {
			t.Fatalf("%d events, want %d: %v", len(events), m.events[uid], err)
		}
		for i, e := range events {
			if e.Seq != int64(len(events)-i) {
				t.Fatalf("event %d has number %d of %d", i, e.Seq, len(events))
			}
		}
	}
}

// sumsAgree asks the same of rollups and of the findings themselves: of those
// when a text is looked for, and every asset has a slash.
func sumsAgree(t *testing.T, s Store) {
	t.Helper()
	for _, f := range []Filter{
		{},
		{State: "all"},
		{State: resolved},
		{State: waived},
		{State: exempt},
		{Teams: []string{"", "shop"}},
		{Namespaces: []string{"ns1"}, State: "all"},
		{Benchmarks: []string{"cis"}},
		{Rules: []string{"NSA-1", "NSA-10"}, State: "all"},
		{Severities: []posture.Severity{posture.Low}},
		{Severities: []posture.Severity{posture.High}, Namespaces: []string{"ns1"}},
		{Benchmarks: []string{"nsa"}, Teams: []string{"shop"}},
		{Clusters: []string{"u1", "name of u2"}},
		{Visible: map[string][]string{"u0": {"*"}, "u1": {"ns1", "ns2"}}},
		{Visible: map[string][]string{}},
		{Statuses: []posture.Status{posture.Fail}},
	} {
		counted := f
		counted.Text = "/"
		a, n, err := s.Findings(t.Context(), f, Page{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		b, k, err := s.Findings(t.Context(), counted, Page{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(b, a); diff != "" || n != k || n != len(a) {
			t.Errorf("%+v: %d by sums, %d counted: %s", f, n, k, diff)
		}
		for offset := 0; offset < n; offset += 7 {
			page, _, err := s.Findings(t.Context(), f, Page{Offset: offset, Limit: 7})
			if diff := cmp.Diff(a[offset:min(n, offset+7)], page); err != nil || diff != "" {
				t.Fatalf("%+v: page at %d: %v %s", f, offset, err, diff)
			}
		}
		x, err := s.Facets(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		y, err := s.Facets(t.Context(), counted)
		if diff := cmp.Diff(y, x); err != nil || diff != "" {
			t.Errorf("%+v: facets: %v %s", f, err, diff)
		}
		if f.State != "" || len(f.Statuses) > 0 {
			continue
		}
		clusters, err := s.Clusters(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		openNow := 0
		for _, c := range clusters {
			openNow += c.Open
		}
		o, err := s.Overview(t.Context(), f, noon)
		if err != nil || openNow != n || o.Open != n {
			t.Errorf("%+v: clusters have %d open, the overview %d, want %d: %v", f, openNow, o.Open, n, err)
		}
	}
}
