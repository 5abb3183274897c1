package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// List is many clusters' reports as JSON, in order of name.
type List struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Items      []*posture.Report `json:"items"`
	// Unreached are clusters that no report is of, and why.
	Unreached []Unreached `json:"unreached"`
}

// Unreached is a cluster that could not be asked.
type Unreached struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// NewList puts reports in order.
func NewList(reports []*posture.Report, unreached []Unreached) *List {
	l := &List{posture.APIVersion, "ReportList", slices.Clone(reports), append([]Unreached{}, unreached...)}
	slices.SortFunc(l.Items, func(a, b *posture.Report) int { return cmp.Compare(a.Source.Name, b.Source.Name) })
	return l
}

// FleetFormats are those that a List can be written in.
func FleetFormats() []string { return []string{"table", "json", "yaml"} }

// Fleet writes many clusters in one of FleetFormats.
func Fleet(w io.Writer, format string, l *List, s Style) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(l)
	case "yaml":
		out, err := yaml.Marshal(l)
		if err != nil {
			return err
		}
		_, err = w.Write(out)
		return err
	}
	_, err := io.WriteString(w, fleetTable(l, s))
	return err
}

// fleetTable has a line for each cluster, worst first: the share of compliant
// assets, of all rules and section by section, with what could be judged.
func fleetTable(l *List, s Style) string {
	var names []string
	for _, r := range l.Items {
		for _, section := range r.Sections {
			if !slices.Contains(names, section.Name) {
				names = append(names, section.Name)
			}
		}
	}
	g := &grid{}
	head := []cell{{"CLUSTER", dim, false}, {"VERSION", dim, false}, {"FAILED", dim, true}, {"NOT ASSESSED", dim, true}, {"ASSETS", dim, true}, {"COMPLIANT", dim, true}, {"", dim, false}, {"COVERAGE", dim, true}}
	for _, n := range names {
		head = append(head, cell{strings.ToUpper(shortSection(n)), dim, true})
	}
	g.add(head...)
	worst := slices.Clone(l.Items)
	slices.SortStableFunc(worst, func(a, b *posture.Report) int {
		return cmp.Or(cmp.Compare(compliance(a.Summary.Assets), compliance(b.Summary.Assets)), cmp.Compare(a.Summary.Coverage, b.Summary.Coverage))
	})
	for _, r := range worst {
		g.add(fleetRow(r, names)...)
	}
	var b strings.Builder
	p := paint(s.Color)
	g.narrow(s.Width, 3, 6)
	g.write(&b, p, "")
	if slices.ContainsFunc(l.Items, func(r *posture.Report) bool { return r.Summary.Coverage < 1 }) {
		b.WriteString(p.in(dim, "27% of 92%: of what could be judged, which is 92% of what was asked for, 27% is compliant") + "\n")
	}
	for _, u := range l.Unreached {
		fmt.Fprintf(&b, "%s  %s\n", oneLine(u.Name), p.in(purple, "not reached: "+oneLine(u.Reason)))
	}
	return b.String()
}

func fleetRow(r *posture.Report, sections []string) []cell {
	all := sectionCells("", "", r.Summary.Rules, r.Summary.Assets, r.Summary.Coverage)
	row := []cell{{oneLine(r.Source.Name), bold, false}, {oneLine(r.Source.Version), dim, false}, all[2]}
	row = append(row, all[4:]...)
	for _, name := range sections {
		at := slices.IndexFunc(r.Sections, func(s posture.Section) bool { return s.Name == name })
		if at < 0 {
			row = append(row, cell{"-", dim, true})
			continue
		}
		s := r.Sections[at]
		cells := sectionCells("", "", s.Rules, s.Assets, s.Coverage)
		percent := cells[len(cells)-3]
		if s.Coverage < 1 && percent.text != "-" {
			percent.text += " of " + strconv.Itoa(int(s.Coverage*100)) + "%" // of what could be judged
		}
		row = append(row, percent)
	}
	return row
}

func compliance(a posture.AssetSummary) float64 {
	percent, ok := a.Percent()
	if !ok {
		return 100
	}
	return percent
}

// shortSection is what tells a section apart in a column's head: "Pod
// security", "Network separation".
func shortSection(name string) string {
	name = strings.TrimPrefix(name, "Kubernetes ")
	short, _, _ := strings.Cut(name, " and ")
	return short
}
