package engine

import "strings"

// intern gives a column of a result one string for equal texts: most columns
// of a cluster repeat a few values, and a copy costs more than finding them. A
// column whose values are all different is soon left alone.
type intern struct {
	lastInt  any
	lastText any
	texts    map[string]any
	hits     int
	misses   int
}

const (
	// maxInterned bounds the strings kept for a column, and their length.
	maxInterned, maxInternedLength = 4096, 256
	// patience is how many misses it takes to give up on a column that has
	// not had as many hits.
	patience = 256
)

func (n *intern) integer(v int64) any {
	if last, ok := n.lastInt.(int64); !ok || last != v {
		n.lastInt = v
	}
	return n.lastInt
}

// text returns s, which is valid only for now, as a value that stays.
func (n *intern) text(s string) any {
	if last, ok := n.lastText.(string); ok && last == s {
		return n.lastText
	}
	if n.misses-n.hits > patience || len(s) > maxInternedLength {
		n.lastText = strings.Clone(s)
		return n.lastText
	}
	if v, ok := n.texts[s]; ok {
		n.hits++
		n.lastText = v
		return v
	}
	n.misses++
	own := strings.Clone(s)
	n.lastText = own
	if n.texts == nil {
		n.texts = map[string]any{}
	}
	if len(n.texts) < maxInterned {
		n.texts[own] = n.lastText
	}
	return n.lastText
}
