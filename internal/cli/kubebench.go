package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kubebench"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// imports are reports of kube-bench, read before anything is judged: a broken
// one is known at once.
type imports struct {
	files     []string
	benchmark string
	checks    []posture.ImportedCheck
}

func (i *imports) read(a *app) error {
	for _, name := range i.files {
		file, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("--import-kube-bench: %w", err)
		}
		r, err := kubebench.Read(file)
		file.Close()
		if err != nil {
			return fmt.Errorf("--import-kube-bench %s: %w", name, err)
		}
		if i.benchmark != "" && i.benchmark != r.Benchmark {
			return fmt.Errorf("--import-kube-bench %s: it is of %s, another file of %s", name, r.Benchmark, i.benchmark)
		}
		i.benchmark = r.Benchmark
		if len(r.Unknown) > 0 {
			a.note("%s: %s has no counterpart in CIS v1.12 and v2.0 and is left out", name, strings.Join(r.Unknown, ", "))
		}
		for _, c := range r.Checks {
			if c.Status != kubebench.Pass && c.Status != kubebench.Fail {
				continue // a question that it leaves open as well
			}
			where := c.NodeType
			if len(i.files) > 1 {
				where = strings.TrimSpace(where + " " + name)
			}
			i.checks = append(i.checks, posture.ImportedCheck{
				Rule: "CIS-" + c.ID, Theirs: string(c.Status), Where: tables.Clean(where),
				Actual: tables.Clean(c.Actual), Expected: tables.Clean(c.Expected), Reason: tables.Clean(c.Reason),
			})
		}
	}
	return nil
}

// compare puts what was read beside what we say.
func (i *imports) compare(r *posture.Report, a *app) {
	if len(i.files) == 0 {
		return
	}
	r.Import("kube-bench", i.benchmark, i.checks)
	if r.Imported.Checks == 0 {
		r.Imported = nil
		a.note("warning: the report of kube-bench is about none of these rules: add --benchmark cis")
	}
}
