package watch

import (
	"hash/maphash"
	"math"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// facet is one side of an object that rules look at: its rows of a table, in
// the columns that some rule names, or what it adds to a fact.
type facet struct {
	source tables.Source
	cols   []int
	fact   *tables.Fact
	rules  ruleSet
}

// lens knows what rules see of objects.
type lens struct {
	rules  *assess.Rules
	facets map[*tables.Resource][]facet
	// reads has, by rule, the resources that its queries need.
	reads [][]*tables.Resource
	// queried are the rules that have a query; local those of them that can be
	// run on one namespace, for a change there changes nothing elsewhere.
	queried, local ruleSet
	seed           maphash.Seed
}

func newLens(rules *assess.Rules) *lens {
	l := &lens{rules: rules, facets: map[*tables.Resource][]facet{}, seed: maphash.MakeSeed()}
	place := map[string]int{}
	for i, r := range rules.All() {
		place[r.ID] = i
	}
	l.reads = make([][]*tables.Resource, len(place))
	union, readers := rows.Plan{}, map[*tables.Table]ruleSet{}
	facts := map[*tables.Fact]ruleSet{}
	for c := range rules.Queries() {
		i := place[c.ID]
		l.queried.add(i)
		plan := rows.Plan{}
		plan.Merge(c.Query.Reads)
		plan.Merge(c.Assets.Reads)
		union.Merge(plan)
		l.reads[i] = plan.Reads()
		if isLocal(c.Rule, plan) {
			l.local.add(i)
		}
		for t, cols := range plan {
			set := readers[t]
			set.add(i)
			readers[t] = set
			for _, f := range t.FactsFor(cols) {
				set := facts[f]
				set.add(i)
				facts[f] = set
			}
		}
	}
	for t, cols := range union {
		for _, s := range t.Sources {
			l.facets[s.Resource] = append(l.facets[s.Resource], facet{source: s, cols: cols, rules: readers[t]})
		}
	}
	for f, set := range facts {
		for _, r := range f.Resources {
			l.facets[r] = append(l.facets[r], facet{fact: f, rules: set})
		}
	}
	return l
}

// isLocal reports whether a rule can be run on a namespace and give what it
// would find there with all of the cluster before it. Its author says so, and
// what it reads must not say otherwise.
func isLocal(r *rule.Rule, plan rows.Plan) bool {
	if r.Scope == "cluster" {
		return false
	}
	for t, cols := range plan {
		for _, f := range t.FactsFor(cols) {
			if !f.Local {
				return false
			}
		}
	}
	return slices.ContainsFunc(plan.Reads(), func(r *tables.Resource) bool { return r.Namespaced || r == tables.Namespaces })
}

// resources are those that some rule reads.
func (l *lens) resources() []*tables.Resource { return l.rules.Plan().Reads() }

// readers are the rules that read a resource.
func (l *lens) readers(r *tables.Resource) (set ruleSet) {
	for i, reads := range l.reads {
		if slices.Contains(reads, r) {
			set.add(i)
		}
	}
	return set
}

// prints identify each facet of an object: what rules see of it is the same as
// long as they are. A facet that has nothing of the object is 0.
func (l *lens) prints(o *tables.Object) []uint64 {
	facets := l.facets[o.Resource]
	prints := make([]uint64, len(facets))
	h := rowHash{}
	h.SetSeed(l.seed)
	for i := range facets {
		f := &facets[i]
		if f.fact != nil {
			part := f.fact.Part()
			part.Add(o)
			prints[i] = part.Digest()
			continue
		}
		h.Reset()
		h.rows = 0
		f.source.Rows(o, f.cols, &h)
		if h.rows > 0 {
			prints[i] = h.Sum64() | 1
		}
	}
	return prints
}

// affected are the rules that see another object than before; nil prints are of
// one that is not there.
func (l *lens) affected(r *tables.Resource, before, after []uint64) (set ruleSet) {
	at := func(prints []uint64, i int) uint64 {
		if prints == nil {
			return 0
		}
		return prints[i]
	}
	facets := l.facets[r]
	for i := range facets {
		if at(before, i) != at(after, i) {
			set.addAll(facets[i].rules)
		}
	}
	return set
}

// concerns reports whether any of the rules sees anything of an object.
func (l *lens) concerns(r *tables.Resource, prints []uint64, rules ruleSet) bool {
	facets := l.facets[r]
	for i := range facets {
		if prints[i] != 0 && !facets[i].rules.and(rules).empty() {
			return true
		}
	}
	return false
}

// rowHash hashes rows. It implements tables.Appender.
type rowHash struct {
	maphash.Hash
	rows int
}

// Append implements tables.Appender.
func (h *rowHash) Append(_ int, v tables.Value) {
	var word [9]byte
	n := uint64(0)
	switch v.Kind() {
	case tables.KindText:
		n = uint64(len(v.Text()))
	case tables.KindInt:
		n = uint64(v.Int())
	case tables.KindReal:
		n = math.Float64bits(v.Real())
	}
	word[0] = byte(v.Kind())
	for i := range 8 {
		word[i+1] = byte(n >> (8 * i))
	}
	h.Write(word[:])
	if v.Kind() == tables.KindText {
		h.WriteString(v.Text())
	}
}

// EndRow implements tables.Appender.
func (h *rowHash) EndRow() {
	h.rows++
	h.WriteByte(0xff)
}
