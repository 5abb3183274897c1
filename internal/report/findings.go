package report

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// findingColumns are the columns of CSV, one row for each row of evidence.
var findingColumns = []string{
	"cluster", "rule", "title", "section", "severity", "status", "reason", "kind", "namespace", "name", "team",
	"path", "actual", "expected", "details", "file", "line", "pods", "exempt", "waived", "waiver_owner", "waiver_expires",
	"baseline", "fix", "fingerprint",
}

// CSV writes one row for each row of evidence, and one for each rule or asset
// that has none, so that what passes and what could not be assessed is on
// record too.
func CSV(w io.Writer, r *posture.Report, _ Style) error {
	var rows [][]any
	fresh := since(r)
	for _, rule := range r.Rules {
		head := []any{r.Source.Name, rule.ID, rule.Title, rule.Section, rule.Severity.String(), string(rule.Status), rule.Reason}
		if len(rule.Findings) == 0 {
			rows = append(rows, append(head, make([]any, len(findingColumns)-len(head))...))
		}
		for _, f := range rule.Findings {
			head[4] = f.Severity.String()
			for _, e := range f.Evidence {
				rows = append(rows, append(head[:len(head):len(head)], findingCells(f, e, fresh)...))
			}
		}
		for _, u := range rule.Unassessed {
			cells := make([]any, len(findingColumns)-len(head))
			cells[0], cells[1], cells[2] = u.Kind, u.Namespace, u.Name
			row := append(head[:len(head):len(head)], cells...)
			row[5], row[6] = string(posture.NotAssessed), u.Reason
			rows = append(rows, row)
		}
	}
	return rowsCSV(w, findingColumns, rows)
}

func findingCells(f posture.Finding, e posture.Evidence, fresh baseline) []any {
	number := func(n int) any {
		if n == 0 {
			return nil
		}
		return int64(n)
	}
	cells := []any{
		f.Kind, f.Namespace, f.Name, f.Team, e.Path, Value(e.Actual), Value(e.Expected), Details(e),
		f.File, number(max(e.Line, f.Line)), number(f.Pods), f.Exempt,
	}
	if f.Waiver != nil {
		cells = append(cells, f.Waiver.Reason, f.Waiver.Owner, f.Waiver.Expires)
	} else {
		cells = append(cells, nil, nil, nil)
	}
	return append(cells, fresh.state(f, e), f.Fix, e.Fingerprint)
}

// baseline tells what is new in a report.
type baseline struct {
	known bool // there is a baseline
	fresh map[string]bool
}

func since(r *posture.Report) baseline {
	b := baseline{known: r.Baseline != nil, fresh: map[string]bool{}}
	if b.known {
		for _, c := range r.Baseline.New {
			for _, e := range c.Evidence {
				b.fresh[e.Fingerprint] = true
			}
		}
	}
	return b
}

// state is new or known; empty without a baseline, and for what does not count.
func (b baseline) state(f posture.Finding, e posture.Evidence) string {
	switch {
	case !b.known || !f.Counts():
		return ""
	case b.fresh[e.Fingerprint]:
		return "new"
	}
	return "known"
}

// line is a finding, or a rule without one, on a line of its own.
type findingLine struct {
	Cluster  string          `json:"cluster"`
	Rule     string          `json:"rule"`
	Title    string          `json:"title"`
	Section  string          `json:"section"`
	Status   posture.Status  `json:"status"`
	Reason   string          `json:"reason,omitempty"`
	Time     string          `json:"time"`
	Severity string          `json:"severity"`
	Baseline string          `json:"baseline,omitempty"`
	Finding  json.RawMessage `json:"finding,omitempty"`
}

// NDJSON writes one JSON object a line: a finding with its evidence, or a rule
// without findings.
func NDJSON(w io.Writer, r *posture.Report, _ Style) error {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	fresh := since(r)
	for _, rule := range r.Rules {
		line := findingLine{
			Cluster: r.Source.Name, Rule: rule.ID, Title: rule.Title, Section: rule.Section, Status: rule.Status, Reason: rule.Reason,
			Time: r.FinishedAt.Format("2006-01-02T15:04:05Z"), Severity: rule.Severity.String(),
		}
		if len(rule.Findings) == 0 {
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
		for _, f := range rule.Findings {
			text, err := encode(f)
			if err != nil {
				return err
			}
			line.Finding, line.Severity, line.Baseline = text, f.Severity.String(), fresh.worst(f)
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
		line.Status, line.Severity, line.Baseline = posture.NotAssessed, rule.Severity.String(), ""
		for _, u := range rule.Unassessed {
			text, err := encode(u.Asset)
			if err != nil {
				return err
			}
			line.Reason, line.Finding = u.Reason, text
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// worst is new where any row is.
func (b baseline) worst(f posture.Finding) string {
	state := ""
	for _, e := range f.Evidence {
		if state = b.state(f, e); state == "new" {
			return state
		}
	}
	return state
}

func encode(v any) (json.RawMessage, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return json.RawMessage(strings.TrimSpace(b.String())), nil
}
