package report

import (
	"fmt"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// imported shows what another tool said: first where it and we disagree, then
// what it knows and we do not.
func (t *printer) imported(r *posture.Report) {
	in := r.Imported
	if in == nil {
		return
	}
	t.heading("%s (%s), of %d rules of this report; it changes no status above", in.Tool, in.Benchmark, in.Checks)
	t.checks("We disagree", in.Tool, in.Disagreements)
	t.checks("Not judged here", in.Tool, in.Instead)
	if len(in.Disagreements)+len(in.Instead) == 0 {
		t.b.WriteString("  nothing that we do not say as well\n")
	}
}

func (t *printer) checks(what, tool string, checks []posture.ImportedCheck) {
	if len(checks) == 0 {
		return
	}
	fmt.Fprintf(&t.b, "  %s\n", what)
	for _, c := range checks {
		color := green
		if c.Theirs == "FAIL" {
			color = red
		}
		fmt.Fprintf(&t.b, "    %s  %s  we say %s, %s says %s\n", t.paint.in(purple, c.Rule), c.Title, c.Ours, tool, t.paint.in(color, c.Theirs))
		var why []string
		for _, part := range []struct{ name, text string }{{"on", c.Where}, {"found", c.Actual}, {"wants", c.Expected}, {"because", c.Reason}} {
			if part.text != "" {
				why = append(why, part.name+" "+oneLine(part.text))
			}
		}
		if len(why) > 0 {
			fmt.Fprintf(&t.b, "      %s\n", t.paint.in(dim, strings.Join(why, ", ")))
		}
	}
}
