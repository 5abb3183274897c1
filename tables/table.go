package tables

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Table is a declared table with the type of its rows erased.
type Table struct {
	Name string
	// Row says what one row is: "pod", "container of a pod spec".
	Row string
	Doc string
	// Examples are queries for the reference page; a test runs them.
	Examples []string
	Columns  []Column
	// Sources are the resources whose objects become rows.
	Sources []Source
	// Facts and Derive make the rows of a table that no single object holds.
	Facts  []*Fact
	Derive func(w *World, cols []int, a Appender)
}

// Column is a declared column.
type Column struct {
	Name, Doc string
	Type      Type
	// Key marks a column that identifies rows: equality on it is worth an
	// index, an API request, an osquery constraint.
	Key bool
	// Hidden columns are left out of SELECT *.
	Hidden bool
	// Late columns hold a key while objects stream by, and get their value
	// from what all objects said together.
	Late *Late
}

// Late is how a late column gets its values: Value is called once for each
// distinct key.
type Late struct {
	Facts []*Fact
	// Key names the keys, if other columns of the table have the same ones.
	Key   string
	Value func(w *World, key string) Value
}

// Source is one resource that rows of a table come from.
type Source struct {
	Resource *Resource
	// Namespace and Name say where alone the table's objects are, if that is
	// known.
	Namespace, Name string
	// Rows appends the rows of an object. Only the columns whose indexes are
	// in cols are computed; the rest is not appended.
	Rows func(o *Object, cols []int, a Appender)
}

// Appender takes rows column by column.
type Appender interface {
	// Append adds the next value of a column.
	Append(col int, v Value)
	// EndRow ends the row.
	EndRow()
}

// Column returns the index of a column by name, or -1.
func (t *Table) Column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
}

// Judged returns the index of the column that marks the rows which rules look
// at, or -1 where all are.
func (t *Table) Judged() int {
	i := t.Column("judged")
	if i >= 0 && t.Columns[i].Late == nil {
		return -1
	}
	return i
}

// Reads returns the resources that must be read for the given columns to be
// right: the sources of the rows, and what late columns look up.
func (t *Table) Reads(cols []int) []*Resource {
	var reads []*Resource
	add := func(rs ...*Resource) {
		for _, r := range rs {
			if !slices.Contains(reads, r) {
				reads = append(reads, r)
			}
		}
	}
	for _, s := range t.Sources {
		add(s.Resource)
	}
	for _, f := range t.Facts {
		add(f.Resources...)
	}
	for _, c := range cols {
		if late := t.Columns[c].Late; late != nil {
			for _, f := range late.Facts {
				add(f.Resources...)
			}
		}
	}
	return reads
}

// FactsFor returns the facts that the given columns need.
func (t *Table) FactsFor(cols []int) []*Fact {
	facts := slices.Clone(t.Facts)
	for _, c := range cols {
		if late := t.Columns[c].Late; late != nil {
			facts = append(facts, late.Facts...)
		}
	}
	return facts
}

var registry = map[string]*Table{}

// All returns every declared table, by name.
func All() []*Table {
	all := make([]*Table, 0, len(registry))
	for _, t := range registry {
		all = append(all, t)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// Lookup returns the table of that name, or nil.
func Lookup(name string) *Table { return registry[strings.ToLower(name)] }

func register(t *Table) *Table {
	if registry[t.Name] != nil {
		// Two declarations of one name: found by the first run of any test.
		panic(fmt.Sprintf("table %s declared twice", t.Name))
	}
	registry[t.Name] = t
	return t
}
