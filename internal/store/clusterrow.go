package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// clusterRow is a cluster as the database has it.
type clusterRow struct {
	name, version, provider string
	fence, seq              int64
	seen, evaluated         int64
	problem, ruleDigest     string
	sums                    string // JSON of sums
}

// sums are a cluster's, as its last delta had them.
type sums struct {
	Summary     posture.Summary   `json:"summary"`
	Sections    []posture.Section `json:"sections,omitempty"`
	Benchmarks  []posture.Section `json:"benchmarks,omitempty"`
	NotAssessed []posture.Unread  `json:"notAssessed,omitempty"`
	Problems    []string          `json:"problems,omitempty"`
	// Counts are of findings, by benchmark.
	Counts map[string]tally `json:"counts,omitempty"`
}

func parseSums(text string) (s sums, err error) {
	return s, json.Unmarshal([]byte(text), &s)
}

// finish writes what is known of the cluster as a whole.
func (m *merge) finish(ctx context.Context) error {
	text, err := json.Marshal(m.now)
	if err != nil {
		return err
	}
	if err := m.sample(ctx); err != nil {
		return err
	}
	evaluated := m.cluster.evaluated
	if m.d.Complete {
		evaluated = m.at
		if err := m.complete(ctx); err != nil {
			return err
		}
	}
	s, c := m.d.Source, m.cluster
	_, err = m.exec(ctx, `UPDATE cluster SET name = ?, version = ?, provider = ?, fence = ?, seq = ?, seen = ?, evaluated = ?, problem = '', rule_digest = ?, sums_json = ?
		WHERE cluster = ?`, s.Name, s.Version, s.Provider, c.fence, c.seq, m.at, evaluated, m.d.RuleDigest, string(text), m.uid)
	return err
}

// complete records a run, and how many assets there are where.
func (m *merge) complete(ctx context.Context) error {
	rules, err := json.Marshal(m.d.Summary.Rules)
	if err != nil {
		return err
	}
	// Twice the same delta is one run: the first has changed something, if any.
	if _, err := m.exec(ctx, `INSERT INTO run (cluster, at, rule_digest, coverage, rules_json, opened, resolved) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (cluster, at) DO UPDATE SET opened = run.opened + excluded.opened, resolved = run.resolved + excluded.resolved`,
		m.uid, m.at, m.d.RuleDigest, m.d.Summary.Coverage, string(rules), m.applied.Opened, m.applied.Resolved); err != nil {
		return err
	}
	before, now := map[string]int64{}, map[string]int64{}
	for _, a := range m.d.Assets {
		now[place(a)]++
	}
	if err := m.each(ctx, `SELECT place, assets FROM place WHERE cluster = ?`, []any{m.uid}, func(scan func(...any) error) error {
		var name string
		var n int64
		err := scan(&name, &n)
		before[name] = n
		return err
	}); err != nil {
		return err
	}
	var rows [][]any
	for _, name := range sortedIDs(now) {
		if before[name] < now[name] || before[name] > now[name] && !m.partial {
			rows = append(rows, []any{m.uid, name, now[name]})
		}
		delete(before, name)
	}
	if len(m.d.Problems) > 0 {
		clear(before) // there may be more than it says
	}
	for name := range before {
		if _, err := m.exec(ctx, `DELETE FROM place WHERE cluster = ? AND place = ?`, m.uid, name); err != nil {
			return err
		}
	}
	return m.insert(ctx, "place", "cluster, place, assets", `ON CONFLICT (cluster, place) DO UPDATE SET assets = excluded.assets`, rows)
}

// Seen implements Writer.
func (h *history) Seen(ctx context.Context, cluster, name string, at time.Time, problem string) error {
	return h.write(ctx, func(c conn) error {
		row, err := c.lock(ctx, cluster, name)
		if err != nil {
			return err
		}
		if name == "" {
			name = row.name
		}
		seen := row.seen
		if problem == "" {
			seen = milli(at)
		}
		if name == row.name && seen == row.seen && problem == row.problem {
			return nil
		}
		_, err = c.exec(ctx, `UPDATE cluster SET name = ?, seen = ?, problem = ? WHERE cluster = ?`, name, seen, problem, cluster)
		return err
	})
}

// ofClusters are the tables that hold something of each cluster.
var ofClusters = []string{"rule", "rule_text", "finding", "event", "rollup", "rule_count", "place_count", "flow", "place", "sample", "run", "given", "cluster"}

// Forget implements Writer.
func (h *history) Forget(ctx context.Context, cluster string) error {
	return h.write(ctx, func(c conn) error {
		for _, table := range ofClusters {
			if _, err := c.exec(ctx, `DELETE FROM `+table+` WHERE cluster = ?`, cluster); err != nil {
				return err
			}
		}
		return nil
	})
}
