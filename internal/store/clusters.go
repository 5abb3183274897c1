package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Clusters implements Reader: worst first.
func (h *history) Clusters(ctx context.Context, f Filter) (out []Cluster, err error) {
	err = h.read(ctx, func(c conn) error {
		out, _, err = c.clusters(ctx, f)
		return err
	})
	return out, err
}

// clusters are also counted together.
func (c conn) clusters(ctx context.Context, f Filter) (out []Cluster, findings tally, err error) {
	w := where{}
	w.clusters(f)
	out = []Cluster{}
	var of []sums
	if err := c.each(ctx, `SELECT c.cluster, c.name, c.version, c.provider, c.seen, c.evaluated, c.problem, c.sums_json FROM cluster c`+w.only()+` ORDER BY c.name, c.cluster`, w.args, func(scan func(...any) error) error {
		var one Cluster
		var seen, evaluated int64
		var text string
		if err := scan(&one.UID, &one.Name, &one.Version, &one.Provider, &seen, &evaluated, &one.Problem, &text); err != nil {
			return err
		}
		one.Seen, one.Evaluated = timeOf(seen), timeOf(evaluated)
		s, err := parseSums(text)
		out, of = append(out, one), append(of, s)
		return err
	}); err != nil {
		return nil, findings, err
	}
	sections, err := c.sectionsOf(ctx, f)
	if err != nil {
		return nil, findings, err
	}
	for i := range out {
		n := of[i].count(f.Benchmarks)
		findings = findings.plus(n)
		out[i].sum(of[i], f, sections)
		out[i].Open = int(n.Open)
	}
	if f.narrow() || len(f.Sections) > 0 || len(f.Rules) > 0 || len(f.Severities) > 0 {
		if findings, err = c.narrowClusters(ctx, f, out); err != nil {
			return nil, findings, err
		}
	}
	slices.SortStableFunc(out, func(a, b Cluster) int {
		p, known := a.Assets.Percent()
		q, other := b.Assets.Percent()
		return cmp.Or(-cmp.Compare(number(known), number(other)), cmp.Compare(p, q), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID))
	})
	return out, findings, nil
}

// sectionsOf are the sections of the filter's benchmarks, nil for all.
func (c conn) sectionsOf(ctx context.Context, f Filter) (map[string]bool, error) {
	if len(f.Benchmarks) == 0 && len(f.Sections) == 0 {
		return nil, nil
	}
	w := where{}
	among(&w, "r.benchmark", f.Benchmarks)
	among(&w, "r.section", f.Sections)
	out := map[string]bool{}
	return out, c.each(ctx, `SELECT DISTINCT r.section FROM rule r`+w.only(), w.args, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		out[name] = true
		return err
	})
}

// sum puts in what the cluster's own sums say. Assets that several of the
// filter's benchmarks judge count in each, unless all of them are asked for.
func (c *Cluster) sum(s sums, f Filter, sections map[string]bool) {
	c.NotAssessed = s.NotAssessed
	c.Assets, c.Rules, c.Coverage = s.Summary.Assets, s.Summary.Rules, s.Summary.Coverage
	if len(f.Benchmarks) > 0 {
		all, cover := fleet{}, map[posture.Status]int{}
		for _, b := range s.Benchmarks {
			if slices.Contains(f.Benchmarks, b.Name) {
				all.add(standing{assets: b.Assets, coverage: b.Coverage, asked: asked(b.Rules)}, 1)
				addRules(cover, b.Rules)
			}
		}
		c.Assets, c.Rules, c.Coverage = all.assets, cover, all.value()
	}
	if c.Rules == nil {
		c.Rules = map[posture.Status]int{}
	}
	c.Sections = []posture.Section{}
	for _, section := range s.Sections {
		if sections == nil || sections[section.Name] {
			c.Sections = append(c.Sections, section)
		}
	}
}

func addRules(sum, rules map[posture.Status]int) {
	for status, n := range rules {
		sum[status] += n
	}
}
