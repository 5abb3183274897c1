package store

import (
	"context"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const (
	expiresSoon = 14 * 24 * time.Hour
	topExpiring = 100
)

// Overview implements Reader.
func (h *history) Overview(ctx context.Context, f Filter, now time.Time) (o Overview, err error) {
	err = h.read(ctx, func(c conn) error {
		o, err = c.overview(ctx, f, now)
		return err
	})
	return o, err
}

func (c conn) overview(ctx context.Context, f Filter, now time.Time) (Overview, error) {
	o := Overview{Rules: map[posture.Status]int{}, Sections: []posture.Section{}}
	var n tally
	var err error
	if o.Clusters, n, err = c.clusters(ctx, f); err != nil {
		return o, err
	}
	o.Open, o.Unowned, o.Waived = int(n.Open), int(n.Unowned), int(n.Waived)
	rules, err := c.rules(ctx, f)
	if err != nil {
		return o, err
	}
	o.sumClusters()
	for _, r := range rules {
		o.Rules[r.Status]++
		for i := range o.Sections {
			if o.Sections[i].Name == r.Section {
				o.Sections[i].Rules[r.Status]++
			}
		}
	}
	if o.Fixes, err = c.fixes(ctx, f, rules); err != nil {
		return o, err
	}
	if o.New, o.Resolved, err = c.flow(ctx, f, now.Add(-24*time.Hour)); err != nil {
		return o, err
	}
	if o.Benchmarks, err = c.benchmarks(ctx, f); err != nil {
		return o, err
	}
	o.Expiring, err = c.expiring(ctx, f, now)
	return o, err
}

// sumClusters adds up what the clusters are.
func (o *Overview) sumClusters() {
	var all fleet
	sections := map[string]*fleet{}
	var names []string
	for _, c := range o.Clusters {
		all.add(standing{assets: c.Assets, coverage: c.Coverage, asked: asked(c.Rules)}, 1)
		for _, s := range c.Sections {
			if sections[s.Name] == nil {
				sections[s.Name] = &fleet{}
				names = append(names, s.Name)
			}
			sections[s.Name].add(standing{assets: s.Assets, coverage: s.Coverage, asked: asked(s.Rules)}, 1)
		}
		if o.Oldest.IsZero() || c.Seen.Before(o.Oldest) {
			o.Oldest = c.Seen
		}
	}
	o.Assets, o.Coverage = all.assets, all.value()
	for _, name := range names {
		o.Sections = append(o.Sections, posture.Section{Name: name, Rules: map[posture.Status]int{}, Assets: sections[name].assets, Coverage: sections[name].value()})
	}
}

// flow counts what came and went since a time: of whole clusters by the hour,
// else event by event.
func (c conn) flow(ctx context.Context, f Filter, since time.Time) (opened, resolved int, err error) {
	w := where{}
	query := `SELECT coalesce(sum(x.opened), 0), coalesce(sum(x.resolved), 0) FROM flow x JOIN cluster c ON c.cluster = x.cluster`
	if f.narrow() || f.single() || len(f.Sections)+len(f.Rules)+len(f.Severities) > 0 {
		query = `SELECT count(CASE WHEN x.type IN ('opened', 'reopened') THEN 1 END), count(CASE WHEN x.type = 'resolved' THEN 1 END) FROM event x
			JOIN rule r ON r.cluster = x.cluster AND r.rule = x.rule JOIN cluster c ON c.cluster = x.cluster`
		w.rules(f, "x.severity")
		w.places(f, placeOf)
		w.assets(f)
		among(&w, "x.team", f.Teams)
		w.add("x.quiet = 0 AND x.at >= ?", milli(since))
	} else {
		among(&w, "x.benchmark", f.Benchmarks)
		w.add("x.at >= ?", milli(since)-milli(since)%hour)
	}
	w.clusters(f)
	return opened, resolved, c.row(ctx, query+w.only(), w.args, &opened, &resolved)
}

func (c conn) expiring(ctx context.Context, f Filter, now time.Time) ([]Finding, error) {
	w := findingsWhere(f, waived)
	w.add("x.state = 'waived' AND x.expires <> '' AND x.expires <= ?", now.Add(expiresSoon).UTC().Format(time.DateOnly))
	return c.findings(ctx, w, "ORDER BY x.expires, x.cluster, x.rule, x.fingerprint", topExpiring, 0)
}

func (c conn) benchmarks(ctx context.Context, f Filter) ([]string, error) {
	var w where
	w.clusters(f)
	out := []string{}
	return out, c.each(ctx, `SELECT DISTINCT r.benchmark FROM cluster c CROSS JOIN rule r WHERE r.cluster = c.cluster AND r.removed = 0`+w.and()+` ORDER BY r.benchmark`, w.args, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		out = append(out, name)
		return err
	})
}
