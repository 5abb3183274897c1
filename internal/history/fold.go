package history

import (
	"cmp"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// life is what happened to one finding.
type life struct {
	first, last store.Event
	changed     bool
	counted     bool // at some time
}

// fold makes of all that happened to a finding, in order, what became of it.
func fold(events []store.Event) []posture.Transition {
	type key struct{ cluster, rule, fingerprint string }
	lives := map[key]*life{}
	for _, e := range events {
		k := key{e.Cluster, e.Rule, e.Fingerprint}
		l := lives[k]
		if l == nil {
			l = &life{first: e}
			lives[k] = l
		}
		l.last = e
		l.changed = l.changed || e.Type == store.Changed
		l.counted = l.counted || e.Type != store.Resolved && !e.Quiet
	}
	out := []posture.Transition{}
	for _, l := range lives {
		what := l.what()
		if what == "" {
			continue
		}
		e := l.last
		out = append(out, posture.Transition{
			What: what, At: e.At, Cluster: e.ClusterName, UID: e.Cluster, Rule: e.Rule, Title: e.Title, Severity: e.Severity, Team: e.Team,
			Reason: e.Reason, Asset: e.Asset, Fingerprint: e.Fingerprint,
		})
	}
	slices.SortFunc(out, func(a, b posture.Transition) int {
		return cmp.Or(cmp.Compare(slices.Index(posture.Whats, a.What), slices.Index(posture.Whats, b.What)), cmp.Compare(b.Severity, a.Severity),
			posture.CompareIDs(a.Rule, b.Rule), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.UID, b.UID), a.Compare(b.Asset),
			cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return out
}

// what became of a finding; empty where nothing did that anybody would want to
// be told of.
func (l *life) what() posture.What {
	gone := l.last.Type == store.Resolved
	now := !gone && !l.last.Quiet
	switch before := l.before(); {
	case before && now && l.changed:
		return posture.IsChanged
	case before && now:
		return ""
	case before && gone:
		return posture.IsResolved
	case !now && !before && !l.counted:
		return ""
	case !now && gone:
		return posture.IsBrief
	case !now:
		return posture.IsWaived
	case l.first.First:
		return posture.IsUnwaived
	case l.first.Type == store.Opened:
		return posture.IsNew
	case l.first.Type == store.Reopened:
		return posture.IsBack
	}
	return posture.IsUnwaived
}

// before reports whether the finding counted before the first event. What is
// waived or exempt does not; what the first run of a cluster found was there.
func (l *life) before() bool {
	switch l.first.Type {
	case store.Opened, store.Reopened:
		return l.first.First && !l.first.Quiet
	case store.Waived:
		return true
	case store.Unwaived:
		return false
	}
	return !l.first.Quiet
}
