package rows

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// TestColumnsKeepWhatIsAppended fills columns in parts of different sizes, as
// resources do, and reads them back.
func TestColumnsKeepWhatIsAppended(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	some := func(distinct int) tables.Value {
		n := rng.IntN(distinct)
		switch rng.IntN(8) {
		case 0:
			return tables.Null
		case 1:
			return tables.Int(n)
		case 2:
			return tables.Real(float64(n)) // 1.0 is not 1, nor '1'
		case 3:
			return tables.Str(fmt.Sprint(n))
		}
		return tables.Str(fmt.Sprintf("value-%d", n))
	}
	for _, sizes := range [][]int{{}, {0}, {1000}, {10, 3000, 0, 500}, {3, 3, 3}} {
		for _, distinct := range []int{1, 50, 100_000} {
			want := []any{}
			var parts []*builder
			var columns []*Table
			for _, size := range sizes {
				b, again := newBuilder(), newBuilder()
				for range size {
					v := some(distinct)
					want = append(want, v.Any())
					b.append(v)
					again.append(v)
				}
				parts = append(parts, b)
				columns = append(columns, &Table{Len: size, Columns: []*Column{again.column()}})
			}
			check(t, concat(parts), want)
			of := &tables.Table{Columns: make([]tables.Column, 1)}
			check(t, Concat(of, []int{0}, append(columns, &Table{Columns: []*Column{newBuilder().column()}})).Columns[0], want)
		}
	}
}

func check(t *testing.T, c *Column, want []any) {
	t.Helper()
	seen := map[any]bool{}
	for _, v := range c.Values {
		if seen[v] {
			t.Fatalf("%v (%T) has two codes", v, v)
		}
		seen[v] = true
	}
	if diff := cmp.Diff(want, cellsOf(c)); diff != "" {
		t.Fatal(diff)
	}
}
