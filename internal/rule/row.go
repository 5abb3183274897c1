package rule

import (
	"fmt"
	"strconv"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// row is a row of a rule's query, its columns told apart.
type row struct {
	asset    posture.Asset
	severity posture.Severity
	file     string
	line     int
	evidence posture.Evidence
}

func (r *Rule) readRow(columns []string, values []any) (row, error) {
	out := row{severity: r.severity}
	for i, c := range columns {
		v := tables.CleanAny(values[i])
		switch c {
		case "kind":
			out.asset.Kind = text(v)
		case "namespace":
			out.asset.Namespace = text(v)
		case "name":
			out.asset.Name = text(v)
		case "path":
			out.evidence.Path = text(v)
		case "actual":
			out.evidence.Actual = v
		case "expected":
			out.evidence.Expected = v
		case "file":
			out.file = text(v)
		case "line":
			line, _ := v.(int64)
			out.line = int(line)
		case "severity":
			s, err := posture.ParseSeverity(text(v))
			if err != nil {
				return out, fmt.Errorf("column severity: %w", err)
			}
			if !r.overridden {
				out.severity = s
			}
		default:
			out.evidence.Details = append(out.evidence.Details, posture.Detail{Name: c, Value: v})
		}
	}
	return out, nil
}

// text is a value as text; NULL is empty.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return fmt.Sprint(v)
}
