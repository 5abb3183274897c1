package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// facetColumns are what facets are counted by, in the joins of clusters, rules
// and what is counted.
var facetColumns = map[string]string{"cluster": "x.cluster", "team": "x.team", "namespace": "x.place", "benchmark": "r.benchmark", "section": "r.section", "severity": "x.severity"}

// Facets implements Reader: of open findings, the most frequent values first.
func (h *history) Facets(ctx context.Context, f Filter) (out map[string][]Facet, err error) {
	f.State = open
	out = map[string][]Facet{}
	err = h.read(ctx, func(c conn) error {
		if f.single() {
			return c.facets(ctx, out, joined("finding"), findingsWhere(f, open), "count(*)", "cluster", "team", "namespace", "benchmark", "section", "severity")
		}
		// Of the smallest rollup that tells.
		from, w := joined("rule_count"), where{}
		if f.narrow() {
			from = joined("rollup")
			w.rolled(f)
		} else {
			w.clusters(f)
			w.rules(f, "x.severity")
			among(&w, "r.status", f.Statuses)
		}
		if err := c.facets(ctx, out, from, w, "sum(x.opened)", "cluster", "benchmark", "section", "severity"); err != nil {
			return err
		}
		from, w = joined("rollup"), where{}
		if len(f.Benchmarks)+len(f.Sections)+len(f.Rules)+len(f.Statuses) == 0 {
			from = `cluster c CROSS JOIN place_count x WHERE x.cluster = c.cluster`
			w.clusters(f)
			w.rules(f, "x.severity")
			w.places(f, "x.place")
			among(&w, "x.team", f.Teams)
		} else {
			w.rolled(f)
		}
		return c.facets(ctx, out, from, w, "sum(x.opened)", "team", "namespace")
	})
	return out, err
}

// facets counts by each of the keys.
func (c conn) facets(ctx context.Context, out map[string][]Facet, from string, w where, n string, keys ...string) error {
	if strings.HasPrefix(n, "sum") {
		w.add("x.opened > 0")
	}
	columns := make([]string, len(keys))
	counts := make([]map[string]int, len(keys))
	for i, key := range keys {
		columns[i], counts[i] = facetColumns[key], map[string]int{}
		if key == "namespace" && n == "count(*)" {
			columns[i] = placeOf
		}
	}
	names := map[string]string{}
	by := strings.Join(columns, ", ")
	if err := c.each(ctx, `SELECT c.name, `+n+`, `+by+` FROM `+from+w.and()+` GROUP BY c.name, `+by, w.args, func(scan func(...any) error) error {
		var name string
		var n int
		var severity posture.Severity
		values := make([]string, len(keys))
		into := []any{&name, &n}
		for i, key := range keys {
			if key == "severity" {
				into = append(into, &severity)
			} else {
				into = append(into, &values[i])
			}
		}
		if err := scan(into...); err != nil {
			return err
		}
		for i, key := range keys {
			switch key {
			case "cluster":
				names[values[i]] = name
			case "severity":
				values[i] = severity.String()
			}
			counts[i][values[i]] += n
		}
		return nil
	}); err != nil {
		return err
	}
	for i, key := range keys {
		list := []Facet{}
		for value, n := range counts[i] {
			one := Facet{Value: value, Count: n}
			if key == "cluster" {
				one.Label = names[value]
			}
			list = append(list, one)
		}
		slices.SortFunc(list, func(a, b Facet) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
		out[key] = list
	}
	return nil
}
