package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Facets implements Reader: of open findings, the most frequent values first.
func (h *history) Facets(ctx context.Context, f Filter) (map[string][]Facet, error) {
	f.State = open
	counts := map[string]map[string]int{"cluster": {}, "team": {}, "namespace": {}, "benchmark": {}, "section": {}, "severity": {}}
	names := map[string]string{}
	from, at, n := "rollup", "x.place", "sum(x.opened)"
	w := where{}
	if f.single() {
		from, at, n = "finding", placeOf, "count(*)"
		w = findingsWhere(f, open)
	} else {
		w.clusters(f)
		w.rules(f, "x.severity")
		w.places(f, "x.place")
		among(&w, "x.team", f.Teams)
		among(&w, "r.status", f.Statuses)
		w.add("x.opened > 0")
	}
	err := h.reading().each(ctx, `SELECT x.cluster, c.name, x.team, `+at+`, r.benchmark, r.section, x.severity, `+n+` FROM `+from+` x
		JOIN rule r ON r.cluster = x.cluster AND r.rule = x.rule JOIN cluster c ON c.cluster = x.cluster`+w.only()+`
		GROUP BY x.cluster, c.name, x.team, `+at+`, r.benchmark, r.section, x.severity`, w.args, func(scan func(...any) error) error {
		var uid, name, team, place, benchmark, section string
		var severity posture.Severity
		var n int
		if err := scan(&uid, &name, &team, &place, &benchmark, &section, &severity, &n); err != nil {
			return err
		}
		names[uid] = name
		for facet, value := range map[string]string{"cluster": uid, "team": team, "namespace": place, "benchmark": benchmark, "section": section, "severity": severity.String()} {
			counts[facet][value] += n
		}
		return nil
	})
	if err != nil {
		return nil, plain(err)
	}
	out := map[string][]Facet{}
	for facet, values := range counts {
		out[facet] = []Facet{}
		for value, n := range values {
			one := Facet{Value: value, Count: n}
			if facet == "cluster" {
				one.Label = names[value]
			}
			out[facet] = append(out[facet], one)
		}
		slices.SortFunc(out[facet], func(a, b Facet) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
	}
	return out, nil
}
