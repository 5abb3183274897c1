package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// slot is how far apart samples are kept, in milliseconds.
const slot = int64(10 * time.Minute / time.Millisecond)

// standing is how a cluster stands, by all benchmarks or by one.
type standing struct {
	assets   posture.AssetSummary
	coverage float64
	asked    int64 // rules that coverage is of
	open     int64
}

// standings are by benchmark, and under "" of all.
func (s sums) standings() map[string]standing {
	if s.Summary.Rules == nil {
		return nil
	}
	out := map[string]standing{"": {s.Summary.Assets, s.Summary.Coverage, asked(s.Summary.Rules), s.count(nil).Open}}
	for _, b := range s.Benchmarks {
		out[b.Name] = standing{b.Assets, b.Coverage, asked(b.Rules), s.Counts[b.Name].Open}
	}
	return out
}

// count is that of some benchmarks, or of all.
func (s sums) count(benchmarks []string) (sum tally) {
	for b, n := range s.Counts {
		if len(benchmarks) == 0 || slices.Contains(benchmarks, b) {
			sum = sum.plus(n)
		}
	}
	return sum
}

// asked is how many rules coverage is of.
func asked(rules map[posture.Status]int) (n int64) {
	for status, rules := range rules {
		if status.Judged() || status.Incomplete() {
			n += int64(rules)
		}
	}
	return n
}

// sample notes how the cluster stands now, where that is not as before.
func (m *merge) sample(ctx context.Context) error {
	before, now := m.before.standings(), m.now.standings()
	var rows [][]any
	for _, b := range slices.Sorted(maps.Keys(now)) {
		s := now[b]
		if was, ok := before[b]; ok && was == s {
			continue
		}
		rows = append(rows, []any{m.uid, b, m.at - m.at%slot, m.at, s.assets.Total, s.assets.Compliant, s.assets.Exempt, s.assets.NotAssessed, s.coverage, s.asked, s.open})
	}
	return m.insert(ctx, "sample", "cluster, benchmark, slot, at, total, compliant, exempt, not_assessed, coverage, asked, opened", `ON CONFLICT (cluster, benchmark, slot) DO UPDATE SET
		at = excluded.at, total = excluded.total, compliant = excluded.compliant, exempt = excluded.exempt, not_assessed = excluded.not_assessed,
		coverage = excluded.coverage, asked = excluded.asked, opened = excluded.opened`, rows)
}

// Trend implements Reader. Between samples a cluster is as it was.
func (h *history) Trend(ctx context.Context, f Filter, since time.Time, step time.Duration) ([]Sample, error) {
	benchmark := ""
	if len(f.Benchmarks) == 1 {
		benchmark = f.Benchmarks[0]
	}
	w := where{}
	w.whole(f)
	per := max(step.Milliseconds(), 1)
	from := milli(since)
	query := `SELECT s.cluster, s.at, s.total, s.compliant, s.exempt, s.not_assessed, s.coverage, s.asked, s.opened FROM sample s JOIN cluster c ON c.cluster = s.cluster
		JOIN (SELECT cluster, max(slot) AS slot FROM sample WHERE benchmark = ? AND at >= ? GROUP BY cluster, slot / ?
			UNION SELECT cluster, max(slot) AS slot FROM sample WHERE benchmark = ? AND at < ? GROUP BY cluster) l ON l.cluster = s.cluster AND l.slot = s.slot
		WHERE s.benchmark = ?` + w.and() + ` ORDER BY s.at, s.cluster`
	args := append([]any{benchmark, from, per, benchmark, from, benchmark}, w.args...)
	now := map[string]standing{}
	var all fleet
	var out []Sample
	err := h.reading().each(ctx, query, args, func(scan func(...any) error) error {
		var uid string
		var at int64
		var s standing
		if err := scan(&uid, &at, &s.assets.Total, &s.assets.Compliant, &s.assets.Exempt, &s.assets.NotAssessed, &s.coverage, &s.asked, &s.open); err != nil {
			return err
		}
		all.add(now[uid], -1)
		all.add(s, 1)
		now[uid] = s
		at = max(at, from)
		sample := Sample{At: timeOf(at), Assets: all.assets, Coverage: all.value(), Open: int(all.open)}
		if last := len(out) - 1; last >= 0 && milli(out[last].At)/per == at/per {
			out[last] = sample
		} else {
			out = append(out, sample)
		}
		return nil
	})
	return out, plain(err)
}

// fleet is how clusters stand together.
type fleet struct {
	assets posture.AssetSummary
	open   int64
	coverage
}

// add takes a cluster in, or with -1 out.
func (all *fleet) add(s standing, n int) {
	all.assets.Total += n * s.assets.Total
	all.assets.Compliant += n * s.assets.Compliant
	all.assets.Exempt += n * s.assets.Exempt
	all.assets.NotAssessed += n * s.assets.NotAssessed
	all.open += int64(n) * s.open
	all.coverage.add(s.coverage, int64(n)*s.asked)
}

// coverage of several clusters: every rule of each weighs the same.
type coverage struct {
	assessed float64
	asked    int64
}

func (c *coverage) add(share float64, asked int64) {
	c.assessed += share * float64(asked)
	c.asked += asked
}

func (c coverage) value() float64 {
	if c.asked == 0 {
		return 1
	}
	return c.assessed / float64(c.asked)
}
