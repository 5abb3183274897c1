package rows

import (
	"cmp"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// builder fills a Column.
type builder struct {
	dict
	codes Codes
	// last is the value that was appended last: many columns have runs.
	last     tables.Value
	lastCode uint32
}

func newBuilder() *builder { return &builder{dict: newDict()} }

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
		return &Column{Codes: parts[0].codes, Values: parts[0].values}
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
	return &Column{Codes: codes, Values: most.values}
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
