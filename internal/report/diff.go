package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// DiffFormat writes a comparison of two reports.
type DiffFormat func(w io.Writer, c *posture.Comparison, s Style) error

var diffFormats = map[string]DiffFormat{
	"table":    DiffTable,
	"json":     diffJSON,
	"yaml":     diffYAML,
	"markdown": DiffMarkdown,
}

// DiffFormats are the names of the formats of comparisons, sorted.
func DiffFormats() []string {
	var names []string
	for name := range diffFormats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// DiffNamed returns the format of a name.
func DiffNamed(name string) (DiffFormat, error) {
	if f, ok := diffFormats[name]; ok {
		return f, nil
	}
	return nil, fmt.Errorf("unknown format %q: want one of %s", name, strings.Join(DiffFormats(), ", "))
}

func diffJSON(w io.Writer, c *posture.Comparison, _ Style) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(c)
}

func diffYAML(w io.Writer, c *posture.Comparison, _ Style) error {
	out, err := yaml.Marshal(c)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// DiffTable writes a comparison for a terminal.
func DiffTable(w io.Writer, c *posture.Comparison, s Style) error {
	t := &printer{paint: paint(s.Color), style: s}
	fmt.Fprintf(&t.b, "%s, %s, %s\n", t.paint.in(red, fmt.Sprintf("%d new", len(c.New))), t.paint.in(green, fmt.Sprintf("%d gone", len(c.Gone))), counted(c.Known, "finding")+" in both")
	fmt.Fprintln(&t.b, t.compliance(c))
	t.changes("New", red, c.New)
	t.changes("Gone", green, c.Gone)
	t.unknown("Not seen again, nor known to be gone", c.Unknown)
	t.ruleChanges(c)
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (t *printer) compliance(c *posture.Comparison) string {
	return "compliant assets: " + share(c.Before.Summary) + " before, " + share(c.After.Summary) + " after"
}

// share is a percentage beside its coverage.
func share(s posture.Summary) string {
	percent, ok := s.Assets.Percent()
	if !ok {
		return fmt.Sprintf("none judged (coverage %s)", Percent(100*s.Coverage))
	}
	return fmt.Sprintf("%s (%d of %d, coverage %s)", Percent(percent), s.Assets.Compliant, s.Assets.Total, Percent(100*s.Coverage))
}

// changes lists findings by rule.
func (t *printer) changes(title, code string, changes []posture.Change) {
	if len(changes) == 0 {
		return
	}
	t.heading("%s", title)
	for _, same := range byRule(changes) {
		c := same[0]
		fmt.Fprintf(&t.b, "\n%s  %s  %s\n", t.paint.severity(c.Severity, fmt.Sprintf("%-8s", strings.ToUpper(c.Severity.String()))),
			t.paint.in(bold, c.Rule), oneLine(c.Title))
		g := &grid{}
		for _, c := range same {
			g.add(cell{oneLine(c.Asset.String()), code, false}, cell{summary(c.Finding), dim, false},
				cell{t.place(c.Finding), dim, false}, cell{oneLine(c.Reason), dim, false})
		}
		g.writeWithin(&t.b, t.paint, "          ", t.style.Width)
	}
}

// unknown counts findings by the reason for which nothing is known of them: a
// run of a few rules leaves out all the others.
func (t *printer) unknown(title string, changes []posture.Change) {
	if len(changes) == 0 {
		return
	}
	t.heading("%s", title)
	rules, findings := map[string][]string{}, map[string]int{}
	var reasons []string
	for _, c := range changes {
		if findings[c.Reason]++; findings[c.Reason] == 1 {
			reasons = append(reasons, c.Reason)
		}
		if !slices.Contains(rules[c.Reason], c.Rule) {
			rules[c.Reason] = append(rules[c.Reason], c.Rule)
		}
	}
	for _, reason := range reasons {
		ids := rules[reason]
		slices.SortFunc(ids, posture.CompareIDs)
		list := strings.Join(ids[:min(len(ids), 8)], ", ")
		if more := len(ids) - 8; more > 0 {
			list += fmt.Sprintf(" and %d more", more)
		}
		fmt.Fprintf(&t.b, "  %s  %s  %s\n", t.paint.in(purple, counted(findings[reason], "finding")), oneLine(reason), t.paint.in(dim, list))
	}
}

// byRule gathers changes of one rule and severity, in the order of the first.
func byRule(changes []posture.Change) [][]posture.Change {
	type key struct {
		rule     string
		severity posture.Severity
	}
	at := map[key]int{}
	var groups [][]posture.Change
	for _, c := range changes {
		k := key{c.Rule, c.Severity}
		if i, ok := at[k]; ok {
			groups[i] = append(groups[i], c)
			continue
		}
		at[k] = len(groups)
		groups = append(groups, []posture.Change{c})
	}
	return groups
}

func (t *printer) ruleChanges(c *posture.Comparison) {
	if len(c.Rules) == 0 {
		return
	}
	t.heading("Rules whose status changed")
	g := &grid{}
	for _, r := range c.Rules {
		g.add(cell{r.ID, bold, false}, cell{statusWord(r.Before), dim, false}, cell{"→ " + statusWord(r.After), "", false}, cell{oneLine(r.Title), dim, false})
	}
	g.write(&t.b, t.paint, "  ")
}

// statusWord is a status in words.
func statusWord(s posture.Status) string {
	if s == "" {
		return "absent"
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
