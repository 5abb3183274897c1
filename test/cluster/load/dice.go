package load

import (
	"math/rand/v2"
	"strings"
)

// dice is the only source of chance, so that a seed decides everything.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0x6b73706d))} }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// between includes both ends.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// suffix is what Kubernetes puts behind generated names.
func (d dice) suffix(n int) string { return d.letters(n, "bcdfghjklmnpqrstvwxz2456789") }

func (d dice) hex(n int) string { return d.letters(n, "0123456789abcdef") }

func (d dice) letters(n int, alphabet string) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[d.IntN(len(alphabet))])
	}
	return b.String()
}

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// weighted picks an index with a chance proportional to its weight.
func (d dice) weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}
