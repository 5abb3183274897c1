package tables

import (
	"encoding/binary"
	"slices"
)

// packedLabels are labels in one string, sorted: a map of them for every pod
// would be most of what is remembered of it. Each key and value is preceded by
// its length.
type packedLabels string

// packLabels appends labels, packed. keys is memory to use.
func packLabels(to []byte, keys []string, set map[string]string) ([]byte, []string) {
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		v := set[k]
		to = binary.AppendUvarint(to, uint64(len(k)))
		to = append(to, k...)
		to = binary.AppendUvarint(to, uint64(len(v)))
		to = append(to, v...)
	}
	return to, keys
}

// Lookup implements labels.Labels.
func (p packedLabels) Lookup(label string) (value string, exists bool) {
	for p != "" {
		var k, v string
		k, p = p.cut()
		v, p = p.cut()
		if k == label {
			return v, true
		}
	}
	return "", false
}

// cut takes the first string off.
func (p packedLabels) cut() (string, packedLabels) {
	var n, shift uint
	for i := range len(p) {
		n |= uint(p[i]&0x7f) << shift
		if shift += 7; p[i] < 0x80 {
			end := i + 1 + int(n)
			return string(p[i+1 : end]), p[end:]
		}
	}
	return "", ""
}

// Has implements labels.Labels.
func (p packedLabels) Has(label string) bool {
	_, ok := p.Lookup(label)
	return ok
}

// Get implements labels.Labels.
func (p packedLabels) Get(label string) string {
	v, _ := p.Lookup(label)
	return v
}
