package rows

import (
	"cmp"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Table holds the loaded rows of one table. Columns that were not asked for
// are nil.
type Table struct {
	Len     int
	Columns []*Column
}

// Set is what one run knows: immutable, safe for concurrent use.
type Set struct {
	Tables map[*tables.Table]*Table
	// Unread are the resources that could not be read, and why.
	Unread map[*tables.Resource]error
	// Objects counts what was read, by resource.
	Objects map[*tables.Resource]int
}

// Plan says which columns of which tables are wanted, and of which tables
// nothing but the number of rows.
type Plan map[*tables.Table][]int

// Add asks for a column, or with a negative one for the table's rows alone.
func (p Plan) Add(t *tables.Table, column int) {
	if _, ok := p[t]; !ok {
		p[t] = nil
	}
	if column >= 0 && !slices.Contains(p[t], column) {
		p[t] = append(p[t], column)
	}
}

// Reads returns the resources to be read for the plan.
func (p Plan) Reads() []*tables.Resource {
	var reads []*tables.Resource
	for t, cols := range p {
		for _, r := range t.Reads(cols) {
			if !slices.Contains(reads, r) {
				reads = append(reads, r)
			}
		}
	}
	slices.SortFunc(reads, func(a, b *tables.Resource) int {
		if a.Group != b.Group {
			return cmp.Compare(a.Group, b.Group)
		}
		return cmp.Compare(a.Plural, b.Plural)
	})
	return reads
}

// Merge asks for what another plan asks for.
func (p Plan) Merge(other Plan) {
	for t, cols := range other {
		p.Add(t, -1)
		for _, c := range cols {
			p.Add(t, c)
		}
	}
}

// Scope is what must be read of a resource for the rows in where to be right,
// within limit: late columns may look up objects beyond where, and a table may
// be about a few objects whose names are known.
func (p Plan) Scope(r *tables.Resource, limit, where Scope) Scope {
	var fixed *Scope
	for t, cols := range p {
		for _, s := range t.Sources {
			if s.Resource != r {
				continue
			}
			if fixed == nil {
				fixed = &Scope{s.Namespace, s.Name}
			}
			fixed = &Scope{both(fixed.Namespace, s.Namespace), both(fixed.Name, s.Name)}
		}
		for _, f := range t.FactsFor(cols) {
			if slices.Contains(f.Resources, r) {
				fixed = &Scope{}
				where.Name = ""
				if !f.Local {
					where.Namespace = ""
				}
			}
		}
	}
	if fixed == nil {
		fixed = &Scope{}
	}
	return Scope{Namespace: cmp.Or(limit.Namespace, where.Namespace, fixed.Namespace), Name: cmp.Or(limit.Name, where.Name, fixed.Name)}
}

// both is what two scopes have in common: nothing narrows where they differ.
func both(a, b string) string {
	if a == b {
		return a
	}
	return ""
}
