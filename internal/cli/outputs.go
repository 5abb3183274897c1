package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// output is one -o FORMAT[=FILE]; without a file it goes to stdout.
type output struct{ format, file string }

func parseOutputs(args []string) []output {
	var outs []output
	for _, arg := range args {
		format, file, _ := strings.Cut(arg, "=")
		if format == "jsonpath" || format == "go-template" {
			format, file = arg, "" // what follows is the template
		}
		if file == "-" {
			file = ""
		}
		outs = append(outs, output{format, file})
	}
	return outs
}

// checkOutputs refuses what could only fail after the run: an unknown format, a
// folder that does not exist, and two outputs in one place. Where reports are
// split, folders are what is wanted.
func checkOutputs(args []string, split bool) error {
	taken := map[string]string{}
	for _, out := range parseOutputs(args) {
		if _, err := report.Named(out.format); err != nil {
			return usagef("-o: %v", err)
		}
		place := out.file
		if split && place != "" {
			place = filepath.Join(place, report.Extension(out.format)) // a folder holds several formats
		}
		switch other, double := taken[place]; {
		case double && out.file == "":
			return usagef("-o: %s and %s would both go to stdout: give one a file, as in -o %s=FILE", other, out.format, out.format)
		case double:
			return usagef("-o: %s and %s would both go to %s", other, out.format, out.file)
		}
		taken[place] = out.format
		dir := filepath.Dir(filepath.Clean(out.file))
		if info, err := os.Stat(dir); out.file != "" && (err != nil || !info.IsDir()) {
			return usagef("-o: %s: there is no folder %s", out.file, dir)
		}
		info, err := os.Stat(out.file)
		switch {
		case out.file == "" || err != nil:
		case split && !info.IsDir():
			return usagef("-o: %s is no folder, into which --split-by writes", out.file)
		case !split && info.IsDir():
			return usagef("-o: %s is a folder: name a file", out.file)
		}
	}
	return nil
}

// writeReport writes every output that was asked for.
func (o *checkOptions) writeReport(r *posture.Report, src assess.Source, selected []*rule.Rule) error {
	var by posture.Grouping
	if o.parts.by != "" {
		var err error
		if by, err = posture.GroupBy(o.parts.by, o.team); err != nil {
			return err
		}
		o.noteUnowned(r, by)
	}
	edits := editsOf(src, selected)
	write := func(out output, r *posture.Report) error {
		format, _ := report.Named(out.format)
		return o.write(out, func(w io.Writer) error {
			style := o.style(w)
			style.Evidence, style.Locate, style.Edit = o.evidence, src.Locate, edits
			if out.format == "table" && o.parts.by != "" && r.Part == nil {
				return report.Groups(w, r, by, style)
			}
			return format(w, r, style)
		})
	}
	for _, out := range parseOutputs(o.outputs) {
		var err error
		if o.parts.splitBy != "" && out.file != "" {
			err = o.writeParts(r, out, write)
		} else {
			err = write(out, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
