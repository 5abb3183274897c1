package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// markdownAssets is how many assets of a rule Markdown lists: a comment on a
// pull request has room for 65,536 characters.
const markdownAssets = 20

// Markdown writes a report for a comment on a pull request or the summary of a
// job: sums by section, then the failing rules with their assets folded away.
func Markdown(w io.Writer, r *posture.Report, s Style) error {
	m := &markdown{style: s, teams: owned(r)}
	m.line("## Kubernetes security posture: %s", markdownText(nameOf(r)))
	m.line("")
	m.line("**%s** of the assets are compliant; %s.", share(r.Summary), rulesLine(r.Summary))
	m.sections(r)
	if r.Baseline != nil {
		m.comparison(r.Baseline)
	}
	m.rules("Failing rules, worst first", r.Failing())
	m.rules("For a human to judge", withStatus(r, posture.Review))
	m.notAssessed(r)
	_, err := io.WriteString(w, m.b.String())
	return err
}

// DiffMarkdown writes a comparison for a comment.
func DiffMarkdown(w io.Writer, c *posture.Comparison, s Style) error {
	m := &markdown{style: s}
	m.line("## What changed in the posture of %s", markdownText(c.After.Source.Name))
	m.line("")
	m.line("Compliant assets: %s before, **%s** after.", share(c.Before.Summary), share(c.After.Summary))
	m.comparison(c)
	_, err := io.WriteString(w, m.b.String())
	return err
}

type markdown struct {
	b     strings.Builder
	style Style
	teams bool // some finding has one
}

func (m *markdown) line(format string, args ...any) {
	fmt.Fprintf(&m.b, format+"\n", args...)
}

func (m *markdown) row(cells ...string) { m.line("| %s |", strings.Join(cells, " | ")) }

func (m *markdown) sections(r *posture.Report) {
	m.line("")
	m.row("Section", "Passed", "Failed", "Review", "Not assessed", "Assets", "Compliant", "Coverage")
	m.row("---", "--:", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, s := range r.Sections {
		m.section(markdownText(s.Name), posture.Summary{Rules: s.Rules, Assets: s.Assets, Coverage: s.Coverage})
	}
	m.section("**Total**", r.Summary)
}

func (m *markdown) section(name string, s posture.Summary) {
	percent := "–"
	if p, ok := s.Assets.Percent(); ok {
		percent = Percent(p)
	}
	count := func(n int) string { return fmt.Sprint(n) }
	m.row(name, count(s.Rules[posture.Pass]), count(s.Rules[posture.Fail]), count(s.Rules[posture.Review]),
		count(s.Rules[posture.NotAssessed]+s.Rules[posture.Error]), count(s.Assets.Total), percent, Percent(100*s.Coverage))
}

// rulesLine counts rules by status, in words.
func rulesLine(s posture.Summary) string {
	var parts []string
	for _, status := range posture.Statuses {
		if n := s.Rules[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, Verb(status)))
		}
	}
	if len(parts) == 0 {
		return "no rules"
	}
	return "rules: " + strings.Join(parts, ", ")
}

// Verb is a status of rules as a list of counts has it: 3 failed.
func Verb(s posture.Status) string {
	switch s {
	case posture.Pass:
		return "passed"
	case posture.Fail:
		return "failed"
	case posture.Review:
		return "for review"
	case posture.Error:
		return "broken"
	case posture.Manual:
		return "manual"
	}
	return statusWord(s)
}

func withStatus(r *posture.Report, status posture.Status) []posture.RuleResult {
	var rules []posture.RuleResult
	for _, rule := range r.Rules {
		if rule.Status == status {
			rules = append(rules, rule)
		}
	}
	return rules
}

func (m *markdown) rules(title string, rules []posture.RuleResult) {
	if len(rules) == 0 {
		return
	}
	m.line("\n### %s", title)
	for _, rule := range rules {
		count := fmt.Sprintf("%d of %d", rule.Assets.Failed, rule.Assets.Total)
		m.line("\n<details><summary><b>%s</b> %s · %s · %s</summary>\n", htmlText(rule.ID), rule.Severity, htmlText(rule.Title), count+apart(rule))
		if why := strings.TrimSpace(rule.Rule.Why); why != "" {
			m.line("%s\n", markdownText(strings.Join(strings.Fields(why), " ")))
		}
		var findings []posture.Finding
		for _, f := range rule.Findings {
			if f.Counts() {
				findings = append(findings, f)
			}
		}
		m.findings(findings)
		m.line("\n</details>")
	}
}

// htmlText escapes for a block of HTML, where Markdown's escapes mean nothing.
func htmlText(s string) string { return html.EscapeString(oneLine(s)) }

// apart says what is counted apart: ", 2 waived, 1 exempt, 3 not assessed".
func apart(rule posture.RuleResult) string {
	var b strings.Builder
	for _, part := range []struct {
		n    int
		word string
	}{{rule.Assets.Waived, "waived"}, {rule.Assets.Exempt, "of the system exempt"}, {rule.Assets.NotAssessed, "not assessed"}} {
		if part.n > 0 {
			fmt.Fprintf(&b, ", %d %s", part.n, part.word)
		}
	}
	return b.String()
}

func (m *markdown) findings(findings []posture.Finding) {
	head, rule := []string{"Asset", "What", "Where"}, []string{"---", "---", "---"}
	if m.teams {
		head, rule = append(head, "Team"), append(rule, "---")
	}
	m.row(head...)
	m.row(rule...)
	t := &printer{style: m.style}
	for _, f := range findings[:min(len(findings), markdownAssets)] {
		cells := []string{markdownText(shorten(f.Asset.String(), 200)), markdownText(summary(f)), markdownText(t.place(f))}
		if m.teams {
			cells = append(cells, markdownText(shorten(teamName(f), 80)))
		}
		m.row(cells...)
	}
	if more := len(findings) - markdownAssets; more > 0 {
		m.line("\n… and %d more", more)
	}
}

func (m *markdown) comparison(c *posture.Comparison) {
	m.line("\n%d new, %d gone, %d in both.", len(c.New), len(c.Gone), c.Known)
	for _, part := range []struct {
		title   string
		changes []posture.Change
	}{{"New", c.New}, {"Gone", c.Gone}, {"Not seen again, nor known to be gone", c.Unknown}} {
		if len(part.changes) == 0 {
			continue
		}
		m.line("\n### %s\n", part.title)
		m.row("Severity", "Rule", "Asset", "What", "Note")
		m.row("---", "---", "---", "---", "---")
		for _, change := range part.changes[:min(len(part.changes), 5*markdownAssets)] {
			m.row(change.Severity.String(), markdownText(change.Rule+" "+change.Title), markdownText(shorten(change.Asset.String(), 200)),
				markdownText(summary(change.Finding)), markdownText(change.Reason))
		}
		if more := len(part.changes) - 5*markdownAssets; more > 0 {
			m.line("\n… and %d more", more)
		}
	}
}

func (m *markdown) notAssessed(r *posture.Report) {
	if !r.Incomplete() {
		return
	}
	m.line("\n### Not assessed\n")
	for _, rule := range r.Rules {
		if rule.Incomplete() {
			m.line("* **%s** %s: %s", markdownText(rule.ID), markdownText(rule.Title), markdownText(rule.WhyIncomplete()))
		}
	}
	for _, grant := range Grants(r.NotAssessed) {
		m.line("* to read it, add to a ClusterRole: %s", markdownText(grant))
	}
	for _, problem := range r.Problems {
		m.line("* %s", markdownText(problem))
	}
}
