package alert

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// tellBrief is a finding that came and went.
const tellBrief = "brief"

// group is what one notice is about.
type group struct{ cluster, team, rule string }

// gather makes notices of events that a receiver is told of: the first
// evaluation of a cluster is one, the rest is one for each cluster, team and
// rule, in the order in which they began.
func gather(receiver string, events []store.Event, at time.Time, to links) []Notice {
	var first, later []store.Event
	for _, e := range events {
		if e.First {
			first = append(first, e)
		} else {
			later = append(later, e)
		}
	}
	var notices []Notice
	for _, of := range by(first, func(e store.Event) group { return group{cluster: e.Cluster} }) {
		notices = append(notices, whole(digest, receiver, of, at, to))
	}
	for _, of := range by(later, func(e store.Event) group { return group{cluster: e.Cluster} }) {
		groups := by(of, func(e store.Event) group { return group{e.Cluster, e.Team, e.Rule} })
		if len(groups) > maxGroups {
			notices = append(notices, whole(summary, receiver, of, at, to))
			continue
		}
		for _, g := range groups {
			notices = append(notices, one(receiver, g, at, to))
		}
	}
	return slices.DeleteFunc(notices, func(n Notice) bool { return n.Counts == Counts{} })
}

// by parts events into groups, in the order of each group's first.
func by(events []store.Event, key func(store.Event) group) [][]store.Event {
	index := map[group]int{}
	var groups [][]store.Event
	for _, e := range events {
		i, ok := index[key(e)]
		if !ok {
			i = len(groups)
			index[key(e)] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

// one is the notice of one cluster, team and rule.
func one(receiver string, events []store.Event, at time.Time, to links) Notice {
	n := begin(transitions, receiver, events, at)
	rule := ruleOf(events[0])
	n.Team, n.Rule, n.URL = events[0].Team, &rule, to.rule(events[0].Cluster, rule.ID)
	for _, f := range outcome(events, to) {
		n.Counts.add(f.Change)
		n.Severity = max(n.Severity, f.Severity)
		n.Findings = append(n.Findings, f)
	}
	n.Findings, n.Omitted = firstOf(n.Findings, maxFindings)
	return n
}

// whole is a notice that counts by rule and names no finding.
func whole(kind, receiver string, events []store.Event, at time.Time, to links) Notice {
	n := begin(kind, receiver, events, at)
	n.URL = to.cluster(events[0].Cluster)
	for _, of := range by(events, func(e store.Event) group { return group{rule: e.Rule} }) {
		r := RuleCounts{Rule: ruleOf(of[0])}
		for _, f := range outcome(of, to) {
			r.Counts.add(f.Change)
			n.Counts.add(f.Change)
			r.Severity = max(r.Severity, f.Severity)
		}
		if r.Counts != (Counts{}) {
			n.Severity = max(n.Severity, r.Severity)
			n.Rules = append(n.Rules, r)
		}
	}
	slices.SortStableFunc(n.Rules, func(a, b RuleCounts) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Counts.New, a.Counts.New), posture.CompareIDs(a.ID, b.ID))
	})
	n.Rules, n.Omitted = firstOf(n.Rules, maxRules)
	return n
}

func begin(kind, receiver string, events []store.Event, at time.Time) Notice {
	return Notice{
		APIVersion: posture.APIVersion, Kind: "Alert", Type: kind, At: at.UTC(), Key: key(receiver, kind, events),
		Cluster: Cluster{events[0].Cluster, events[0].ClusterName},
	}
}

// outcome is what became of each finding over some events, in the order in which
// they were first of it. One that was resolved and came back is as it was.
func outcome(events []store.Event, to links) []Finding {
	var out []Finding
	for _, of := range by(events, func(e store.Event) group { return group{cluster: e.Cluster, team: e.Rule, rule: e.Fingerprint} }) {
		start, last := transition(of[0]), of[len(of)-1]
		change := transition(last)
		switch {
		case start == tellNew && (change == tellResolved || change == tellWaived):
			change = tellBrief
		case start == tellNew:
			change = tellNew
		case change == tellNew:
			continue
		}
		out = append(out, Finding{
			Asset: last.Asset, Change: change, Reason: last.Reason, Severity: last.Severity,
			Fingerprint: last.Fingerprint, At: of[0].At.UTC(), URL: to.finding(last.Cluster, last.Fingerprint),
		})
	}
	return out
}

func firstOf[T any](list []T, n int) (kept []T, omitted int) {
	if len(list) <= n {
		return list, 0
	}
	return list[:n], len(list) - n
}

// key names a message by what it is about. Events are given to a receiver
// once, so no two messages have the same.
func key(receiver, kind string, events []store.Event) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %s", receiver, kind)
	for _, e := range events {
		fmt.Fprintf(h, " %q %d", e.Cluster, e.Seq)
	}
	return "kspm_" + hex.EncodeToString(h.Sum(nil)[:16])
}
