package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

//go:embed nsa.yaml
var nsaText []byte

// guide is what the NSA guide recommends, against rules.
type guide struct {
	Sections []struct {
		Section         string
		Recommendations []struct {
			Say   string
			Rules []string
		}
	}
	PSS map[string][]string
}

func readGuide() (*guide, error) {
	var g guide
	if err := yaml.Unmarshal(nsaText, &g); err != nil {
		return nil, fmt.Errorf("nsa.yaml: %w", err)
	}
	return &g, nil
}

// pss is the level of the Pod Security Standards that asks for a rule.
func (g *guide) pss(id string) string {
	for level, rules := range g.PSS {
		if slices.Contains(rules, id) {
			return level
		}
	}
	return ""
}

// byHand says in a word or two how a rule is judged.
var byHand = map[string]string{
	rule.VerdictFail: "", rule.VerdictReview: "evidence for review", rule.VerdictInfo: "information", rule.VerdictManual: "by hand",
}

// nsaPage is docs/nsa.md. A rule that no recommendation names is an error.
func nsaPage(g *guide, rules []*rule.Rule) (string, error) {
	byID := map[string]*rule.Rule{}
	missing := map[string]bool{}
	for _, r := range rules {
		byID[r.ID] = r
		if r.Benchmark() == "nsa" {
			missing[r.ID] = true
		}
	}
	var b strings.Builder
	manual := 0
	for _, s := range g.Sections {
		fmt.Fprintf(&b, "\n## %s\n\n| the guide recommends | rule | | severity | |\n| --- | --- | --- | --- | --- |\n", s.Section)
		for _, rec := range s.Recommendations {
			say := rec.Say
			for _, id := range rec.Rules {
				r := byID[id]
				if r == nil {
					continue
				}
				delete(missing, id)
				fmt.Fprintf(&b, "| %s | [%s](rules/%s.md) | %s | %s | %s |\n", cell(say), id, id, cell(r.Title), r.Severity, byHand[r.Verdict])
				say = ""
			}
		}
	}
	for id := range missing {
		return "", fmt.Errorf("nsa.yaml: no recommendation names %s", id)
	}
	total := 0
	for _, r := range rules {
		if r.Benchmark() != "nsa" {
			continue
		}
		total++
		if r.Verdict == rule.VerdictManual {
			manual++
		}
	}
	head := fmt.Sprintf(`# The NSA/CISA Kubernetes Hardening Guide

%sWhat version 1.2 of the guide (August 2022) recommends, in our words, and the rules that cover it:
%d that a query decides, and %d that a human has to, each with what to ask and how to look.

`+"```"+`
kubectl kspm check --benchmark nsa
`+"```"+`
`, generated, total-manual, manual)
	return head + b.String(), nil
}
