package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Apply implements Writer.
func (h *history) Apply(ctx context.Context, d posture.Delta, fence int64) (Applied, error) {
	if err := check(d); err != nil {
		return Applied{}, err
	}
	var applied Applied
	err := h.write(ctx, func(c conn) error {
		m := &merge{conn: c, d: d, uid: d.Source.ClusterUID, at: milli(d.At), counts: map[countKey]*count{}, flow: map[string]*count{}}
		err := m.run(ctx, fence)
		applied = m.applied
		return err
	})
	if err != nil {
		return Applied{}, err
	}
	return applied, nil
}

// check refuses what cannot be merged.
func check(d posture.Delta) error {
	switch {
	case d.Source.ClusterUID == "":
		return errors.New("posture without the uid of its cluster cannot be kept")
	case d.At.IsZero():
		return errors.New("posture without a time cannot be kept")
	}
	seen := map[string]bool{}
	for _, r := range d.Rules {
		if r.ID == "" || seen[r.ID] {
			return fmt.Errorf("posture that has rule %q twice, or without an id, cannot be kept", r.ID)
		}
		seen[r.ID] = true
		if d.Complete && !r.Whole {
			return fmt.Errorf("posture that says it is complete has rule %s in part", r.ID)
		}
		for _, f := range r.Findings {
			if f.Fingerprint == "" {
				return fmt.Errorf("%s: finding on %s without a fingerprint", r.ID, f.Asset)
			}
		}
	}
	return nil
}

// merge is one delta on its way into the database.
type merge struct {
	conn
	d       posture.Delta
	uid     string
	at      int64
	cluster clusterRow
	// before and now are the cluster's sums.
	before, now sums
	// partial says that there are benchmarks which the delta does not speak of.
	partial bool
	rules   map[string]ruleRow
	assets  map[posture.Asset]bool

	added    [][]any // findings that were never there
	replaced [][]any
	events   [][]any
	counts   map[countKey]*count
	flow     map[string]*count // by benchmark
	applied  Applied
}

func (m *merge) run(ctx context.Context, fence int64) error {
	var err error
	if m.cluster, err = m.lock(ctx, m.uid, m.d.Source.Name); err != nil {
		return err
	}
	if fence < m.cluster.fence {
		return ErrFenced
	}
	m.cluster.fence = fence
	if m.before, err = parseSums(m.cluster.sums); err != nil {
		return err
	}
	m.now = sums{m.d.Summary, m.d.Sections, m.d.Benchmarks, m.d.NotAssessed, m.d.Problems, maps.Clone(m.before.Counts)}
	if m.now.Benchmarks == nil {
		m.now.Benchmarks = m.before.Benchmarks
	}
	if m.now.Counts == nil {
		m.now.Counts = map[string]tally{}
	}
	if m.rules, err = m.loadRules(ctx, m.uid); err != nil {
		return err
	}
	if m.d.Only {
		m.beside()
	}
	m.assets = make(map[posture.Asset]bool, len(m.d.Assets))
	for _, a := range m.d.Assets {
		m.assets[a] = true
	}
	judged := map[string]bool{}
	for _, r := range m.d.Rules {
		judged[r.ID] = true
		if err := m.rule(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", r.ID, err)
		}
	}
	if m.d.Complete && len(m.d.Problems) == 0 {
		if err := m.dropRules(ctx, judged); err != nil {
			return err
		}
	}
	if err := m.flush(ctx); err != nil {
		return err
	}
	if err := m.writeCounts(ctx); err != nil {
		return err
	}
	return m.finish(ctx)
}

// flush writes the findings and events so far.
func (m *merge) flush(ctx context.Context) error {
	if err := m.insert(ctx, "finding", findingColumns, "", m.added); err != nil {
		return err
	}
	if err := m.insert(ctx, "finding", findingColumns, replaceFinding, m.replaced); err != nil {
		return err
	}
	if err := m.insert(ctx, "event", eventColumns, "", m.events); err != nil {
		return err
	}
	m.added, m.replaced, m.events = m.added[:0], m.replaced[:0], m.events[:0]
	return nil
}

// rule merges what is new of a rule.
func (m *merge) rule(ctx context.Context, r posture.RuleDelta) error {
	before, exists := m.rules[r.ID]
	digest, err := parseSum(before.digest)
	if err != nil {
		return err
	}
	was, err := m.known(ctx, r, exists)
	if err != nil {
		return err
	}
	listed := make(map[string]bool, len(r.Findings))
	for _, f := range r.Findings {
		if listed[f.Fingerprint] {
			continue
		}
		listed[f.Fingerprint] = true
		if err := m.found(r, f, was[f.Fingerprint], &digest); err != nil {
			return err
		}
		if len(m.added) >= 8*many || len(m.replaced) >= 8*many || len(m.events) >= 8*many {
			if err := m.flush(ctx); err != nil {
				return err
			}
		}
	}
	gone := map[posture.ResolveReason][]*known{}
	for _, k := range m.gone(r, was, listed) {
		gone[k.why] = append(gone[k.why], k)
		digest.remove(k.fingerprint, k.hash)
	}
	for _, why := range slices.Sorted(maps.Keys(gone)) {
		if err := m.resolve(ctx, r.ID, r.Benchmark, why, gone[why]); err != nil {
			return err
		}
	}
	return m.writeRule(ctx, before, rowOf(r, digest.String()), r.Text)
}

// gone are open findings that the delta says are no more, in the order of their
// assets. Where a part of the source could not be read at all (Problems), what
// is not there may have been in it.
func (m *merge) gone(r posture.RuleDelta, was map[string]*known, listed map[string]bool) []*known {
	blind := map[posture.Asset]bool{}
	for _, u := range r.Unassessed {
		blind[u.Asset] = true
	}
	var out []*known
	if r.Whole {
		if r.Status.Incomplete() || len(m.d.Problems) > 0 {
			return nil
		}
		for _, k := range was {
			if k.state != resolved && !listed[k.fingerprint] && !blind[k.asset] {
				k.why = posture.Fixed
				if m.d.Complete && !m.assets[k.asset] {
					k.why = posture.Deleted
				}
				out = append(out, k)
			}
		}
	}
	if !r.Whole {
		for _, res := range r.Resolved {
			k := was[res.Fingerprint]
			if k != nil && k.state != resolved && k.why == "" && !listed[k.fingerprint] && !blind[k.asset] {
				k.why = res.Reason
				if k.why == "" {
					k.why = posture.Fixed
				}
				out = append(out, k)
			}
		}
	}
	sortKnown(out)
	return out
}

// dropRules ends the rules that a complete delta does not have.
func (m *merge) dropRules(ctx context.Context, judged map[string]bool) error {
	for _, id := range sortedIDs(m.rules) {
		row := m.rules[id]
		if judged[id] || row.removed != 0 || !m.speaksOf(row.benchmark) {
			continue
		}
		was, err := m.openOf(ctx, id)
		if err != nil {
			return err
		}
		var all []*known
		for _, k := range was {
			all = append(all, k)
		}
		sortKnown(all)
		if err := m.resolve(ctx, id, row.benchmark, posture.RuleRemoved, all); err != nil {
			return err
		}
		if _, err := m.exec(ctx, `UPDATE rule SET removed = ?, digest = '', total = 0, failed = 0, waived = 0, exempt = 0, not_assessed = 0, unassessed_json = '' WHERE cluster = ? AND rule = ?`, m.at, m.uid, id); err != nil {
			return err
		}
	}
	return nil
}

// lock holds the cluster's row until the transaction ends; there is one after it.
func (c conn) lock(ctx context.Context, uid, name string) (row clusterRow, err error) {
	query := `SELECT name, version, provider, fence, seq, seen, evaluated, problem, rule_digest, sums_json FROM cluster WHERE cluster = ?`
	if c.kind == postgres {
		query += ` FOR UPDATE`
	}
	read := func() error {
		return c.row(ctx, query, []any{uid}, &row.name, &row.version, &row.provider, &row.fence, &row.seq, &row.seen, &row.evaluated, &row.problem, &row.ruleDigest, &row.sums)
	}
	if err = read(); errors.Is(err, sql.ErrNoRows) {
		if _, err = c.exec(ctx, `INSERT INTO cluster (cluster, name) VALUES (?, ?) ON CONFLICT (cluster) DO NOTHING`, uid, name); err == nil {
			err = read()
		}
	}
	return row, err
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(milli int64) time.Time {
	if milli == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milli).UTC()
}
