package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// ExplainRule tells all there is to say of a rule without running it.
func ExplainRule(w io.Writer, r posture.Rule, s Style) error {
	t := &printer{paint: paint(s.Color), style: s}
	t.ruleHead(r)
	t.section("What to change", r.Fix)
	t.section("Parameters, in kspm.yaml", parameters(r))
	t.section("The query", r.SQL)
	t.section("References", strings.Join(r.References, "\n"))
	if len(r.Aliases) > 0 {
		t.section("Known elsewhere as", strings.Join(r.Aliases, ", "))
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// ExplainResult tells what a rule found, with the fix for each asset.
func ExplainResult(w io.Writer, res posture.RuleResult, s Style) error {
	t := &printer{paint: paint(s.Color), style: s}
	t.ruleHead(res.Rule)
	t.section("The query", res.Rule.SQL)
	if res.Reason != "" {
		t.section("Result", string(res.Status)+": "+res.Reason)
	} else {
		t.section("Result", fmt.Sprintf("%s: %d of %d assets fail", res.Status, res.Assets.Failed, res.Assets.Total))
	}
	if why := res.WhyIncomplete(); why != "" && why != res.Reason {
		t.section("Not assessed", why)
	}
	for _, f := range res.Findings {
		t.heading("%s", strings.TrimRight(oneLine(f.Asset.String()+"  "+t.place(f)), " "))
		if f.Exempt != "" {
			fmt.Fprintf(&t.b, "  exempt: part of the %s\n", f.Exempt)
		}
		t.evidenceRows(f, "  ")
		t.b.WriteString("\n")
		t.indented(f.Fix)
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (t *printer) ruleHead(r posture.Rule) {
	p := t.paint
	fmt.Fprintf(&t.b, "%s  %s\n%s\n", p.in(bold, r.ID), p.in(bold, r.Title),
		p.severity(r.Severity, r.Severity.String())+p.in(dim, " · "+r.Section+said(r.Said)))
	t.section("Why it matters", r.Why)
}

// said is what a benchmark says of the rule, behind the section.
func said(text string) string {
	if text == "" {
		return ""
	}
	return " · " + text
}

func (t *printer) section(title, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	t.heading("%s", title)
	t.indented(text)
}

func (t *printer) indented(text string) {
	for line := range strings.Lines(strings.TrimSpace(text) + "\n") {
		if strings.TrimSpace(line) == "" {
			t.b.WriteString("\n")
			continue
		}
		t.b.WriteString("  " + line)
	}
}

// parameters are what a rule can be told, and what it is told.
func parameters(r posture.Rule) string {
	var b strings.Builder
	for _, p := range r.Parameters {
		value := "unset"
		if p.Value != nil {
			value = *p.Value
		}
		fmt.Fprintf(&b, "parameters.%s.%s (%s): %s\n  %s\n", r.ID, p.Name, p.Type, value, oneLine(p.Doc))
	}
	return b.String()
}
