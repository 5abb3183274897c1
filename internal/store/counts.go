package store

import (
	"context"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// countKey is what findings are counted by.
type countKey struct {
	rule, team, place string
	severity          posture.Severity
}

// count is how many findings are in each state, or became so.
type count struct{ open, waived, exempt, resolved int64 }

func (c *count) add(state string, n int64) {
	switch state {
	case open:
		c.open += n
	case waived:
		c.waived += n
	case exempt:
		c.exempt += n
	case resolved:
		c.resolved += n
	}
}

// tally counts the findings of a benchmark on a cluster.
type tally struct {
	Open    int64 `json:"open"`
	Unowned int64 `json:"unowned"` // of the open ones
	Waived  int64 `json:"waived"`
	Exempt  int64 `json:"exempt"`
}

// with is the tally with n more findings like k.
func (t tally) with(k *known, n int64) tally {
	switch k.state {
	case open:
		t.Open += n
		if k.team == "" {
			t.Unowned += n
		}
	case waived:
		t.Waived += n
	case exempt:
		t.Exempt += n
	}
	return t
}

func (t tally) plus(u tally) tally {
	return tally{t.Open + u.Open, t.Unowned + u.Unowned, t.Waived + u.Waived, t.Exempt + u.Exempt}
}

// move counts a finding where it is now, and no longer where it was.
func (m *merge) move(rule, benchmark string, before, now *known) {
	flow := m.flow[benchmark]
	if flow == nil {
		flow = &count{}
		m.flow[benchmark] = flow
	}
	for _, step := range []struct {
		k *known
		n int64
	}{{before, -1}, {now, 1}} {
		if step.k == nil {
			continue
		}
		key := countKey{rule, step.k.team, place(step.k.asset), step.k.severity}
		if m.counts[key] == nil {
			m.counts[key] = &count{}
		}
		m.counts[key].add(step.k.state, step.n)
		m.now.Counts[benchmark] = m.now.Counts[benchmark].with(step.k, step.n)
	}
	if now.state == open && (before == nil || before.state == resolved) {
		flow.open++
	}
	if now.state == resolved && before.state == open {
		flow.resolved++
	}
}

const hour = int64(3600 * 1000)

// writeCounts brings the rollups up to date.
func (m *merge) writeCounts(ctx context.Context) error {
	if err := m.rollUp(ctx, m.uid, m.counts); err != nil {
		return err
	}
	var rows [][]any
	for benchmark, n := range m.flow {
		if *n != (count{}) {
			rows = append(rows, []any{m.uid, m.at - m.at%hour, benchmark, n.open, n.resolved})
		}
	}
	return m.insert(ctx, "flow", "cluster, at, benchmark, opened, resolved", `ON CONFLICT (cluster, at, benchmark) DO UPDATE SET
		opened = flow.opened + excluded.opened, resolved = flow.resolved + excluded.resolved`, rows)
}
