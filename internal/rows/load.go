package rows

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Source is where objects come from: a cluster, manifests, a snapshot.
type Source interface {
	// Each calls f for every object of a resource within the scope, one at a
	// time; an object is valid only during the call. Calls for different
	// resources may run at once.
	Each(ctx context.Context, r *tables.Resource, scope Scope, f func(*tables.Object)) error
}

// Scope narrows what is read. The zero Scope is everything.
type Scope struct {
	Namespace string
	Name      string
}

// ErrRestart tells Load that a list broke off in a way that a fresh one may
// cure: rows read so far are dropped and Each is called again.
var ErrRestart = errors.New("list broke off")

const (
	// maxReaders bounds the resources read at once; 4 to 16 measured alike.
	maxReaders = 8
	// maxTries bounds how often one resource is read from the start.
	maxTries = 3
)

// Load reads what the plan needs, each resource once, and returns its rows.
// Nothing outside the limit is read; of what is within, only what rows in where
// need, though more may be. A resource that cannot be read is noted in Unread
// and the rest is loaded; an error is returned only when ctx ends.
func Load(ctx context.Context, src Source, plan Plan, limit, where Scope) (*Set, error) {
	return LoadJudged(ctx, src, plan, nil, limit, where)
}

// LoadJudged is Load, and leaves out rows of the tables given: those of Pods,
// ReplicaSets and Jobs that are neither judged nor the cluster's own parts. Most
// of them are copies of a template.
func LoadJudged(ctx context.Context, src Source, plan Plan, judged map[*tables.Table]bool, limit, where Scope) (*Set, error) {
	reads := plan.Reads()
	parts := make([]*part, len(reads))
	done := map[*tables.Resource]chan struct{}{}
	for _, r := range reads {
		done[r] = make(chan struct{})
	}
	var wg sync.WaitGroup
	sem := make(chan struct{}, maxReaders)
	for i, r := range reads {
		wg.Go(func() {
			defer close(done[r])
			var earlier []*part
			for _, before := range plan.before(r, judged) {
				<-done[before]
				earlier = append(earlier, parts[slices.Index(reads, before)])
			}
			sem <- struct{}{}
			defer func() { <-sem }()
			parts[i] = read(ctx, src, plan, judged, r, earlier, plan.Scope(r, limit, where))
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	return assemble(plan, judged, parts), nil
}

// part is what one resource gave: columns of rows for each table it is a
// source of, and its share of the facts.
type part struct {
	resource *tables.Resource
	tables   []*tablePart
	facts    []*tables.Part
	// judging is the fact, if any, that decides which rows are judged.
	judging *tables.Part
	objects int
	err     error
}

type tablePart struct {
	table    *tables.Table
	judged   bool // only rows that are; see LoadJudged
	source   tables.Source
	cols     []int
	len      int
	builders []*builder
}

// Append implements tables.Appender.
func (t *tablePart) Append(col int, v tables.Value) { t.builders[col].append(v) }

// EndRow implements tables.Appender.
func (t *tablePart) EndRow() { t.len++ }

// before are the resources to be read before r, so that rows that are not judged
// are known as soon as they come.
func (p Plan) before(r *tables.Resource, judged map[*tables.Table]bool) (before []*tables.Resource) {
	reads := p.Reads()
	for t, cols := range p {
		if !judged[t] {
			continue
		}
		for _, f := range t.FactsFor(cols) {
			for _, b := range f.After(r) {
				if slices.Contains(reads, b) && !slices.Contains(before, b) {
					before = append(before, b)
				}
			}
		}
	}
	return before
}

func read(ctx context.Context, src Source, plan Plan, judged map[*tables.Table]bool, r *tables.Resource, earlier []*part, scope Scope) *part {
	for try := 1; ; try++ {
		p := newPart(plan, judged, r)
		p.know(earlier)
		p.err = src.Each(ctx, r, scope, p.add)
		if p.err == nil || !errors.Is(p.err, ErrRestart) || try == maxTries || ctx.Err() != nil {
			return p
		}
	}
}

func newPart(plan Plan, judged map[*tables.Table]bool, r *tables.Resource) *part {
	p := &part{resource: r}
	seen, shared := map[*tables.Fact]bool{}, dicts{}
	for t, cols := range plan {
		for _, s := range t.Sources {
			if s.Resource == r {
				tp := newTablePart(t, s, cols, shared)
				tp.judged = judged[t]
				p.tables = append(p.tables, tp)
			}
		}
		for _, f := range t.FactsFor(cols) {
			if !seen[f] && slices.Contains(f.Resources, r) {
				seen[f] = true
				part := f.Part()
				p.facts = append(p.facts, part)
				if f.Judging() {
					p.judging = part
				}
			}
		}
	}
	return p
}

// know tells which templates have been read.
func (p *part) know(earlier []*part) {
	for _, e := range earlier {
		if p.judging != nil && e.judging != nil && e.err == nil {
			p.judging.Know(e.judging)
		}
	}
}

func newTablePart(t *tables.Table, s tables.Source, cols []int, shared dicts) *tablePart {
	tp := &tablePart{table: t, source: s, builders: make([]*builder, len(t.Columns))}
	for _, same := range sameKeys(t, cols) {
		tp.cols = append(tp.cols, same[0])
	}
	for _, c := range tp.cols {
		tp.builders[c] = shared.builder(t.Columns[c])
	}
	return tp
}

// sameKeys groups columns whose values come from the same keys, which are
// kept once. Other columns are by themselves.
func sameKeys(t *tables.Table, cols []int) (groups [][]int) {
	byKey := map[string]int{}
	for _, c := range slices.Sorted(slices.Values(cols)) {
		if late := t.Columns[c].Late; late != nil && late.Key != "" {
			if i, ok := byKey[late.Key]; ok {
				groups[i] = append(groups[i], c)
				continue
			}
			byKey[late.Key] = len(groups)
		}
		groups = append(groups, []int{c})
	}
	return groups
}

func (p *part) add(o *tables.Object) {
	if p.objects++; p.objects == manyObjects {
		tight()
	}
	for _, f := range p.facts {
		f.Add(o)
	}
	repeats := p.judging != nil && p.judging.Repeats()
	for _, t := range p.tables {
		if !t.judged || !repeats {
			t.source.Rows(o, t.cols, t)
		}
	}
}

func assemble(plan Plan, judged map[*tables.Table]bool, parts []*part) *Set {
	set := &Set{Tables: map[*tables.Table]*Table{}, Unread: map[*tables.Resource]error{}, Objects: map[*tables.Resource]int{}}
	var facts []*tables.Part
	for _, p := range parts {
		if p.err != nil {
			set.Unread[p.resource] = p.err
			continue
		}
		set.Objects[p.resource] = p.objects
		facts = append(facts, p.facts...)
	}
	world := tables.NewWorld(facts)
	for t, cols := range plan {
		set.Tables[t] = assembleTable(t, cols, judged[t], parts, world)
	}
	return set
}

func assembleTable(t *tables.Table, cols []int, judged bool, parts []*part, world *tables.World) *Table {
	var own []*tablePart
	for _, s := range t.Sources { // in the order declared, whatever came first
		for _, p := range parts {
			if p.err == nil && p.resource == s.Resource {
				i := slices.IndexFunc(p.tables, func(tp *tablePart) bool { return tp.table == t })
				own = append(own, p.tables[i])
			}
		}
	}
	if t.Derive != nil {
		derived := newTablePart(t, tables.Source{}, cols, dicts{})
		t.Derive(world, derived.cols, derived)
		own = append(own, derived)
	}
	out := &Table{Columns: make([]*Column, len(t.Columns))}
	for _, tp := range own {
		if judged {
			tp.keepJudged(world)
		}
		out.Len += tp.len
	}
	for _, group := range sameKeys(t, cols) {
		builders := make([]*builder, 0, len(own))
		for _, tp := range own {
			builders = append(builders, tp.builders[group[0]])
			tp.builders[group[0]] = nil // to be freed
		}
		column := concat(builders)
		if t.Columns[group[0]].Late == nil {
			out.Columns[group[0]] = column
			continue
		}
		var values []func(string) tables.Value
		for _, c := range group {
			values = append(values, func(key string) tables.Value { return t.Columns[c].Late.Value(world, key) })
		}
		for i, resolved := range column.resolve(values...) {
			out.Columns[group[i]] = resolved
		}
	}
	return out
}
