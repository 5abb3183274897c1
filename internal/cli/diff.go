package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
)

type diffOptions struct {
	*app
	output output
	failOn string
}

func (a *app) diffCommand() *cobra.Command {
	o := &diffOptions{app: a}
	format := ""
	cmd := &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Compare two reports: what is new, what is gone, what could not be seen again",
		Long: `Compares two reports that 'check -o json=FILE' (or yaml) wrote; - is stdin. A
finding is the same one when its rule, its asset and its place in the object are:
a line that moved, a pod that restarted or a ReplicaSet that rolled changes
nothing. A finding is gone only where the later report looked for it.

Exit codes: 0 nothing new, 1 new findings at or above --fail-on, 2 usage or runtime
error, 3 findings of the earlier report that the later one could not look for.`,
		Example: `  kubectl kspm check -o json=monday.json
  kubectl kspm check -o json=friday.json
  kubectl kspm diff monday.json friday.json
  kubectl kspm diff monday.json friday.json -o markdown`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			o.output = parseOutputs([]string{format})[0]
			return o.run(args[0], args[1])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&format, "output", "o", "table", "FORMAT or FORMAT=FILE: "+strings.Join(report.DiffFormats(), ", "))
	f.StringVar(&o.failOn, "fail-on", "low", "exit with 1 when a new finding has at least this severity: critical, high, medium, low, review or none")
	return cmd
}

func (o *diffOptions) run(before, after string) error {
	gate, err := posture.ParseFailOn(o.failOn)
	if err != nil {
		return usagef("--fail-on: %v", err)
	}
	format, err := report.DiffNamed(o.output.format)
	if err != nil {
		return usagef("-o: %v", err)
	}
	if before == "-" && after == "-" {
		return usagef("only one of the reports can be stdin")
	}
	var reports [2]*posture.Report
	for i, path := range []string{before, after} {
		if reports[i], err = o.readReport(path); err != nil {
			return err
		}
	}
	c := posture.Compare(reports[0], reports[1])
	if a, b := named(c.Before), named(c.After); a != b {
		o.note("note: the reports are of %s and of %s", a, b)
	}
	if err := o.write(o.output, func(w io.Writer) error { return format(w, c, o.style(w)) }); err != nil {
		return err
	}
	switch {
	case len(c.Unknown) > 0:
		return &codeError{code: exitIncomplete}
	case gate.FailsComparison(c):
		return &codeError{code: exitFindings}
	}
	return nil
}

func named(c posture.Compared) string { return fmt.Sprintf("%s %s", c.Source.Type, c.Source.Name) }
