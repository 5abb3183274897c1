package store

import (
	"cmp"
	"maps"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// speaksOf reports whether a delta says anything of a benchmark's rules.
func (m *merge) speaksOf(benchmark string) bool {
	return !m.d.Only || slices.ContainsFunc(m.d.Rules, func(r posture.RuleDelta) bool { return r.Benchmark == benchmark })
}

// beside adds to the sums of a delta those of the benchmarks that it says
// nothing of, as they were. An asset that several benchmarks judge counts in
// each of them then.
func (m *merge) beside() {
	others := slices.DeleteFunc(slices.Clone(m.before.Benchmarks), func(b posture.Section) bool { return m.speaksOf(b.Name) })
	if m.partial = len(others) > 0; !m.partial {
		return
	}
	m.now.Benchmarks = slices.Concat(m.d.Benchmarks, others)
	slices.SortFunc(m.now.Benchmarks, func(a, b posture.Section) int { return cmp.Compare(a.Name, b.Name) })
	var all fleet
	m.now.Summary.Rules = map[posture.Status]int{}
	for _, b := range m.now.Benchmarks {
		addRules(m.now.Summary.Rules, b.Rules)
		all.add(standing{assets: b.Assets, coverage: b.Coverage, asked: asked(b.Rules)}, 1)
	}
	m.now.Summary.Assets, m.now.Summary.Coverage = all.assets, all.value()
	m.now.Sections = slices.Clone(m.d.Sections)
	for _, s := range m.before.Sections {
		if m.isOthers(s.Name) && !slices.ContainsFunc(m.d.Sections, func(own posture.Section) bool { return own.Name == s.Name }) {
			m.now.Sections = append(m.now.Sections, s)
		}
	}
}

// isOthers reports whether a section has rules of a benchmark that the delta
// says nothing of.
func (m *merge) isOthers(section string) bool {
	for row := range maps.Values(m.rules) {
		if row.section == section && row.removed == 0 && !m.speaksOf(row.benchmark) {
			return true
		}
	}
	return false
}
