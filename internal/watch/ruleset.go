package watch

import (
	"iter"
	"math/bits"
)

// ruleSet is a set of rules by their place among all.
type ruleSet []uint64

func (s *ruleSet) add(i int) {
	for i/64 >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[i/64] |= 1 << (i % 64)
}

func (s *ruleSet) addAll(other ruleSet) {
	for len(*s) < len(other) {
		*s = append(*s, 0)
	}
	for i, bits := range other {
		(*s)[i] |= bits
	}
}

func (s *ruleSet) remove(other ruleSet) {
	for i := range min(len(*s), len(other)) {
		(*s)[i] &^= other[i]
	}
}

func (s ruleSet) has(i int) bool { return i/64 < len(s) && s[i/64]&(1<<(i%64)) != 0 }

func (s ruleSet) empty() bool {
	for _, bits := range s {
		if bits != 0 {
			return false
		}
	}
	return true
}

// and is what two sets have in common.
func (s ruleSet) and(other ruleSet) ruleSet {
	out := make(ruleSet, min(len(s), len(other)))
	for i := range out {
		out[i] = s[i] & other[i]
	}
	return out
}

func (s ruleSet) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(64*i + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
