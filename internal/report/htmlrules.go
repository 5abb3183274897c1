package report

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// htmlSection is a line of the table of sections.
type htmlSection struct {
	Name                              string
	Pass, Fail, Review, Blind, Assets int
	Judged, Last                      bool
	Percent                           float64
	PercentText, Coverage, Grade      string
}

func htmlSectionOf(name string, s posture.Summary) htmlSection {
	out := htmlSection{
		Name: name, Pass: s.Rules[posture.Pass], Fail: s.Rules[posture.Fail], Review: s.Rules[posture.Review],
		Blind: s.Rules[posture.NotAssessed] + s.Rules[posture.Error], Assets: s.Assets.Total, Coverage: Percent(100 * s.Coverage),
	}
	if out.Pass+out.Fail+out.Review+out.Blind == 0 {
		out.Coverage = "–" // there was nothing to cover
	}
	percent, ok := s.Assets.Percent()
	if out.Judged = ok && out.Pass+out.Fail+out.Review > 0; !out.Judged {
		return out
	}
	out.Percent, out.PercentText, out.Grade = math.Floor(percent*10)/10, Percent(percent), "bad"
	switch {
	case percent >= 90:
		out.Grade = "good"
	case percent >= 60:
		out.Grade = "fair"
	}
	return out
}

type htmlRule struct {
	ID, Title, Section, Why, Reason, SQL string
	Severity                             string
	Status                               posture.Status
	StatusText, Count                    string
	Incomplete                           bool
	Findings                             []htmlFinding
	References                           []htmlReference
}

type htmlReference struct {
	Text string
	Link bool
}

type htmlFinding struct {
	Asset, Namespace, Severity, State string
	Team                              string // where the report names teams
	What, Where, Apart, Fix           string
	Evidence                          []htmlEvidence
}

type htmlEvidence struct {
	Path, Actual, Expected, More string
	Line                         int
}

// htmlRules are all rules: failing ones first, worst first, then what else
// needs attention, then the rest in order.
func htmlRules(r *posture.Report, s Style) []htmlRule {
	rank := func(rule posture.RuleResult) int { return slices.Index(posture.Statuses, rule.Status) }
	rules := slices.Clone(r.Rules)
	slices.SortStableFunc(rules, func(a, b posture.RuleResult) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Assets.Failed, a.Assets.Failed))
	})
	fresh, teams := since(r), owned(r)
	var out []htmlRule
	for _, rule := range rules {
		out = append(out, htmlRuleOf(rule, s, fresh, teams))
	}
	return out
}

func htmlRuleOf(rule posture.RuleResult, s Style, fresh baseline, teams bool) htmlRule {
	out := htmlRule{
		ID: rule.ID, Title: rule.Title, Section: rule.Section, Why: strings.Join(strings.Fields(rule.Rule.Why), " "), SQL: strings.TrimSpace(rule.Rule.SQL),
		Severity: rule.Severity.String(), Status: rule.Status, StatusText: Verb(rule.Status), Incomplete: rule.Incomplete(), Reason: rule.Reason,
	}
	if why := rule.WhyIncomplete(); why != "" {
		out.Reason = why
	}
	if rule.Status == posture.Manual {
		out.Reason = "No query can decide this: somebody has to look."
	}
	if rule.Status.Judged() {
		out.Count = fmt.Sprintf(" · %d of %d", rule.Assets.Failed, rule.Assets.Total) + apart(rule)
	}
	for _, ref := range rule.Rule.References {
		u, err := url.Parse(ref)
		out.References = append(out.References, htmlReference{ref, err == nil && u.Scheme == "https"})
	}
	t := &printer{style: s, teams: teams}
	for _, f := range rule.Findings {
		out.Findings = append(out.Findings, t.htmlFinding(f, fresh))
	}
	slices.SortStableFunc(out.Findings, func(a, b htmlFinding) int { return cmp.Compare(len(a.Apart), len(b.Apart)) })
	return out
}

func (t *printer) htmlFinding(f posture.Finding, fresh baseline) htmlFinding {
	out := htmlFinding{
		Asset: f.Asset.String(), Namespace: f.Namespace, Severity: f.Severity.String(), State: fresh.worst(f),
		What: summary(f), Where: t.place(f), Fix: f.Fix,
	}
	if t.teams {
		out.Team = teamName(f)
		out.Where = strings.TrimLeft(out.Where+" · "+out.Team, " ·")
	}
	switch {
	case f.Waiver != nil:
		out.Apart = fmt.Sprintf("Waived by %s until %s: %s", f.Waiver.Owner, f.Waiver.Expires, f.Waiver.Reason)
	case f.Exempt != "":
		out.Apart = "Part of the " + f.Exempt + ": exempt, and not counted"
	}
	for _, e := range f.Evidence {
		row := htmlEvidence{Path: e.Path, Actual: Value(e.Actual), Expected: Value(e.Expected), More: Details(e)}
		if f.File != "" {
			row.Line = t.line(f, e)
		}
		out.Evidence = append(out.Evidence, row)
	}
	return out
}
