package store

import (
	"context"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// narrowClusters puts in what the filter leaves of each cluster, where the sums
// of the whole are of no use: of namespaces, teams, sections, rules.
func (c conn) narrowClusters(ctx context.Context, f Filter, clusters []Cluster) (all tally, err error) {
	on, err := c.rulesOn(ctx, f)
	if err != nil {
		return all, err
	}
	counts, unowned, err := c.talliesOf(ctx, f)
	if err != nil {
		return all, err
	}
	assets, err := c.assetsOf(ctx, f, on)
	if err != nil {
		return all, err
	}
	for i := range clusters {
		one := &clusters[i]
		n := counts[one.UID]
		one.Open = int(n.open)
		all = all.plus(tally{n.open, unowned[one.UID], n.waived, n.exempt})
		if !f.part(one.UID) && len(f.Sections)+len(f.Rules)+len(f.Severities) == 0 {
			continue
		}
		one.Rules, one.Coverage = map[posture.Status]int{}, 1
		var cover coverage
		bySection := map[string]map[posture.Status]int{}
		for _, r := range on {
			if r.cluster != one.UID {
				continue
			}
			one.Rules[r.status]++
			if bySection[r.section] == nil {
				bySection[r.section] = map[posture.Status]int{}
			}
			bySection[r.section][r.status]++
			if r.status.Judged() {
				cover.add(1, 1)
			} else if r.status.Incomplete() {
				cover.add(0, 1)
			}
		}
		one.Coverage = cover.value()
		if !f.part(one.UID) {
			one.Sections = slices.DeleteFunc(one.Sections, func(s posture.Section) bool { return bySection[s.Name] == nil })
			continue
		}
		one.Assets = assets[one.UID]
		for j := range one.Sections {
			s := &one.Sections[j]
			s.Rules, s.Assets, s.Coverage = bySection[s.Name], posture.AssetSummary{}, one.Coverage
		}
		one.Sections = slices.DeleteFunc(one.Sections, func(s posture.Section) bool { return s.Rules == nil })
	}
	return all, nil
}

// part reports whether the filter leaves some namespaces of a cluster.
func (f Filter) part(cluster string) bool {
	return len(f.Namespaces) > 0 || f.Visible != nil && !slices.Contains(f.Visible[cluster], "*")
}

// talliesOf are from the rollups, by cluster.
func (c conn) talliesOf(ctx context.Context, f Filter) (counts map[string]count, unowned map[string]int64, err error) {
	w := where{}
	w.clusters(f)
	w.rules(f, "x.severity")
	w.places(f, "x.place")
	among(&w, "x.team", f.Teams)
	counts, unowned = map[string]count{}, map[string]int64{}
	err = c.each(ctx, `SELECT x.cluster, sum(x.opened), sum(x.waived), sum(x.exempt), sum(x.resolved), sum(CASE WHEN x.team = '' THEN x.opened ELSE 0 END) FROM `+joined("rollup")+w.and()+` GROUP BY x.cluster`, w.args, func(scan func(...any) error) error {
		var uid string
		var n count
		var nobody int64
		err := scan(&uid, &n.open, &n.waived, &n.exempt, &n.resolved, &nobody)
		counts[uid], unowned[uid] = n, nobody
		return err
	})
	return counts, unowned, err
}

// assetsOf are the assets of the filter's namespaces, by cluster: how many some
// rule judged at the last complete evaluation, without those that fail now or
// could not be judged.
func (c conn) assetsOf(ctx context.Context, f Filter, on []ruleOn) (map[string]posture.AssetSummary, error) {
	out := map[string]posture.AssetSummary{}
	w := where{}
	w.clusters(f)
	w.places(f, "x.place")
	if err := c.each(ctx, `SELECT x.cluster, sum(x.assets) FROM cluster c CROSS JOIN place x WHERE x.cluster = c.cluster`+w.and()+` GROUP BY x.cluster`, w.args, func(scan func(...any) error) error {
		var uid string
		var n int
		err := scan(&uid, &n)
		out[uid] = posture.AssetSummary{Total: n}
		return err
	}); err != nil {
		return nil, err
	}
	failing := map[string]map[posture.Asset]string{}
	w = where{}
	w.clusters(f)
	w.places(f, placeOf)
	if err := c.each(ctx, `SELECT DISTINCT x.cluster, x.kind, x.namespace, x.name, x.state FROM finding x JOIN rule r ON r.cluster = x.cluster AND r.rule = x.rule AND r.removed = 0
		JOIN cluster c ON c.cluster = x.cluster WHERE (x.state = 'open' AND r.status = 'fail' OR x.state = 'exempt')`+w.and(), w.args, func(scan func(...any) error) error {
		var uid, state string
		var a posture.Asset
		err := scan(&uid, &a.Kind, &a.Namespace, &a.Name, &state)
		if failing[uid] == nil {
			failing[uid] = map[posture.Asset]string{}
		}
		if failing[uid][a] != open {
			failing[uid][a] = state
		}
		return err
	}); err != nil {
		return nil, err
	}
	unknown := map[string]map[posture.Asset]bool{}
	for _, r := range on {
		for _, u := range r.unknown {
			if failing[r.cluster][u.Asset] == open || !f.shows(r.cluster, u.Asset) {
				continue
			}
			if unknown[r.cluster] == nil {
				unknown[r.cluster] = map[posture.Asset]bool{}
			}
			unknown[r.cluster][u.Asset] = true
		}
	}
	for uid, s := range out {
		failed := 0
		for _, state := range failing[uid] {
			if state == open {
				failed++
			} else {
				s.Exempt++
			}
		}
		s.NotAssessed = len(unknown[uid])
		s.Total = max(s.Total-s.Exempt-s.NotAssessed, failed)
		s.Compliant = s.Total - failed
		out[uid] = s
	}
	return out, nil
}
