package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// EvidenceRow is a row of evidence as a case's rows are compared with: every
// column as text, NULL as nothing.
type EvidenceRow map[string]string

// String lists the columns by name.
func (r EvidenceRow) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r)) {
		if r[name] != "" {
			parts = append(parts, fmt.Sprintf("%s: %q", name, r[name]))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// EvidenceRows are all rows of evidence of a result.
func EvidenceRows(res posture.RuleResult) []EvidenceRow {
	var rows []EvidenceRow
	for _, f := range res.Findings {
		for _, e := range f.Evidence {
			row := EvidenceRow{
				"kind": f.Kind, "namespace": f.Namespace, "name": f.Name, "exempt": f.Exempt, "severity": f.Severity.String(),
				"path": e.Path, "actual": text(e.Actual), "expected": text(e.Expected),
			}
			for _, d := range e.Details {
				row[d.Name] = text(d.Value)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// MatchRows compares a result with the rows that a case wants: each must match
// one row of evidence, and none may be left. It returns what is wrong, or
// nothing. Without wanted rows everything matches.
func MatchRows(res posture.RuleResult, want []map[string]any) string {
	if want == nil {
		return ""
	}
	left := EvidenceRows(res)
	var problems []string
	for _, w := range want {
		i := slices.IndexFunc(left, func(row EvidenceRow) bool { return row.matches(w) })
		if i < 0 {
			problems = append(problems, fmt.Sprintf("no row of evidence has %v", w))
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, row := range left {
		problems = append(problems, "unexpected evidence "+row.String())
	}
	return strings.Join(problems, "\n")
}

func (r EvidenceRow) matches(want map[string]any) bool {
	for name, value := range want {
		got, has := r[name]
		if i, ok := value.(int); ok {
			value = int64(i)
		}
		if !has || got != text(value) {
			return false
		}
	}
	return true
}

// MatchUnassessed compares the assets that a result could not judge with those
// that a case wants, as MatchRows does.
func MatchUnassessed(res posture.RuleResult, want []map[string]any) string {
	left := make([]EvidenceRow, len(res.Unassessed))
	for i, u := range res.Unassessed {
		left[i] = EvidenceRow{"kind": u.Kind, "namespace": u.Namespace, "name": u.Name, "reason": u.Reason}
	}
	var problems []string
	for _, w := range want {
		i := slices.IndexFunc(left, func(row EvidenceRow) bool { return row.matches(w) })
		if i < 0 {
			problems = append(problems, fmt.Sprintf("no asset that could not be judged has %v", w))
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, row := range left {
		problems = append(problems, "an asset could not be judged that the case does not name "+row.String())
	}
	return strings.Join(problems, "\n")
}
