package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Groups writes, for a terminal, how much fails under each name of a grouping,
// then what was not assessed.
func Groups(w io.Writer, r *posture.Report, by posture.Grouping, s Style) error {
	t := &printer{paint: paint(s.Color), style: s}
	groups := r.Groups(by)
	g := &grid{}
	shown := severitiesOf(by, groups)
	head := []cell{{strings.ToUpper(by.By), dim, false}}
	for _, severity := range shown {
		head = append(head, cell{strings.ToUpper(severity.String()), dim, true})
	}
	g.add(append(head, cell{"FINDINGS", dim, true}, cell{"ASSETS FAILED", dim, true}, cell{"OF", dim, true})...)
	for _, group := range groups {
		g.add(groupCells(group, shown, "")...)
	}
	if len(groups) != 1 {
		g.add(groupCells(total(r, groups), shown, bold)...)
	}
	g.narrow(s.Width, 1)
	g.write(&t.b, t.paint, "")
	review := 0
	for _, rule := range withStatus(r, posture.Review) {
		review += rule.Assets.Failed
	}
	for _, apart := range []struct {
		n    int
		what string
	}{{waived(r), " waived, which do not count"}, {review, " for a human to judge, which do not count: without --by they are listed"}} {
		if apart.n > 0 {
			fmt.Fprintf(&t.b, "%s\n", t.paint.in(dim, counted(apart.n, "finding")+apart.what))
		}
	}
	t.notAssessed(r)
	t.baseline(r)
	_, err := io.WriteString(w, t.b.String())
	return err
}

// total is of the whole report: an asset that is in several groups counts once.
func total(r *posture.Report, groups []posture.Group) posture.Group {
	sum := posture.Group{Name: "Total", Assets: r.Summary.Assets.Total, Failed: r.Summary.Assets.Total - r.Summary.Assets.Compliant}
	for _, g := range groups {
		sum.Findings += g.Findings
		for s, n := range g.Severities {
			sum.Severities[s] += n
		}
	}
	return sum
}

// severitiesOf are the severities that a table of groups has columns of.
func severitiesOf(by posture.Grouping, groups []posture.Group) (shown []posture.Severity) {
	for severity := posture.Critical; severity >= posture.Info && by.By != "severity"; severity-- {
		some := slices.ContainsFunc(groups, func(g posture.Group) bool { return g.Severities[severity] > 0 })
		if some || severity != posture.Info {
			shown = append(shown, severity)
		}
	}
	return shown
}

func groupCells(g posture.Group, shown []posture.Severity, code string) []cell {
	count := func(n int, code string) cell {
		if n == 0 {
			return cell{"-", dim, true}
		}
		return cell{strconv.Itoa(n), code, true}
	}
	cells := []cell{{oneLine(shorten(g.Name, 80)), code, false}}
	for _, severity := range shown {
		cells = append(cells, count(g.Severities[severity], severityColors[severity]))
	}
	return append(cells, count(g.Findings, ""), count(g.Failed, red), count(g.Assets, dim))
}
