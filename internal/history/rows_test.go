package history

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// However small the pages are, every row is there once.
func TestRowsPages(t *testing.T) {
	s, err := store.Open(t.Context(), ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	run(t, s, "u", -3, "1", "2", "4", "5")
	run(t, s, "u", -2, "1", "2")
	run(t, s, "v", -2, "1", "2", "3", "7", "8")
	run(t, s, "u", 0, "1", "3")
	read := func(size int) (out []string) {
		t.Helper()
		defer func(was int) { pageSize = was }(pageSize)
		pageSize = size
		for _, r := range []*tables.Resource{tables.FindingEvents, tables.Findings, tables.Runs, tables.Namespaces} {
			err := Rows{s}.Each(t.Context(), r, rows.Scope{}, func(o *tables.Object) {
				text, err := json.Marshal(o.Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, o.Cluster+" "+string(text))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	all := read(100)
	if want := 4 + 2 + 5 + 1 + 1 + 5 + 5 + 4; len(all) != want {
		t.Errorf("%d rows, want %d", len(all), want)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(all) {
		t.Errorf("a row is there twice:\n%s", strings.Join(slices.Sorted(slices.Values(all)), "\n"))
	}
	for size := 1; size < 8; size++ {
		if diff := cmp.Diff(all, read(size)); diff != "" {
			t.Errorf("pages of %d: %s", size, diff)
		}
	}
}
