package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

func pending(t *testing.T, s Store, receiver string, most int) (events []Event, told []string) {
	t.Helper()
	events, err := s.Pending(t.Context(), receiver, most)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		told = append(told, fmt.Sprintf("%s/%d %s", e.Cluster, e.Seq, e.Type))
	}
	return events, told
}

func TestOutbox(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		same := func(what string, got, want []string) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		f := func(name string) posture.Finding { return finding("NSA-1", pod("shop", name), "1") }
		apply(t, s, whole("u", noon, rule("NSA-1", f("a"))))
		_, told := pending(t, s, "hook", 10)
		same("what was before a receiver", told, nil)
		// The clock of one cluster jumps, and back: its events stay in order.
		apply(t, s, whole("u", noon.Add(24*time.Hour), rule("NSA-1", f("a"), f("b"))))
		apply(t, s, whole("u", noon.Add(time.Minute), rule("NSA-1", f("b"))))
		apply(t, s, whole("v", noon.Add(time.Hour), rule("NSA-1", f("c"))))
		_, told = pending(t, s, "hook", 2)
		same("the oldest", told, []string{"v/1 opened", "u/2 opened"})
		events, told := pending(t, s, "hook", 10)
		same("all", told, []string{"v/1 opened", "u/2 opened", "u/3 resolved"})

		ctx, now := t.Context(), noon.Add(48*time.Hour)
		m := func(key string) Message {
			return Message{Key: key, Receiver: "hook", At: now, Body: []byte{0, 1, 'x', 0xff}}
		}
		if err := s.Enqueue(ctx, "hook", events[:2], []Message{m("one"), m("two")}, 2); err != nil {
			t.Fatal(err)
		}
		if err := s.Enqueue(ctx, "hook", events[:2], []Message{m("three")}, 2); !errors.Is(err, ErrGiven) {
			t.Errorf("the same again: %v, want ErrGiven", err)
		}
		if err := s.Enqueue(ctx, "hook", events[2:], []Message{m("four")}, 1); !errors.Is(err, ErrFenced) {
			t.Errorf("by who was replaced: %v, want ErrFenced", err)
		}
		if err := s.Enqueue(ctx, "other", events, nil, 1); !errors.Is(err, ErrNotFound) {
			t.Errorf("for nobody: %v, want ErrNotFound", err)
		}
		_, told = pending(t, s, "hook", 10)
		same("the rest", told, []string{"u/3 resolved"})

		due := func(at time.Time) (keys []string) {
			messages, err := s.Due(ctx, "hook", at, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range messages {
				want := m(got.Key)
				want.Tries = got.Tries
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				keys = append(keys, fmt.Sprint(got.Key, " ", got.Tries))
			}
			return keys
		}
		same("due", due(now), []string{"one 0", "two 0"})
		if err := s.Sent(ctx, m("one"), errors.New("no"), now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		same("due later", due(now), []string{"two 0"})
		same("due then", due(now.Add(time.Minute)), []string{"one 1", "two 0"})
		if err := s.Sent(ctx, m("one"), nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
		same("sent", due(now.Add(time.Minute)), []string{"two 0"})
		if err := s.Sent(ctx, m("unheard of"), nil, time.Time{}); !errors.Is(err, ErrNotFound) {
			t.Errorf("%v, want ErrNotFound", err)
		}
	})
}

func TestFiring(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		f := func(rule, name, team string, severity posture.Severity) posture.Finding {
			f := finding(rule, pod("shop", name), "1")
			f.Team, f.Severity = team, severity
			return f
		}
		first := f("NSA-1", "first", "shop", posture.Critical)
		gone := f("NSA-2", "gone", "shop", posture.High)
		quiet := f("NSA-1", "quiet", "shop", posture.Critical)
		quiet.Exempt = "system"
		apply(t, s, whole("u", noon, rule("NSA-1", first), rule("NSA-2")))
		apply(t, s, whole("u", noon.Add(time.Hour), rule("NSA-1", first, f("NSA-1", "a", "shop", posture.Low)), rule("NSA-2", gone)))
		apply(t, s, whole("u", noon.Add(2*time.Hour), rule("NSA-1", first, quiet, f("NSA-1", "a", "shop", posture.Low), f("NSA-1", "b", "shop", posture.High), f("NSA-1", "c", "", posture.Low)), rule("NSA-2")))
		got, err := s.Firing(t.Context(), Filter{})
		if err != nil {
			t.Fatal(err)
		}
		one := Group{Cluster: "u", ClusterName: "name of u", Rule: "NSA-1", Title: "about NSA-1", Section: "Pods", Benchmark: "nsa"}
		unowned, shop := one, one
		unowned.Severity, unowned.Open, unowned.Since = posture.Low, 1, noon.Add(2*time.Hour)
		shop.Team, shop.Severity, shop.Open, shop.Since = "shop", posture.High, 2, noon.Add(time.Hour)
		if diff := cmp.Diff([]Group{unowned, shop}, got); diff != "" {
			t.Error(diff)
		}
		// What was open from the start fires when it comes back.
		apply(t, s, whole("u", noon.Add(3*time.Hour), rule("NSA-1"), rule("NSA-2")))
		apply(t, s, whole("u", noon.Add(4*time.Hour), rule("NSA-1", first), rule("NSA-2")))
		got, err = s.Firing(t.Context(), Filter{})
		if err != nil || len(got) != 1 || got[0].Open != 1 || !got[0].Since.Equal(noon.Add(4*time.Hour)) {
			t.Errorf("%+v: %v", got, err)
		}
	})
}
