package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const (
	topFixes = 10
	// Of how many rules the queries are compared: every rule may be in several
	// benchmarks.
	fixesOf = 8 * topFixes
)

// fixes are those that remove most, of rules.
func (c conn) fixes(ctx context.Context, f Filter, rules []Rule) ([]Fix, error) {
	failing := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool {
		return r.Status != posture.Fail && r.Status != posture.Review || r.Assets.Failed == 0
	})
	slices.SortStableFunc(failing, func(a, b Rule) int { return cmp.Compare(b.Assets.Failed, a.Assets.Failed) })
	failing = failing[:min(len(failing), fixesOf)]
	if err := c.texts(ctx, f, failing); err != nil {
		return nil, err
	}
	out := []Fix{}
	at := map[string]int{} // by query
	for _, r := range failing {
		query := r.ID
		if r.Text != nil && r.Text.SQL != "" {
			query = r.Text.SQL
		}
		i, known := at[query]
		if !known {
			at[query] = len(out)
			out = append(out, Fix{Rule: r, Removes: r.Assets.Failed})
			continue
		}
		out[i].Same = append(out[i].Same, r.ID)
		out[i].Removes += r.Assets.Failed
	}
	slices.SortStableFunc(out, func(a, b Fix) int { return cmp.Compare(b.Removes, a.Removes) })
	return slices.Clip(out[:min(len(out), topFixes)]), nil
}
