package rows

import (
	"cmp"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// builder fills a Column.
type builder struct {
	dict
	codes []uint32
	// last is the value that was appended last: many columns have runs.
	last     tables.Value
	lastCode uint32
}

func newBuilder() *builder { return &builder{dict: newDict()} }

func (b *builder) append(v tables.Value) {
	if v != b.last {
		b.last, b.lastCode = v, b.code(v)
	}
	b.codes = append(b.codes, b.lastCode)
}

func (b *builder) column() *Column { return &Column{Codes: b.codes, Values: b.values} }

// concat puts columns one after the other. The one with the most values takes
// in those of the others.
func concat(parts []*builder) *Column {
	switch len(parts) {
	case 0:
		return newBuilder().column()
	case 1:
		return parts[0].column()
	}
	rows := 0
	for _, p := range parts {
		rows += len(p.codes)
	}
	most := slices.MaxFunc(parts, func(a, b *builder) int { return cmp.Compare(len(a.values), len(b.values)) })
	codes := make([]uint32, 0, rows)
	for _, p := range parts {
		if p == most {
			codes = append(codes, p.codes...)
			continue
		}
		codes = translate(codes, p.codes, most.take(p.values, func(code int) uint32 { return p.hashes[code] }))
	}
	return &Column{Codes: codes, Values: most.values}
}

// resolve makes late columns of their keys: each value is asked for once a key.
func (c *Column) resolve(values ...func(key string) tables.Value) []*Column {
	builders := make([]*builder, len(values))
	for i := range builders {
		builders[i] = newBuilder()
		builders[i].append(tables.Null)
	}
	for _, key := range c.Values[1:] {
		for i, value := range values {
			builders[i].append(value(key.(string)))
		}
	}
	out := make([]*Column, len(values))
	for i, b := range builders {
		out[i] = &Column{Codes: translate(make([]uint32, 0, len(c.Codes)), c.Codes, b.codes), Values: b.values}
	}
	return out
}

// translate appends codes in the words of another dictionary.
func translate(to, codes, words []uint32) []uint32 {
	for _, code := range codes {
		to = append(to, words[code])
	}
	return to
}
