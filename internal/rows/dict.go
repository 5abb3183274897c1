package rows

import (
	"hash/maphash"
	"math"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// dict numbers distinct values from 1 on; 0 is NULL. It is a hash table of
// codes: a map of strings would take four times the memory, and hash every
// value again each time that it grows.
type dict struct {
	values []any    // by code
	hashes []uint32 // by code
	slots  []uint32 // codes, each where its hash says or behind; 0 is free
}

func newDict() *dict {
	return &dict{values: []any{nil}, hashes: []uint32{0}, slots: make([]uint32, 8)}
}

var seed = maphash.MakeSeed()

func hashText(s string) uint32 { return uint32(maphash.String(seed, s)) }

// hashBits spreads the bits of a number, after splitmix64.
func hashBits(n uint64) uint32 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return uint32(n ^ n>>31)
}

func (d *dict) code(v tables.Value) uint32 {
	switch v.Kind() {
	case tables.KindText:
		return code(d, hashText(v.Text()), v.Text())
	case tables.KindInt:
		return code(d, hashBits(uint64(v.Int())), v.Int())
	case tables.KindReal:
		return code(d, hashBits(math.Float64bits(v.Real())), v.Real())
	}
	return 0
}

func code[K comparable](d *dict, hash uint32, key K) uint32 {
	if code := find(d, hash, key); code != 0 {
		return code
	}
	return d.add(hash, key)
}

// find returns the code of a value, or 0.
func find[K comparable](d *dict, hash uint32, key K) uint32 {
	mask := uint32(len(d.slots)) - 1
	for i := hash; ; i++ {
		code := d.slots[i&mask]
		if code == 0 {
			return 0
		}
		if d.hashes[code] == hash {
			if v, ok := d.values[code].(K); ok && v == key {
				return code
			}
		}
	}
}

func (d *dict) add(hash uint32, v any) uint32 {
	code := uint32(len(d.values))
	d.values, d.hashes = append(d.values, v), append(d.hashes, hash)
	if 4*len(d.values) > 3*len(d.slots) {
		d.slots = make([]uint32, 2*len(d.slots))
		for code := range d.hashes[1:] {
			d.place(uint32(code + 1))
		}
	} else {
		d.place(code)
	}
	return code
}

func (d *dict) place(code uint32) {
	mask := uint32(len(d.slots)) - 1
	i := d.hashes[code] & mask
	for d.slots[i] != 0 {
		i = (i + 1) & mask
	}
	d.slots[i] = code
}

// take takes in the values of another dictionary and returns the codes they
// get, by those they had.
func (d *dict) take(values []any, hash func(code int) uint32) []uint32 {
	codes := make([]uint32, len(values))
	for i := 1; i < len(values); i++ {
		h := hash(i)
		switch v := values[i].(type) {
		case string:
			codes[i] = find(d, h, v)
		case int64:
			codes[i] = find(d, h, v)
		case float64:
			codes[i] = find(d, h, v)
		}
		if codes[i] == 0 {
			codes[i] = d.add(h, values[i])
		}
	}
	return codes
}

func hashOf(v any) uint32 {
	switch v := v.(type) {
	case string:
		return hashText(v)
	case int64:
		return hashBits(uint64(v))
	case float64:
		return hashBits(math.Float64bits(v))
	}
	return 0
}
