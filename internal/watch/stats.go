package watch

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Stats are figures for metrics. Counters count since the start.
type Stats struct {
	Resources []ResourceStats
	// Lag is the age of the oldest change that was not looked at yet; LastLag what
	// it was for the last that was.
	Lag, LastLag time.Duration
	// LastSweep is when all of the cluster was read last, and SweepTook how long
	// that took.
	LastSweep time.Time
	SweepTook time.Duration
	Sweeps    uint64
	// Drift counts assets of which a full read said something else.
	Drift uint64
	// Changes are those that the server told of; Ignored those of them that no rule
	// sees.
	Changes, Ignored uint64
	// InSpaces count rules that were run on some namespaces, and InCluster those
	// on all of the cluster.
	InSpaces, InCluster  uint64
	Deltas, EmitFailures uint64
}

// ResourceStats is what is known of one resource.
type ResourceStats struct {
	Name    string
	Objects int
	Bytes   int // compressed
	// Reason is why it cannot be read; empty where it is.
	Reason string
	// Heard is when the server last said that nothing is missing: about once a
	// minute.
	Heard time.Time
}

// Stats returns what there is to say at present.
func (w *Watcher) Stats() Stats {
	w.mu.Lock()
	s := w.stats
	w.mu.Unlock()
	k := w.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.dirty.since.IsZero() {
		s.Lag = time.Since(k.dirty.since)
	}
	s.Changes, s.Ignored = k.stats.changes, k.stats.ignored
	for _, shelf := range k.shelves {
		reason, _ := kube.Reason(shelf.err)
		if !shelf.known {
			reason = "not read yet"
		}
		s.Resources = append(s.Resources, ResourceStats{shelf.resource.String(), shelf.count, shelf.bytes, reason, shelf.heard})
	}
	slices.SortFunc(s.Resources, func(a, b ResourceStats) int { return strings.Compare(a.Name, b.Name) })
	return s
}

func (w *Watcher) noteLag(since time.Time) {
	if since.IsZero() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stats.LastLag = time.Since(since)
}

// Ready reports whether the posture of the whole cluster is known.
func (w *Watcher) Ready() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begun
}

// Source is the cluster as it is known now: what is kept comes from memory, and
// all else is read from the API.
func (w *Watcher) Source() rows.Source { return live{w} }

type live struct{ w *Watcher }

// Each implements rows.Source.
func (l live) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	k := l.w.kept
	i := slices.IndexFunc(k.shelves, func(s *shelf) bool { return s.resource == r })
	if i < 0 {
		return l.w.cluster.Each(ctx, r, scope, f)
	}
	v := k.only(k.shelves[i])
	if v == nil {
		return l.w.cluster.Each(ctx, r, scope, f)
	}
	return v.Each(ctx, r, scope, f)
}
