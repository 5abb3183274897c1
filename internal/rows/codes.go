package rows

import "math"

// Codes holds one code a row in as few bytes each as the codes need: four, two
// or one, and none at all while all rows have the same, for what the API leaves
// unset is most columns of most tables.
type Codes struct {
	rows   int
	only   uint32 // of all rows, while there is nothing else
	narrow []uint8
	medium []uint16
	wide   []uint32
}

// CodesOf makes Codes of a list.
func CodesOf(codes ...uint32) Codes {
	var c Codes
	for _, code := range codes {
		c.Append(code)
	}
	return c
}

// roomFor is no codes yet, and room for so many of which none is greater than
// most.
func roomFor(rows int, most uint32) Codes {
	switch {
	case most <= math.MaxUint8:
		return Codes{narrow: make([]uint8, 0, rows)}
	case most <= math.MaxUint16:
		return Codes{medium: make([]uint16, 0, rows)}
	}
	return Codes{wide: make([]uint32, 0, rows)}
}

// Len is the number of rows.
func (c *Codes) Len() int { return c.rows }

// At returns the code of a row.
func (c *Codes) At(row int) uint32 {
	switch {
	case c.narrow != nil:
		return uint32(c.narrow[row])
	case c.medium != nil:
		return uint32(c.medium[row])
	case c.wide != nil:
		return c.wide[row]
	}
	return c.only
}

// Append adds a row.
func (c *Codes) Append(code uint32) {
	switch {
	case c.narrow != nil && code <= math.MaxUint8:
		c.narrow = append(c.narrow, uint8(code))
	case c.medium != nil && code <= math.MaxUint16:
		c.medium = append(c.medium, uint16(code))
	case c.wide != nil:
		c.wide = append(c.wide, code)
	case c.rows == 0 && c.alike():
		c.only = code
	case c.alike() && c.only == code:
	default:
		c.widen(code)
		c.Append(code)
		return
	}
	c.rows++
}

// alike reports that all rows have one code, as far as that is known.
func (c *Codes) alike() bool { return c.narrow == nil && c.medium == nil && c.wide == nil }

// widen makes place for a code that is greater than those before, or the first
// that is another.
func (c *Codes) widen(code uint32) {
	most := max(code, c.only)
	if c.medium != nil {
		most = math.MaxUint32
	}
	wider := roomFor(max(8, c.rows+c.rows/2), most)
	for row := range c.rows {
		wider.Append(c.At(row))
	}
	*c = wider
}

// appendAll adds the rows of others, in other words unless those are nil.
func (c *Codes) appendAll(others *Codes, words []uint32) {
	for row := range others.rows {
		code := others.At(row)
		if words != nil {
			code = words[code]
		}
		c.Append(code)
	}
}
