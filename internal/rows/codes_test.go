package rows

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCodesKeepWhatIsAppended lets codes grow past each width, at once and one
// by one.
func TestCodesKeepWhatIsAppended(t *testing.T) {
	for _, limits := range [][]uint32{{1}, {math.MaxUint8}, {1, 1 << 8}, {1, 1 << 16}, {1, 200, 1 << 9, 1 << 17}, {1 << 20, 3}} {
		rng := rand.New(rand.NewPCG(3, uint64(len(limits))))
		var want []uint32
		codes, twice := Codes{}, roomFor(0, 0)
		for _, limit := range limits {
			for range 300 {
				want = append(want, rng.Uint32N(limit))
			}
			want = append(want, limit)
		}
		for _, code := range want {
			codes.Append(code)
		}
		twice.appendAll(&codes, nil)
		for _, c := range []*Codes{&codes, &twice} {
			got := make([]uint32, c.Len())
			for row := range got {
				got[row] = c.At(row)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("up to %v: %s", limits, diff)
			}
		}
	}
}
