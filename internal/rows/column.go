// Package rows keeps the rows of tables in columns: small, immutable once
// loaded, and shared by every query of a run. It knows tables and sources,
// and nothing of SQL.
package rows

import (
	"strconv"
	"strings"
	"sync"
)

// Column holds one column of a table, dictionary-coded: a row's code points
// into Values. Code 0 is NULL.
type Column struct {
	Codes Codes
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
func (c *Column) At(row int) any { return c.Values[c.Codes.At(row)] }

// Rows returns the rows that hold a code, in order.
func (c *Column) Rows(code uint32) []uint32 {
	c.index.once.Do(c.buildIndex)
	return c.index.rows[c.index.starts[code]:c.index.starts[code+1]]
}

// buildIndex is a counting sort of the rows by code.
func (c *Column) buildIndex() {
	starts := make([]uint32, len(c.Values)+1)
	for row := range c.Codes.Len() {
		starts[c.Codes.At(row)+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	next := append([]uint32(nil), starts...)
	rows := make([]uint32, c.Codes.Len())
	for row := range rows {
		code := c.Codes.At(row)
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
		if digits := strings.TrimSpace(text); digits != "" && strings.IndexByte("0123456789+-.", digits[0]) >= 0 {
			if n, err := strconv.ParseFloat(digits, 64); err == nil {
				return foldNumber(n)
			}
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
