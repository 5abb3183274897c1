package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// shownAssets is how many failing assets of a rule Table prints.
const shownAssets = 5

// Table writes a report for a terminal: sections, then failing rules worst
// first with the first of their failing assets, then what was not assessed.
func Table(w io.Writer, r *posture.Report, s Style) error { return text(w, r, s, shownAssets) }

// Wide is Table with every failing asset and its evidence.
func Wide(w io.Writer, r *posture.Report, s Style) error {
	s.Evidence = true
	return text(w, r, s, math.MaxInt)
}

func text(w io.Writer, r *posture.Report, s Style, most int) error {
	t := &printer{paint: paint(s.Color), style: s, most: most, teams: owned(r)}
	t.sections(r)
	t.failing(r)
	t.review(r)
	t.notAssessed(r)
	t.imported(r)
	t.baseline(r)
	_, err := io.WriteString(w, t.b.String())
	return err
}

type printer struct {
	b     strings.Builder
	paint paint
	style Style
	most  int
	teams bool // some finding has one
}

// owned reports whether anything that was found has a team.
func owned(r *posture.Report) bool {
	return slices.ContainsFunc(r.Rules, func(rule posture.RuleResult) bool {
		return slices.ContainsFunc(rule.Findings, func(f posture.Finding) bool { return f.Team != "" })
	})
}

// teamName is the team of a finding, in a report that names teams.
func teamName(f posture.Finding) string { return cmp.Or(f.Team, posture.Unowned) }

func (t *printer) heading(format string, args ...any) {
	t.b.WriteString("\n" + t.paint.in(bold, fmt.Sprintf(format, args...)) + "\n")
}

func (t *printer) sections(r *posture.Report) {
	g := &grid{}
	head := func(name string, right bool) cell { return cell{name, dim, right} }
	g.add(head("SECTION", false), head("PASSED", true), head("FAILED", true), head("REVIEW", true), head("NOT ASSESSED", true),
		head("ASSETS", true), head("COMPLIANT", true), head("", false), head("COVERAGE", true))
	for _, s := range r.Sections {
		g.add(sectionCells(s.Name, "", s.Rules, s.Assets, s.Coverage)...)
	}
	if len(r.Sections) != 1 {
		g.add(sectionCells("Total", bold, r.Summary.Rules, r.Summary.Assets, r.Summary.Coverage)...)
	}
	g.narrow(t.style.Width, 3, 4, 7)
	g.write(&t.b, t.paint, "")
	if n := waived(r); n > 0 {
		fmt.Fprintf(&t.b, "%s\n", t.paint.in(dim, counted(n, "finding")+" waived, which do not count"))
	}
	if n := r.Summary.Rules[posture.NotApplicable] + r.Summary.Rules[posture.Manual]; n > 0 {
		fmt.Fprintf(&t.b, "%s\n", t.paint.in(dim, fmt.Sprintf("%d of %d rules are not in these sums: %d not applicable, %d manual",
			n, len(r.Rules), r.Summary.Rules[posture.NotApplicable], r.Summary.Rules[posture.Manual])))
	}
	t.notApplicable(r)
}

// notApplicable says why rules do not apply, where that is more than that
// nothing of the kind is there: one waits for its parameter.
func (t *printer) notApplicable(r *posture.Report) {
	var reasons []string
	ids := map[string][]string{}
	for _, rule := range r.Rules {
		if rule.Status != posture.NotApplicable || rule.Reason == "" || strings.HasPrefix(rule.Reason, "no ") && strings.Contains(rule.Reason, " in th") {
			continue
		}
		if ids[rule.Reason] == nil {
			reasons = append(reasons, rule.Reason)
		}
		ids[rule.Reason] = append(ids[rule.Reason], rule.ID)
	}
	for _, reason := range reasons {
		fmt.Fprintf(&t.b, "%s\n", t.paint.in(dim, oneLine("not applicable: "+strings.Join(ids[reason], ", ")+": "+reason)))
	}
}

func waived(r *posture.Report) (n int) {
	for _, rule := range r.Rules {
		n += rule.Assets.Waived
	}
	return n
}

func sectionCells(name, code string, rules map[posture.Status]int, assets posture.AssetSummary, coverage float64) []cell {
	count := func(n int, code string) cell {
		if n == 0 {
			return cell{"-", dim, true}
		}
		return cell{strconv.Itoa(n), code, true}
	}
	cells := []cell{
		{name, code, false},
		count(rules[posture.Pass], green), count(rules[posture.Fail], red), count(rules[posture.Review], yellow),
		count(rules[posture.NotAssessed]+rules[posture.Error], purple), count(assets.Total, ""),
	}
	percent, ok := assets.Percent()
	if !ok || rules[posture.Pass]+rules[posture.Fail]+rules[posture.Review] == 0 {
		covered := Percent(coverage * 100)
		if rules[posture.NotAssessed]+rules[posture.Error] == 0 {
			covered = "-" // there was nothing to cover
		}
		return append(cells, cell{"-", dim, true}, cell{"", "", false}, cell{covered, dim, true})
	}
	color := red
	switch {
	case percent >= 90:
		color = green
	case percent >= 60:
		color = yellow
	}
	coverageColor := dim
	if coverage < 1 {
		coverageColor = purple
	}
	return append(cells, cell{Percent(percent), color, true}, cell{bar(percent/100, 10), color, false}, cell{Percent(coverage * 100), coverageColor, true})
}

// Percent rounds towards the bad side: 99.9 is not 100.
func Percent(p float64) string { return strconv.Itoa(int(math.Floor(p+1e-9))) + "%" }

func (t *printer) failing(r *posture.Report) {
	failing := r.Failing()
	if len(failing) == 0 {
		return
	}
	t.heading("Failing rules, worst first")
	for _, rule := range failing {
		t.rule(rule)
	}
}

func (t *printer) review(r *posture.Report) {
	first := true
	for _, rule := range r.Rules {
		if rule.Status != posture.Review {
			continue
		}
		if first {
			t.heading("For a human to judge")
			first = false
		}
		t.rule(rule)
	}
}

func (t *printer) rule(rule posture.RuleResult) {
	p := t.paint
	count := fmt.Sprintf("%d of %d", rule.Assets.Failed, rule.Assets.Total) + apart(rule)
	title, before := oneLine(rule.Title), "  "
	if t.wider(10, utf8.RuneCountInString(rule.ID), utf8.RuneCountInString(title), 2+utf8.RuneCountInString(count)) {
		before = "\n          "
	}
	fmt.Fprintf(&t.b, "\n%s  %s  %s%s%s\n", p.severity(rule.Severity, fmt.Sprintf("%-8s", strings.ToUpper(rule.Severity.String()))),
		p.in(bold, rule.ID), title, before, p.in(dim, count))
	t.assets(rule)
}

// wider reports whether columns with two spaces between them are wider than
// the terminal.
func (t *printer) wider(widths ...int) bool {
	sum := 2 * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	return t.style.Width > 0 && sum > t.style.Width
}

func (t *printer) assets(rule posture.RuleResult) {
	var shown []posture.Finding
	for _, f := range rule.Findings {
		if f.Counts() {
			shown = append(shown, f)
		}
	}
	left := len(shown) - t.most
	if left > 0 {
		shown = shown[:t.most]
	}
	if t.style.Evidence {
		for _, f := range shown {
			t.evidence(f)
		}
	} else {
		g := &grid{}
		for _, f := range shown {
			g.add(cell{oneLine(f.Asset.String()), "", false}, cell{summary(f), dim, false}, cell{t.place(f), dim, false})
		}
		g.writeWithin(&t.b, t.paint, "          ", t.style.Width)
	}
	if left > 0 {
		fmt.Fprintf(&t.b, "          %s\n", t.paint.in(dim, fmt.Sprintf("… and %d more: -o wide shows all", left)))
	}
}

func (t *printer) notAssessed(r *posture.Report) {
	if !r.Incomplete() {
		return
	}
	t.heading("Not assessed")
	for _, rule := range r.Rules {
		if rule.Incomplete() {
			title, why := oneLine(rule.Title), oneLine(rule.WhyIncomplete())
			before := "  "
			if t.wider(2, utf8.RuneCountInString(rule.ID), utf8.RuneCountInString(title), utf8.RuneCountInString(why)) {
				before = "\n      "
			}
			fmt.Fprintf(&t.b, "  %s  %s%s%s\n", t.paint.in(purple, rule.ID), title, before, t.paint.in(dim, why))
		}
	}
	for _, grant := range Grants(r.NotAssessed) {
		fmt.Fprintf(&t.b, "  to read it, add to a ClusterRole  %s\n", t.paint.in(cyan, grant))
	}
	for _, problem := range r.Problems {
		fmt.Fprintf(&t.b, "  %s\n", oneLine(problem))
	}
}

// baseline lists what came and went since an earlier report.
func (t *printer) baseline(r *posture.Report) {
	if r.Baseline == nil {
		return
	}
	t.changes("New since the baseline", red, r.Baseline.New)
	t.changes("Gone since the baseline", green, r.Baseline.Gone)
	t.unknown("In the baseline, and not seen again", r.Baseline.Unknown)
}
