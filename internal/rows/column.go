// Package rows keeps the rows of tables in columns: small, immutable once
// loaded, and shared by every query of a run. It knows tables and sources,
// and nothing of SQL.
package rows

import (
	"strconv"
	"strings"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Column holds one column of a table, dictionary-coded: a row's code points
// into Values. Code 0 is NULL.
type Column struct {
	// Codes has one entry a row.
	Codes []uint32
	// Values are nil, int64, float64 or string, boxed once, so that reading
	// a cell allocates nothing.
	Values []any

	index struct {
		once   sync.Once
		starts []uint32 // by code: where its rows begin in rows
		rows   []uint32
	}
	folded struct {
		once  sync.Once
		codes map[string][]uint32
	}
}

// At returns the value of a row.
func (c *Column) At(row int) any { return c.Values[c.Codes[row]] }

// Rows returns the rows that hold a code, in order.
func (c *Column) Rows(code uint32) []uint32 {
	c.index.once.Do(c.buildIndex)
	return c.index.rows[c.index.starts[code]:c.index.starts[code+1]]
}

// buildIndex is a counting sort of the rows by code.
func (c *Column) buildIndex() {
	starts := make([]uint32, len(c.Values)+1)
	for _, code := range c.Codes {
		starts[code+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	next := append([]uint32(nil), starts...)
	rows := make([]uint32, len(c.Codes))
	for row, code := range c.Codes {
		rows[next[code]] = uint32(row)
		next[code]++
	}
	c.index.starts, c.index.rows = starts, rows
}

// Codes that may equal v under any of SQLite's affinities and collations:
// case, trailing blanks and the difference between 1 and '1' are ignored, so
// the caller must still compare.
func (c *Column) MayEqual(v any) []uint32 {
	c.folded.once.Do(func() {
		c.folded.codes = make(map[string][]uint32, len(c.Values))
		for code := 1; code < len(c.Values); code++ {
			key := fold(c.Values[code])
			c.folded.codes[key] = append(c.folded.codes[key], uint32(code))
		}
	})
	return c.folded.codes[fold(v)]
}

func fold(v any) string {
	switch v := v.(type) {
	case string:
		text := strings.TrimRight(v, " ")
		if n, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
			return foldNumber(n)
		}
		return strings.ToLower(text)
	case int64:
		return foldNumber(float64(v))
	case float64:
		return foldNumber(v)
	}
	return ""
}

func foldNumber(n float64) string { return strconv.FormatFloat(n+0, 'g', -1, 64) } // -0 + 0 is 0

// builder fills a Column.
type builder struct {
	col   *Column
	texts map[string]uint32
	ints  map[int64]uint32
	reals map[float64]uint32
}

func newBuilder() *builder { return &builder{col: &Column{Values: []any{nil}}} }

func (b *builder) append(v tables.Value) {
	b.col.Codes = append(b.col.Codes, b.code(v))
}

func (b *builder) code(v tables.Value) uint32 {
	switch v.Kind() {
	case tables.KindText:
		return intern(b, &b.texts, v.Text())
	case tables.KindInt:
		return intern(b, &b.ints, v.Int())
	case tables.KindReal:
		return intern(b, &b.reals, v.Real())
	}
	return 0
}

func intern[K comparable](b *builder, codes *map[K]uint32, key K) uint32 {
	if code, ok := (*codes)[key]; ok {
		return code
	}
	if *codes == nil {
		*codes = map[K]uint32{}
	}
	code := uint32(len(b.col.Values))
	(*codes)[key] = code
	b.col.Values = append(b.col.Values, key)
	return code
}

func (b *builder) intern(v any) uint32 {
	switch v := v.(type) {
	case string:
		return intern(b, &b.texts, v)
	case int64:
		return intern(b, &b.ints, v)
	case float64:
		return intern(b, &b.reals, v)
	}
	return 0
}

// concat puts columns one after the other; a single one is taken as it is.
func concat(parts []*Column) *Column {
	if len(parts) == 1 {
		return parts[0]
	}
	b := newBuilder()
	for _, p := range parts {
		codes := make([]uint32, len(p.Values))
		for code, v := range p.Values {
			codes[code] = b.intern(v)
		}
		for _, code := range p.Codes {
			b.col.Codes = append(b.col.Codes, codes[code])
		}
	}
	return b.col
}

// resolve replaces the keys of a late column by their values.
func (c *Column) resolve(value func(key string) tables.Value) *Column {
	b := newBuilder()
	codes := make([]uint32, len(c.Values))
	for code := 1; code < len(c.Values); code++ {
		codes[code] = b.code(value(c.Values[code].(string)))
	}
	for _, code := range c.Codes {
		b.col.Codes = append(b.col.Codes, codes[code])
	}
	return b.col
}
