package rule

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Querier runs SQL over the tables of one source. values is valid only during
// the call.
type Querier interface {
	Query(ctx context.Context, sql string, row func(columns []string, values []any) error) error
}

// keyColumns must be among the columns of every query.
var keyColumns = []string{"kind", "namespace", "name", "path", "actual", "expected"}

// CheckColumns refuses a query whose columns cannot be evidence.
func (r *Rule) CheckColumns(query, assets []string) error {
	for _, c := range keyColumns {
		if !slices.Contains(query, c) {
			return fmt.Errorf("%s: %s: the query returns no column %s", r.File, r.ID, c)
		}
	}
	if slices.Contains(query, "fingerprint") {
		return fmt.Errorf("%s: %s: fingerprint is a column of evidence already: call the query's own something else", r.File, r.ID)
	}
	for _, c := range keyColumns[:3] {
		if !slices.Contains(assets, c) {
			return fmt.Errorf("%s: %s: assets returns no column %s", r.File, r.ID, c)
		}
	}
	row := Row{}
	for _, c := range query {
		row[c] = ""
	}
	if _, err := r.FixText(row); err != nil {
		return fmt.Errorf("%s: %w", r.File, err)
	}
	return nil
}

// Assets are what one assets query returned: those to judge, those that cannot
// be judged, and exempt ones, both with the reason.
type Assets struct {
	Judged     []posture.Asset
	Unassessed []posture.Unassessed
	// Elsewhere are the reasons why something is not the rule's to judge.
	Elsewhere map[posture.Asset]string
	// Exempt are assets that are shown and not counted, and why.
	Exempt map[posture.Asset]string
	known  map[posture.Asset]string
	labels map[posture.Asset]string // JSON, where the query returns it
}

// QueryAssets runs an assets query. keep narrows it to what is in scope.
func QueryAssets(ctx context.Context, q Querier, sql string, keep func(posture.Asset) bool) (*Assets, error) {
	assets := &Assets{
		Elsewhere: map[posture.Asset]string{}, Exempt: map[posture.Asset]string{},
		known: map[posture.Asset]string{}, labels: map[posture.Asset]string{},
	}
	err := q.Query(ctx, sql, func(columns []string, values []any) error {
		a := posture.Asset{}
		exempt, labels, unassessed, elsewhere := "", "", "", ""
		for i, c := range columns {
			v := text(tables.CleanAny(values[i]))
			switch c {
			case "kind":
				a.Kind = v
			case "namespace":
				a.Namespace = v
			case "name":
				a.Name = v
			case "exempt":
				exempt = v
			case "not_assessed":
				unassessed = v
			case "not_applicable":
				elsewhere = v
			}
		}
		if _, seen := assets.known[a]; seen || !keep(a) {
			return nil
		}
		if elsewhere != "" {
			if before, seen := assets.Elsewhere[a]; !seen || elsewhere < before {
				assets.Elsewhere[a] = elsewhere
			}
			return nil
		}
		assets.known[a] = exempt
		if labels != "" {
			assets.labels[a] = labels
		}
		switch {
		case exempt != "":
			assets.Exempt[a] = exempt
		case unassessed != "":
			assets.Unassessed = append(assets.Unassessed, posture.Unassessed{Asset: a, Reason: unassessed})
		default:
			assets.Judged = append(assets.Judged, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return assets, nil
}

// Run judges the assets and returns the rule's result. keep narrows findings
// to what is in scope. An error of the query becomes status error; only ctx
// ending is returned.
func (r *Rule) Run(ctx context.Context, q Querier, assets *Assets, keep func(posture.Asset) bool) (posture.RuleResult, error) {
	res := r.Result()
	findings := map[posture.Asset]*posture.Finding{}
	err := q.Query(ctx, r.SQL, func(columns []string, values []any) error {
		row, err := r.readRow(columns, values)
		if err != nil {
			return err
		}
		if !keep(row.asset) {
			return nil
		}
		exempt, known := assets.known[row.asset]
		if !known {
			return fmt.Errorf("%s fails and is not among the rule's assets", row.asset)
		}
		f := findings[row.asset]
		if f == nil {
			f = &posture.Finding{Asset: row.asset, Severity: row.severity, File: row.file, Line: row.line, Exempt: exempt}
			findings[row.asset] = f
		}
		f.Severity = max(f.Severity, row.severity)
		f.Evidence = append(f.Evidence, row.evidence)
		return nil
	})
	if err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
			return res, err
		}
		res.Status, res.Reason = posture.Error, err.Error()
		return res, nil
	}
	for _, f := range findings {
		f.Evidence, f.Pods = fold(f.Evidence)
		if labels := assets.labels[f.Asset]; labels != "" {
			if err := json.Unmarshal([]byte(labels), &f.Labels); err != nil {
				return res, fmt.Errorf("assets: labels of %s: %w", f.Asset, err)
			}
		}
		res.Findings = append(res.Findings, *f)
	}
	res.Judged = slices.Clip(assets.Judged)
	for _, u := range assets.Unassessed {
		// What is known of it may be enough to fail it.
		if findings[u.Asset] != nil {
			res.Judged = append(res.Judged, u.Asset)
		} else {
			res.Unassessed = append(res.Unassessed, u)
		}
	}
	r.Conclude(&res, slices.Collect(maps.Values(assets.Elsewhere)))
	return res, nil
}

// Conclude works out the status from what was found and maybe waived, and from the
// reasons why something was not the rule's to judge.
func (r *Rule) Conclude(res *posture.RuleResult, elsewhere []string) {
	res.Status, res.Reason = r.status(*res), ""
	switch res.Status {
	case posture.NotAssessed:
		res.Reason = posture.WhyUnassessed(res.Unassessed)
	case posture.NotApplicable:
		slices.Sort(elsewhere)
		res.Reason = strings.Join(slices.Compact(elsewhere), "; ")
	case posture.Pass:
		if r.Verdict != VerdictInfo && slices.ContainsFunc(res.Findings, waived) {
			res.Reason = "every finding is waived"
		}
	}
}

func waived(f posture.Finding) bool { return f.Exempt == "" && f.Waiver != nil }

// Describe is the rule as people are told of it.
func (r *Rule) Describe() posture.Rule {
	return posture.Rule{
		ID: r.ID, Title: r.Title, Section: r.Section, Severity: r.severity, Why: r.Why, Fix: r.Fix, SQL: r.SQL,
		References: r.References, Aliases: r.Aliases, Parameters: r.told(), Said: r.Said(),
	}
}

// Result is the rule's result before anything is known.
func (r *Rule) Result() posture.RuleResult {
	res := posture.RuleResult{ID: r.ID, Title: r.Title, Section: r.Section, Severity: r.severity, Level: r.Level, Type: r.Type, Profile: r.Profile, Rule: r.Describe()}
	if r.Verdict == VerdictManual {
		res.Status = posture.Manual
		res.Reason = "no query can decide this: " + strings.TrimSpace(firstLine(r.Why))
	}
	return res
}

func (r *Rule) status(res posture.RuleResult) posture.Status {
	if slices.ContainsFunc(res.Findings, posture.Finding.Counts) {
		switch r.Verdict {
		case VerdictReview:
			return posture.Review
		case VerdictFail:
			return posture.Fail
		}
	}
	switch {
	case len(res.Unassessed) > 0:
		return posture.NotAssessed
	case len(res.Judged) == 0:
		return posture.NotApplicable
	}
	return posture.Pass
}

// fold drops the evidence of running pods that says what their template's
// evidence says already, and counts pods.
func fold(rows []posture.Evidence) ([]posture.Evidence, int) {
	slices.SortStableFunc(rows, func(a, b posture.Evidence) int {
		return cmp.Or(
			cmp.Compare(text(a.Detail("drift")), text(b.Detail("drift"))), posture.CompareIDs(a.Path, b.Path),
			cmp.Compare(text(a.Detail("container")), text(b.Detail("container"))),
			cmp.Compare(text(a.Actual), text(b.Actual)), cmp.Compare(text(a.Expected), text(b.Expected)), compareDetails(a.Details, b.Details),
		)
	})
	seen, pods := map[string]bool{}, map[string]int{}
	kept := rows[:0]
	for _, e := range rows {
		drift := text(e.Detail("drift"))
		if n, ok := e.Detail("pods").(int64); ok {
			pods[drift] = max(pods[drift], int(n))
		}
		key := strings.Join([]string{place(e.Path), text(e.Detail("container")), text(e.Actual), text(e.Expected)}, "\x00")
		if drift == "" {
			seen[key] = true
		} else if seen[key] {
			continue
		} else {
			seen[key] = true
		}
		kept = append(kept, e)
	}
	if n, ok := pods[""]; ok {
		return kept, n
	}
	total := 0
	for _, n := range pods {
		total += n
	}
	return kept, total
}

// compareDetails makes the order of rows that are alike in all else one that does
// not depend on how SQLite came upon them.
func compareDetails(a, b []posture.Detail) int {
	return slices.CompareFunc(a, b, func(a, b posture.Detail) int { return cmp.Compare(text(a.Value), text(b.Value)) })
}

var (
	specPrefix = regexp.MustCompile(`^(spec\.jobTemplate\.spec\.template\.|spec\.template\.|template\.)?spec\.`)
	indexes    = regexp.MustCompile(`\[\d+\]`)
)

// place is a path without what differs between a template and its pods: where
// the pod spec hangs, and the place of a container in its list.
func place(path string) string {
	return indexes.ReplaceAllString(specPrefix.ReplaceAllString(path, ""), "")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
