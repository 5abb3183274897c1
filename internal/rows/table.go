package rows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Missing returns the resources among those a table's columns need that could
// not be read, in order of name.
func (s *Set) Missing(t *tables.Table, cols []int) []*tables.Resource {
	var missing []*tables.Resource
	for _, r := range t.Reads(cols) {
		if s.Unread[r] != nil {
			missing = append(missing, r)
		}
	}
	slices.SortFunc(missing, func(a, b *tables.Resource) int { return cmp.Compare(a.String(), b.String()) })
	return missing
}

// Table returns the rows of a table, or an *UnreadError where some of what the
// columns need could not be read.
func (s *Set) Table(t *tables.Table, cols []int) (*Table, error) {
	if missing := s.Missing(t, cols); len(missing) > 0 {
		e := &UnreadError{Table: t, Resources: missing}
		for _, r := range missing {
			e.Reasons = append(e.Reasons, s.Unread[r])
		}
		return nil, e
	}
	loaded := s.Tables[t]
	if loaded == nil {
		return nil, fmt.Errorf("internal error: table %s was not loaded", t.Name)
	}
	return loaded, nil
}

// UnreadError says that rows cannot be had because resources could not be
// read.
type UnreadError struct {
	Table     *tables.Table
	Resources []*tables.Resource
	// Reasons has one error for each resource.
	Reasons []error
}

// Error names the resources and why they could not be read.
func (e *UnreadError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "table %s: could not read ", e.Table.Name)
	for i, r := range e.Resources {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s: %v", r, e.Reasons[i])
	}
	return b.String()
}

// Unwrap returns the reasons.
func (e *UnreadError) Unwrap() []error { return e.Reasons }

// Concat puts the rows of several sources one after the other.
func Concat(t *tables.Table, cols []int, parts []*Table) *Table {
	if len(parts) == 1 {
		return parts[0]
	}
	out := &Table{Columns: make([]*Column, len(t.Columns))}
	for _, p := range parts {
		out.Len += p.Len
	}
	for _, c := range cols {
		d := newDict()
		words := make([][]uint32, len(parts))
		for i, p := range parts {
			col := p.Columns[c]
			words[i] = d.take(col.Values, func(code int) uint32 { return hashOf(col.Values[code]) })
		}
		codes := roomFor(out.Len, uint32(len(d.values)-1))
		for i, p := range parts {
			codes.appendAll(&p.Columns[c].Codes, words[i])
		}
		out.Columns[c] = &Column{Codes: codes, Values: d.values}
	}
	return out
}
