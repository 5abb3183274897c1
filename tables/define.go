package tables

import "slices"

// spec is the declaration of a table whose rows are of type R.
type spec[R any] struct {
	Name, Row, Doc string
	Examples       []string
	Columns        [][]column[R]
	Sources        []source[R]
	// Facts and Derive are for tables that no single object holds.
	Facts  []*Fact
	Derive func(w *World, emit func(R))
}

// column is a column of a table whose rows are of type R.
type column[R any] struct {
	Column
	value func(R) Value
}

// source tells how rows come from the objects of one resource.
type source[R any] struct {
	resource        *Resource
	rows            func(o *Object, emit func(R))
	namespace, name string
}

// from declares a source: rows gets the typed object.
func from[R, T any](r *Resource, rows func(o *Object, v T, emit func(R))) source[R] {
	return source[R]{resource: r, rows: func(o *Object, emit func(R)) {
		if v, ok := o.Value.(T); ok {
			rows(o, v, emit)
		}
	}}
}

// fromOne declares a source that is one object of a known name.
func fromOne[R, T any](r *Resource, namespace, name string, rows func(o *Object, v T, emit func(R))) source[R] {
	one := from(r, func(o *Object, v T, emit func(R)) {
		if o.Meta.Namespace == namespace && o.Meta.Name == name {
			rows(o, v, emit)
		}
	})
	one.namespace, one.name = namespace, name
	return one
}

// define declares a table and registers it.
func define[R any](s spec[R]) *Table { return register(s.table()) }

// table erases the row type.
func (s spec[R]) table() *Table {
	t := &Table{Name: s.Name, Row: s.Row, Doc: s.Doc, Examples: s.Examples, Facts: s.Facts}
	var values []func(R) Value
	for _, c := range withoutTwice(slices.Concat(s.Columns...)) {
		t.Columns = append(t.Columns, c.Column)
		values = append(values, c.value)
	}
	appendRow := func(r R, cols []int, a Appender) {
		for _, c := range cols {
			a.Append(c, values[c](r))
		}
		a.EndRow()
	}
	for _, src := range s.Sources {
		t.Sources = append(t.Sources, Source{Resource: src.resource, Namespace: src.namespace, Name: src.name, Rows: func(o *Object, cols []int, a Appender) {
			src.rows(o, func(r R) { appendRow(r, cols, a) })
		}})
	}
	if s.Derive != nil {
		t.Derive = func(w *World, cols []int, a Appender) {
			s.Derive(w, func(r R) { appendRow(r, cols, a) })
		}
	}
	return t
}

func text[R any](name, doc string, value func(R) Value) column[R] {
	return column[R]{Column{Name: name, Doc: doc, Type: TypeText}, value}
}

func integer[R any](name, doc string, value func(R) Value) column[R] {
	return column[R]{Column{Name: name, Doc: doc, Type: TypeInteger}, value}
}

func realCol[R any](name, doc string, value func(R) Value) column[R] {
	return column[R]{Column{Name: name, Doc: doc, Type: TypeReal}, value}
}

func jsonCol[R any](name, doc string, value func(R) Value) column[R] {
	return column[R]{Column{Name: name, Doc: doc, Type: TypeJSON}, value}
}

// late declares a column whose value is looked up, by the row's key, once all
// objects of the facts' resources have been seen. An empty key is NULL.
func late[R any](name string, typ Type, doc string, key func(R) string, value func(w *World, key string) Value, facts ...*Fact) column[R] {
	return column[R]{
		Column{Name: name, Doc: doc, Type: typ, Late: &Late{Facts: facts, Value: value}},
		func(r R) Value { return rawText(key(r)) },
	}
}

// by names the keys of a late column: columns that say the same have the same
// key function.
func (c column[R]) by(key string) column[R] {
	c.Late.Key = key
	return c
}

// rawText is a string that is not cleaned: a lookup key.
func rawText(s string) Value {
	if s == "" {
		return Null
	}
	return Value{kind: KindText, text: s}
}

func (c column[R]) key() column[R] {
	c.Key = true
	return c
}

func (c column[R]) hidden() column[R] {
	c.Hidden = true
	return c
}
