package web

import (
	"fmt"
	"html/template"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

var funcs = template.FuncMap{
	"ago":      ago,
	"asset":    splitAsset,
	"counted":  counted,
	"details":  report.Details,
	"fixparts": fixParts,
	"grade":    grade,
	"grants":   report.Grants,
	"grouped":  grouped,
	"link":     link,
	"mark":     mark,
	"moment":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
	"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"percent":  percentOf,
	"seg":      func(part, sum int) string { return fmt.Sprintf("%.2f%%", share(part, sum)) },
	"share":    func(c float64) string { return report.Percent(100 * c) },
	"static":   staticURL,
	"statuses": func() []posture.Status { return posture.Statuses },
	"severities": func() []posture.Severity {
		return []posture.Severity{posture.Critical, posture.High, posture.Medium, posture.Low, posture.Info}
	},
	"n":       func(counts map[posture.Status]int, s string) int { return counts[posture.Status(s)] },
	"sum":     func(a, b int) int { return a + b },
	"team":    orUnowned,
	"value":   report.Value,
	"verb":    report.Verb,
	"state":   stateOf,
	"ages":    func() []Age { return Ages },
	"states":  func() []string { return States },
	"oneline": func(s string) string { return strings.Join(strings.Fields(s), " ") },
	"weblink": func(s string) bool { u, err := url.Parse(s); return err == nil && u.Scheme == "https" },
	"failing": failingFirst,
	"cell":    cell,
}

func orUnowned(team string) string {
	if team == "" {
		return unowned
	}
	return team
}

// link is the address of a page below path, whose parts come from clusters.
func link(path string, parts ...string) template.URL {
	for _, p := range parts {
		path += "/" + url.PathEscape(p)
	}
	return template.URL(path)
}

// text is a template's value as part of a URL.
func text(v any) string { return fmt.Sprint(v) }

// mark is a sign for a status, for those who see no colours.
func mark(s posture.Status) string {
	switch s {
	case posture.Pass:
		return "✓"
	case posture.Fail:
		return "✕"
	case posture.Review:
		return "◐"
	case posture.NotAssessed:
		return "?"
	case posture.Error:
		return "!"
	case posture.Manual:
		return "○"
	}
	return "–"
}

// percentOf is the share of compliant assets, "–" where there are none. It is
// cut, never rounded up: 100% is all of them.
func percentOf(a posture.AssetSummary) string {
	p, ok := a.Percent()
	if !ok {
		return "–"
	}
	return report.Percent(p)
}

// grade is how good a share of compliant assets is.
func grade(a posture.AssetSummary) string {
	p, ok := a.Percent()
	switch {
	case !ok:
		return "none"
	case p >= 90:
		return "good"
	case p >= 60:
		return "fair"
	}
	return "bad"
}

func share(part, sum int) float64 {
	if sum == 0 {
		return 0
	}
	return 100 * float64(part) / float64(sum)
}

// ago is how long before now a time was.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return "never"
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return counted(int(d.Minutes()), "minute") + " ago"
	case d < 2*day:
		return counted(int(d.Hours()), "hour") + " ago"
	}
	return counted(int(math.Floor(d.Hours()/24)), "day") + " ago"
}

// parts of an asset's name, each to be set in its own way.
type assetParts struct{ Kind, Namespace, Name string }

func splitAsset(a posture.Asset) assetParts { return assetParts{a.Kind, a.Namespace, a.Name} }

func stateOf(f store.Finding) string {
	switch {
	case !f.Resolved.IsZero():
		return "resolved"
	case f.Waiver != nil:
		return "waived"
	case f.Exempt != "":
		return "exempt"
	}
	return "open"
}

// failingFirst are sections in the order of how many of their rules fail.
func failingFirst(sections []posture.Section) []posture.Section {
	sections = slices.Clone(sections)
	slices.SortStableFunc(sections, func(a, b posture.Section) int { return b.Rules[posture.Fail] - a.Rules[posture.Fail] })
	return sections
}

// cell is a value of a query's result.
func cell(v any) string {
	if v == nil {
		return "NULL"
	}
	return report.Value(v)
}
