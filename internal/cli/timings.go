package cli

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
)

// timings collects what rules cost, for --timings.
type timings struct {
	mu   sync.Mutex
	each []assess.Timing
}

func (t *timings) add(one assess.Timing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.each = append(t.each, one)
}

// print says on stderr where the time went, the dearest rule first.
func (t *timings) print(a *app) {
	slices.SortFunc(t.each, func(a, b assess.Timing) int {
		return cmp.Or(cmp.Compare(b.Steps, a.Steps), cmp.Compare(a.Rule, b.Rule))
	})
	w := tabwriter.NewWriter(a.Err, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nRULE\tSTEPS\tTIME\tFAILING\t")
	var steps int64
	for _, one := range t.each {
		fmt.Fprintf(w, "%s\t%d\t%s\t%d\t\n", one.Rule, one.Steps, one.Took.Round(100*time.Microsecond), one.Failing)
		steps += one.Steps
	}
	fmt.Fprintf(w, "all\t%d\t\t\t\n", steps)
	_ = w.Flush()
}
