package rows

import (
	"cmp"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// builder fills a Column.
type builder struct {
	*dict
	codes Codes
	// last is the value that was appended last: many columns have runs.
	last     tables.Value
	lastCode uint32
}

func newBuilder() *builder { return &builder{dict: newDict()} }

// dicts are dictionaries by the name of their column. The tables of a resource
// share those of key columns: uid, name and the like are the same in each.
type dicts map[string]*dict

func (d dicts) builder(c tables.Column) *builder {
	if !c.Key || c.Late != nil {
		return newBuilder()
	}
	if d[c.Name] == nil {
		d[c.Name] = newDict()
	}
	return &builder{dict: d[c.Name]}
}

func (b *builder) append(v tables.Value) {
	if v != b.last {
		b.last, b.lastCode = v, b.code(v)
	}
	b.codes.Append(b.lastCode)
}

func (b *builder) column() *Column { return concat([]*builder{b}) }

// concat puts columns one after the other. The one with the most values takes
// in those of the others.
func concat(parts []*builder) *Column {
	switch len(parts) {
	case 0:
		return newBuilder().column()
	case 1:
		return newColumn(parts[0].codes, parts[0].values)
	}
	most := slices.MaxFunc(parts, func(a, b *builder) int { return cmp.Compare(len(a.values), len(b.values)) })
	words := make([][]uint32, len(parts)) // nil for its own
	rows := 0
	for i, p := range parts {
		if p != most {
			words[i] = most.take(p.values, func(code int) uint32 { return p.hashes[code] })
		}
		rows += p.codes.Len()
	}
	codes := roomFor(rows, uint32(len(most.values)-1))
	if alike(parts, words) {
		codes = Codes{}
	}
	for i, p := range parts {
		codes.appendAll(&p.codes, words[i])
	}
	return newColumn(codes, most.values)
}

// newColumn leaves out what other tables have in a shared dictionary, if that is
// most of it: an index by value should be no larger than the table.
func newColumn(codes Codes, values []any) *Column {
	if len(values) <= 2*codes.Len()+8 {
		return &Column{Codes: codes, Values: slices.Clip(values)}
	}
	own, words := []any{nil}, map[uint32]uint32{0: 0}
	var kept Codes
	for row := range codes.Len() {
		code := codes.At(row)
		if _, ok := words[code]; !ok {
			words[code] = uint32(len(own))
			own = append(own, values[code])
		}
		kept.Append(words[code])
	}
	return &Column{Codes: kept, Values: own}
}

// alike reports whether all rows of all parts have one value.
func alike(parts []*builder, words [][]uint32) bool {
	some, first := false, uint32(0)
	for i, p := range parts {
		if p.codes.Len() == 0 {
			continue
		}
		code := p.codes.At(0)
		if words[i] != nil {
			code = words[i][code]
		}
		if !p.codes.alike() || some && code != first {
			return false
		}
		some, first = true, code
	}
	return true
}

// resolve makes late columns of their keys: each value is asked for once a key.
func (c *Column) resolve(values ...func(key string) tables.Value) []*Column {
	out := make([]*Column, len(values))
	for i, value := range values {
		words := newBuilder()
		words.append(tables.Null)
		for _, key := range c.Values[1:] {
			words.append(value(key.(string)))
		}
		var codes Codes
		if !words.codes.alike() { // not NULL whatever the key
			codes = roomFor(c.Codes.Len(), uint32(len(words.values)-1))
		}
		for row := range c.Codes.Len() {
			codes.Append(words.codes.At(int(c.Codes.At(row))))
		}
		out[i] = &Column{Codes: codes, Values: words.values}
	}
	return out
}
