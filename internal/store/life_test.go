package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// The life of findings, step by step, and what is told of each.
func TestLife(t *testing.T) {
	a, b, c := pod("shop", "a"), pod("shop", "b"), pod("", "c")
	waiver := func(f posture.Finding) posture.Finding {
		f.Waiver = &posture.Waiver{Reason: "known", Owner: "me", Expires: "2026-06-01"}
		return f
	}
	with := func(d posture.Delta, assets ...posture.Asset) posture.Delta {
		d.Assets = append(d.Assets, assets...)
		return d
	}
	unassessed := rule("NSA-1")
	unassessed.Status, unassessed.Reason = posture.NotAssessed, "forbidden"
	blind := rule("NSA-1", finding("NSA-1", b, "2"))
	blind.Unassessed = []posture.Unassessed{{Asset: a, Reason: "no answer"}}
	small := rule("NSA-1")
	small.Whole, small.Status = false, posture.Fail
	small.Resolved = []posture.Resolution{{Fingerprint: "NSA-1@" + b.String(), Asset: b, Reason: posture.Deleted}, {Fingerprint: "NSA-1@nothing"}}
	low := finding("NSA-1", a, "1")
	low.Severity = posture.Low
	moved := finding("NSA-1", a, "1")
	moved.Team, moved.Evidence[0].Line = "other", 7

	steps := []struct {
		name    string
		d       posture.Delta
		applied Applied
		events  []string // of the step
		open    []string // after it
	}{
		{
			"two are found", whole("u", noon, rule("NSA-1", finding("NSA-1", a, "1"), finding("NSA-1", b, "1")), rule("NSA-2", finding("NSA-2", c, "1"))),
			Applied{Opened: 3},
			[]string{"opened NSA-1 a first", "opened NSA-1 b first", "opened NSA-2 c first"},
			[]string{"NSA-1 a", "NSA-1 b", "NSA-2 c"},
		},
		{
			"nothing changes", whole("u", noon, rule("NSA-1", finding("NSA-1", a, "1"), finding("NSA-1", b, "1")), rule("NSA-2", finding("NSA-2", c, "1"))),
			Applied{},
			nil,
			[]string{"NSA-1 a", "NSA-1 b", "NSA-2 c"},
		},
		{"who could not look resolves nothing", whole("u", noon, unassessed, rule("NSA-2", finding("NSA-2", c, "1"))), Applied{}, nil, []string{"NSA-1 a", "NSA-1 b", "NSA-2 c"}},
		{"nor for an asset", whole("u", noon, blind, rule("NSA-2", finding("NSA-2", c, "1"))), Applied{Changed: 1}, []string{"changed NSA-1 b"}, []string{"NSA-1 a", "NSA-1 b", "NSA-2 c"}},
		{"a part says what is gone", part("u", noon, small), Applied{Resolved: 1}, []string{"resolved NSA-1 b deleted"}, []string{"NSA-1 a", "NSA-2 c"}},
		{"and again", part("u", noon, small), Applied{}, nil, []string{"NSA-1 a", "NSA-2 c"}},
		{
			"it comes back", whole("u", noon, rule("NSA-1", finding("NSA-1", a, "1"), finding("NSA-1", b, "2")), rule("NSA-2", finding("NSA-2", c, "1"))),
			Applied{Opened: 1},
			[]string{"reopened NSA-1 b"},
			[]string{"NSA-1 a", "NSA-1 b", "NSA-2 c"},
		},
		{"is waived", part("u", noon, rule("NSA-1", finding("NSA-1", a, "1"), waiver(finding("NSA-1", b, "2")))), Applied{Changed: 1}, []string{"waived NSA-1 b quiet"}, []string{"NSA-1 a", "NSA-2 c"}},
		{"changes quietly", part("u", noon, rule("NSA-1", finding("NSA-1", a, "1"), waiver(finding("NSA-1", b, "3")))), Applied{Changed: 1}, []string{"changed NSA-1 b quiet"}, []string{"NSA-1 a", "NSA-2 c"}},
		{"the waiver ends", part("u", noon, rule("NSA-1", finding("NSA-1", a, "1"), finding("NSA-1", b, "3"))), Applied{Changed: 1}, []string{"unwaived NSA-1 b"}, []string{"NSA-1 a", "NSA-1 b", "NSA-2 c"}},
		{"another severity", part("u", noon, rule("NSA-1", low, finding("NSA-1", b, "3"))), Applied{Changed: 1}, []string{"changed NSA-1 a"}, []string{"NSA-1 b", "NSA-2 c", "NSA-1 a"}},
		{"and back", part("u", noon, rule("NSA-1", finding("NSA-1", a, "1"), finding("NSA-1", b, "3"))), Applied{Changed: 1}, []string{"changed NSA-1 a"}, []string{"NSA-1 a", "NSA-1 b", "NSA-2 c"}},
		{"another team and line are no news", part("u", noon, rule("NSA-1", moved, finding("NSA-1", b, "3"))), Applied{Changed: 1}, nil, []string{"NSA-1 a", "NSA-1 b", "NSA-2 c"}},
		{"fixed, and the rule of c is gone", with(whole("u", noon, rule("NSA-1", finding("NSA-1", b, "3"))), a), Applied{Resolved: 2}, []string{"resolved NSA-1 a fixed", "resolved NSA-2 c rule_removed"}, []string{"NSA-1 b"}},
		{"the rule is back", whole("u", noon, rule("NSA-1", finding("NSA-1", b, "3")), rule("NSA-2", finding("NSA-2", c, "1"))), Applied{Opened: 1}, []string{"reopened NSA-2 c"}, []string{"NSA-1 b", "NSA-2 c"}},
		{"everything is deleted", whole("u", noon, rule("NSA-1"), rule("NSA-2")), Applied{Resolved: 2}, []string{"resolved NSA-1 b deleted", "resolved NSA-2 c deleted"}, nil},
	}
	backends(t, func(t *testing.T, s Store) {
		seq := int64(0)
		for i, step := range steps {
			step.d.At = noon.Add(time.Duration(i) * time.Hour)
			if diff := cmp.Diff(step.applied, apply(t, s, step.d)); diff != "" {
				t.Fatalf("%s: applied: %s", step.name, diff)
			}
			events, err := s.Events(t.Context(), Filter{Since: step.d.At}, Page{})
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for j := len(events) - 1; j >= 0; j-- {
				e := events[j]
				if seq++; e.Seq != seq || !e.At.Equal(step.d.At) || e.Title != "about "+e.Rule || e.Cluster != "u" || e.ClusterName != "name of u" {
					t.Errorf("%s: event %+v, want number %d", step.name, e, seq)
				}
				text := fmt.Sprint(e.Type, " ", e.Rule, " ", e.Asset.Name)
				if e.Reason != "" {
					text += " " + string(e.Reason)
				}
				if e.First {
					text += " first"
				}
				if e.Quiet {
					text += " quiet"
				}
				told = append(told, text)
			}
			if diff := cmp.Diff(step.events, told); diff != "" {
				t.Fatalf("%s: events: %s", step.name, diff)
			}
			findings, total, err := s.Findings(t.Context(), Filter{}, Page{})
			if err != nil {
				t.Fatal(err)
			}
			var now []string
			for _, f := range findings {
				now = append(now, f.Rule+" "+f.Name)
			}
			if diff := cmp.Diff(step.open, now); diff != "" || total != len(now) {
				t.Fatalf("%s: %d open: %s", step.name, total, diff)
			}
		}
		f, events, err := s.Finding(t.Context(), "u", "NSA-1@"+b.String())
		if err != nil {
			t.Fatal(err)
		}
		if !f.FirstSeen.Equal(noon) || !f.Changed.Equal(noon.Add(8*time.Hour)) || !f.Resolved.Equal(noon.Add(15*time.Hour)) || f.ResolveReason != posture.Deleted || len(events) != 8 {
			t.Errorf("%+v, %d events", f, len(events))
		}
		want := finding("NSA-1", b, "3")
		if diff := cmp.Diff(want, f.Finding); diff != "" {
			t.Error(diff)
		}
		if _, _, err := s.Finding(t.Context(), "u", "nothing"); !errors.Is(err, ErrNotFound) {
			t.Errorf("%v, want ErrNotFound", err)
		}
	})
}

func TestFence(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		d := whole("u", noon, rule("NSA-1", finding("NSA-1", pod("shop", "a"), "1")))
		for _, step := range []struct {
			fence int64
			want  error
		}{{3, nil}, {2, ErrFenced}, {3, nil}, {4, nil}, {3, ErrFenced}} {
			if _, err := s.Apply(t.Context(), d, step.fence); !errors.Is(err, step.want) {
				t.Errorf("fence %d: %v, want %v", step.fence, err, step.want)
			}
		}
		d.Source.ClusterUID = "other"
		if _, err := s.Apply(t.Context(), d, 1); err != nil {
			t.Errorf("the fence of another cluster: %v", err)
		}
	})
}
