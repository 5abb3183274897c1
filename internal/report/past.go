package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// PastFormat writes how posture went.
type PastFormat func(w io.Writer, p *posture.Past, s Style) error

var pastFormats = map[string]PastFormat{
	"table": func(w io.Writer, p *posture.Past, s Style) error { return pastTable(w, p, s, shownTransitions) },
	"wide":  func(w io.Writer, p *posture.Past, s Style) error { return pastTable(w, p, s, len(p.Transitions)) },
	"csv":   pastCSV,
	"json": func(w io.Writer, p *posture.Past, _ Style) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(p)
	},
	"yaml": func(w io.Writer, p *posture.Past, _ Style) error {
		out, err := yaml.Marshal(p)
		if err != nil {
			return err
		}
		_, err = w.Write(out)
		return err
	},
}

// PastFormats are the names of the formats, sorted.
func PastFormats() []string {
	var names []string
	for name := range pastFormats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// PastNamed returns the format of a name.
func PastNamed(name string) (PastFormat, error) {
	if f, ok := pastFormats[name]; ok {
		return f, nil
	}
	return nil, fmt.Errorf("unknown format %q: want one of %s", name, strings.Join(PastFormats(), ", "))
}

func pastCSV(w io.Writer, p *posture.Past, _ Style) error {
	var rows [][]any
	for _, t := range p.Transitions {
		rows = append(rows, []any{
			string(t.What), t.At.UTC().Format(time.RFC3339), t.Cluster, t.Rule, t.Title, t.Severity.String(), t.Kind, t.Namespace, t.Name,
			cmp.Or(t.Team, posture.Unowned), string(t.Reason), t.Fingerprint,
		})
	}
	csv, err := RowsNamed("csv")
	if err != nil {
		return err
	}
	return csv(w, []string{"what", "at", "cluster", "rule", "title", "severity", "kind", "namespace", "name", "team", "reason", "fingerprint"}, rows)
}

const (
	shownTransitions = 10 // of each kind
	shownOfFleet     = 20 // clusters and teams
)

func pastTable(w io.Writer, p *posture.Past, s Style, most int) error {
	t := &printer{paint: paint(s.Color), style: s, most: most}
	t.pastClusters(p)
	t.pastTeams(p)
	t.known(p)
	for _, section := range []struct {
		title, code string
		whats       []posture.What
	}{
		{"New", red, []posture.What{posture.IsNew, posture.IsBack, posture.IsUnwaived}},
		{"Came and went", yellow, []posture.What{posture.IsBrief}},
		{"Changed", yellow, []posture.What{posture.IsChanged}},
		{"Resolved", green, []posture.What{posture.IsResolved}},
		{"Waived", dim, []posture.What{posture.IsWaived}},
	} {
		t.transitions(section.title, section.code, p, section.whats)
	}
	if len(p.Transitions) == 0 {
		fmt.Fprintf(&t.b, "\nNothing came, changed or went since %s.\n", local(p.Since))
	}
	if p.Cut {
		fmt.Fprintf(&t.b, "\n%s\n", t.paint.in(purple, "There is more than is shown, which goes back to "+local(p.Since)+" only: ask for less with --since, --cluster or --rule."))
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// known says of clusters what is not known.
func (t *printer) known(p *posture.Past) {
	var lines []string
	for _, c := range p.Clusters {
		if c.First > 0 {
			lines = append(lines, t.paint.in(dim, fmt.Sprintf("%s is known since %s: what its first run found (%d) is not new", oneLine(c.Name), local(c.Begun), c.First)))
		}
		if c.Problem != "" {
			lines = append(lines, oneLine(c.Name)+"  "+t.paint.in(purple, "not heard of since "+local(c.Seen)+": "+oneLine(c.Problem)))
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(&t.b, "\n%s\n", strings.Join(lines, "\n"))
	}
}

func local(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// pastClusters has a line for each cluster, worst first, and one for all.
func (t *printer) pastClusters(p *posture.Past) {
	whole := slices.ContainsFunc(p.Clusters, func(c posture.ClusterPast) bool { return c.Trend != nil })
	from := p.Since
	for _, c := range p.Clusters {
		if len(c.Trend) > 0 && c.Trend[0].At.Before(from) {
			from = c.Trend[0].At
		}
	}
	g := &grid{}
	head := []cell{{"CLUSTER", dim, false}}
	if whole {
		head = append(head, cell{"COMPLIANT", dim, true}, cell{strings.ToUpper(spanned(p.Until.Sub(from))), dim, false}, cell{"COVERAGE", dim, true})
	}
	g.add(append(head, cell{"OPEN", dim, true}, cell{"NEW", dim, true}, cell{"RESOLVED", dim, true}, cell{"LAST CONTACT", dim, false})...)
	shown := p.Clusters[:min(len(p.Clusters), shownOfFleet)]
	for _, c := range shown {
		g.add(pastRow(c, p, whole, from, "", local(c.Seen))...)
	}
	if n := len(p.Clusters) - len(shown); n > 0 {
		g.add(cell{fmt.Sprintf("… and %d more", n), dim, false})
	}
	if len(p.Clusters) > 1 {
		g.add(pastRow(p.Total, p, whole, from, bold, "")...)
	}
	g.narrow(t.style.Width)
	g.write(&t.b, t.paint, "")
}

func pastRow(c posture.ClusterPast, p *posture.Past, whole bool, from time.Time, code, seen string) []cell {
	row := []cell{{oneLine(c.Name), code, false}}
	if whole {
		share := percentOf(c.Now)
		if c.Before != nil && percentOf(*c.Before) != share {
			share = percentOf(*c.Before) + " → " + share
		}
		row = append(row, cell{share, code, true}, cell{spark(c.Trend, from, p.Until), cyan, false}, cell{Percent(100 * c.Now.Coverage), dim, true})
	}
	count := func(n int, code string) cell {
		if n == 0 {
			return cell{"-", dim, true}
		}
		return cell{strconv.Itoa(n), code, true}
	}
	return append(row, count(c.Now.Open, code), count(c.New, red), count(c.Resolved, green), cell{seen, dim, false})
}

func percentOf(s posture.Sample) string {
	percent, ok := s.Assets.Percent()
	if !ok {
		return "none judged"
	}
	return Percent(percent)
}

// pastTeams has a line for each team, where anybody owns anything.
func (t *printer) pastTeams(p *posture.Past) {
	if len(p.Teams) == 0 || len(p.Teams) == 1 && p.Teams[0].Team == posture.Unowned {
		return
	}
	g := &grid{}
	g.add(cell{"TEAM", dim, false}, cell{"OPEN", dim, true}, cell{"NEW", dim, true}, cell{"RESOLVED", dim, true})
	for i, team := range p.Teams {
		if i == shownOfFleet && t.most < len(p.Transitions) {
			g.add(cell{fmt.Sprintf("… and %d more", len(p.Teams)-i), dim, false})
			break
		}
		var row []cell
		for _, n := range []int{team.Open, team.New, team.Resolved} {
			c := cell{strconv.Itoa(n), "", true}
			if n == 0 {
				c = cell{"-", dim, true}
			}
			row = append(row, c)
		}
		g.add(append([]cell{{oneLine(shorten(team.Team, 60)), "", false}}, row...)...)
	}
	t.b.WriteString("\n")
	g.write(&t.b, t.paint, "")
}

// transitions lists findings by rule.
func (t *printer) transitions(title, code string, p *posture.Past, whats []posture.What) {
	var those []posture.Transition
	for _, one := range p.Transitions {
		if slices.Contains(whats, one.What) {
			those = append(those, one)
		}
	}
	if len(those) == 0 {
		return
	}
	t.heading("%s: %d", title, len(those))
	slices.SortStableFunc(those, func(a, b posture.Transition) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), posture.CompareIDs(a.Rule, b.Rule))
	})
	owned := slices.ContainsFunc(those, func(one posture.Transition) bool { return one.Team != "" })
	shown := those[:min(len(those), t.most)]
	for len(shown) > 0 {
		first := shown[0]
		n := slices.IndexFunc(shown, func(o posture.Transition) bool { return o.Rule != first.Rule || o.Severity != first.Severity })
		if n < 0 {
			n = len(shown)
		}
		fmt.Fprintf(&t.b, "\n%s  %s  %s\n", t.paint.severity(first.Severity, fmt.Sprintf("%-8s", strings.ToUpper(first.Severity.String()))), t.paint.in(bold, first.Rule), oneLine(first.Title))
		g := &grid{}
		for _, one := range shown[:n] {
			row := []cell{{oneLine(one.Asset.String()), code, false}}
			if len(p.Clusters) > 1 {
				row = append(row, cell{oneLine(one.Cluster), dim, false})
			}
			if owned {
				row = append(row, cell{oneLine(one.Team), dim, false})
			}
			g.add(append(row, cell{local(one.At), dim, false}, cell{why(one), dim, false})...)
		}
		g.write(&t.b, t.paint, "          ")
		shown = shown[n:]
	}
	if left := len(those) - min(len(those), t.most); left > 0 {
		fmt.Fprintf(&t.b, "          %s\n", t.paint.in(dim, fmt.Sprintf("… and %d more: -o wide shows all", left)))
	}
}

// why says of a transition what its section does not.
func why(t posture.Transition) string {
	switch {
	case t.What == posture.IsBack:
		return "is back"
	case t.What == posture.IsUnwaived:
		return "its waiver has ended"
	case t.Reason == posture.RuleRemoved:
		return "the rule is not judged any more"
	}
	return string(t.Reason)
}
