package store

import (
	"cmp"
	"context"
	"slices"

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
	var rows [][]any
	emptied := map[string]bool{}
	for key, n := range m.counts {
		if *n == (count{}) {
			continue
		}
		rows = append(rows, []any{m.uid, key.rule, key.team, key.place, int64(key.severity), n.open, n.waived, n.exempt, n.resolved})
		if n.open < 0 || n.waived < 0 || n.exempt < 0 || n.resolved < 0 {
			emptied[key.rule] = true
		}
	}
	// In one order always, so that the database has less to seek.
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[1].(string), b[1].(string)), cmp.Compare(a[2].(string), b[2].(string)), cmp.Compare(a[3].(string), b[3].(string)))
	})
	if err := m.insert(ctx, "rollup", "cluster, rule, team, place, severity, opened, waived, exempt, resolved", addCounts, rows); err != nil {
		return err
	}
	for rule := range emptied {
		if _, err := m.exec(ctx, dropCounts+` AND rule = ?`, m.uid, rule); err != nil {
			return err
		}
	}
	rows = rows[:0]
	for benchmark, n := range m.flow {
		if *n != (count{}) {
			rows = append(rows, []any{m.uid, m.at - m.at%hour, benchmark, n.open, n.resolved})
		}
	}
	return m.insert(ctx, "flow", "cluster, at, benchmark, opened, resolved", `ON CONFLICT (cluster, at, benchmark) DO UPDATE SET
		opened = flow.opened + excluded.opened, resolved = flow.resolved + excluded.resolved`, rows)
}

const (
	addCounts = `ON CONFLICT (cluster, rule, team, place, severity) DO UPDATE SET opened = rollup.opened + excluded.opened,
		waived = rollup.waived + excluded.waived, exempt = rollup.exempt + excluded.exempt, resolved = rollup.resolved + excluded.resolved`
	dropCounts = `DELETE FROM rollup WHERE opened = 0 AND waived = 0 AND exempt = 0 AND resolved = 0 AND cluster = ?`
)
