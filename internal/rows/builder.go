package rows

import (
	"cmp"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// builder fills a Column.
type builder struct {
	dict
	// codes are nil while all rows have the same one, which is only: what the
	// API leaves unset is most columns of most tables.
	codes []uint32
	rows  int
	only  uint32
	// last is the value that was appended last: many columns have runs.
	last     tables.Value
	lastCode uint32
}

func newBuilder() *builder { return &builder{dict: newDict()} }

func (b *builder) append(v tables.Value) {
	if v != b.last {
		b.last, b.lastCode = v, b.code(v)
	}
	b.row(b.lastCode)
}

// row appends a code.
func (b *builder) row(code uint32) {
	switch {
	case b.codes != nil:
		b.codes = append(b.codes, code)
	case b.rows == 0:
		b.only = code
	case code != b.only:
		b.codes = append(appendRepeated(make([]uint32, 0, 2*b.rows), b.only, b.rows), code)
	}
	b.rows++
}

// at returns the code of a row.
func (b *builder) at(row int) uint32 {
	if b.codes == nil {
		return b.only
	}
	return b.codes[row]
}

func (b *builder) column() *Column { return concat([]*builder{b}, repeated{}) }

// repeated are codes of columns all of whose rows have the same: one slice for
// all of a table.
type repeated map[uint32][]uint32

func (r repeated) codes(code uint32, rows int) []uint32 {
	if have := r[code]; len(have) < rows {
		r[code] = appendRepeated(make([]uint32, 0, rows), code, rows)
	}
	return r[code][:rows:rows]
}

func appendRepeated(to []uint32, code uint32, n int) []uint32 {
	for range n {
		to = append(to, code)
	}
	return to
}

// concat puts columns one after the other. The one with the most values takes
// in those of the others.
func concat(parts []*builder, same repeated) *Column {
	if len(parts) == 0 {
		parts = []*builder{newBuilder()}
	}
	rows := 0
	for _, p := range parts {
		rows += p.rows
	}
	if len(parts) == 1 && parts[0].codes != nil {
		return &Column{Codes: parts[0].codes, Values: parts[0].values}
	}
	most := slices.MaxFunc(parts, func(a, b *builder) int { return cmp.Compare(len(a.values), len(b.values)) })
	words := make([][]uint32, len(parts))
	alike, some, first := true, false, uint32(0)
	for i, p := range parts {
		if p != most {
			words[i] = most.take(p.values, func(code int) uint32 { return p.hashes[code] })
		}
		if p.rows == 0 {
			continue
		}
		code := p.only
		if p != most {
			code = words[i][code]
		}
		if !some {
			some, first = true, code
		}
		alike = alike && p.codes == nil && code == first
	}
	if alike {
		return &Column{Codes: same.codes(first, rows), Values: most.values}
	}
	codes := make([]uint32, 0, rows)
	for i, p := range parts {
		switch {
		case p.codes == nil && p == most:
			codes = appendRepeated(codes, p.only, p.rows)
		case p.codes == nil && p.rows > 0:
			codes = appendRepeated(codes, words[i][p.only], p.rows)
		case p == most:
			codes = append(codes, p.codes...)
		default:
			codes = translate(codes, p.codes, words[i])
		}
	}
	return &Column{Codes: codes, Values: most.values}
}

// resolve makes late columns of their keys: each value is asked for once a key.
func (c *Column) resolve(same repeated, values ...func(key string) tables.Value) []*Column {
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
		if b.codes == nil { // NULL, whatever the key
			out[i] = &Column{Codes: same.codes(0, len(c.Codes)), Values: b.values}
			continue
		}
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
