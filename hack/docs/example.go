package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// examples judge the first failing case of rules, so that their pages show what
// a user would see.
type examples struct{ db *engine.DB }

func newExamples() (*examples, error) {
	db, err := engine.Open(tables.All())
	return &examples{db}, err
}

// of is the evidence and the fix that the first failing case of a rule gives,
// as parts of its page.
func (e *examples) of(r *rule.Rule) (evidence, fix string, err error) {
	if r.Verdict == rule.VerdictManual || len(r.Fail) == 0 {
		return "", "", nil
	}
	ctx := context.Background()
	rules, err := assess.Compile(ctx, e.db, []*rule.Rule{r})
	if err != nil {
		return "", "", err
	}
	report, err := assess.Judge(ctx, rules, r.Fail[0].Objects)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", r.ID, err)
	}
	var b strings.Builder
	b.WriteString("| asset | path | actual | expected | more |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range report.Rules[0].Findings {
		for _, row := range f.Evidence {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(f.Asset.String()), code(row.Path), code(text(row.Actual)), cell(text(row.Expected)), cell(details(row)))
		}
		if fix == "" && f.Counts() {
			fix = f.Fix
		}
	}
	return b.String(), fix, nil
}

// details are the further columns of a row, without what is empty.
func details(row posture.Evidence) string {
	var parts []string
	for _, d := range row.Details {
		if v := text(d.Value); v != "" && d.Name != "json_patch" {
			parts = append(parts, d.Name+": "+v)
		}
	}
	return strings.Join(parts, ", ")
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(strings.ReplaceAll(s, "`", "'")) + "`"
}

// elsewhere lists what other tools and standards call a rule, by name.
func elsewhere(r *rule.Rule, level string) string {
	names := []struct{ prefix, name, shown string }{
		{"C-", "Kubescape", "C-"},
		{"KSV-", "Trivy", "KSV-"},
		{"KCV-", "Trivy, control plane and nodes", "KCV-"},
		{"CIS-", "CIS Kubernetes Benchmark", ""},
		{"NSA-", "NSA/CISA Kubernetes Hardening Guide", "NSA-"},
		{"", "other names", ""},
	}
	by := map[string][]string{}
	for _, alias := range r.Aliases {
		for _, n := range names {
			if id, ok := strings.CutPrefix(alias, n.prefix); ok {
				by[n.name] = append(by[n.name], n.shown+id)
				break
			}
		}
	}
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", name, value)
		}
	}
	for _, n := range names {
		line(n.name, strings.Join(by[n.name], ", "))
	}
	line("Pod Security Standards", level)
	if b.Len() == 0 {
		return ""
	}
	return "| | |\n| --- | --- |\n" + b.String()
}
