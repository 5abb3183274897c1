package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
)

func rulePages(pages map[string]string) error {
	rules, err := rule.Load(queries.Files)
	if err != nil {
		return err
	}
	guide, err := readGuide()
	if err != nil {
		return err
	}
	if pages["nsa.md"], err = nsaPage(guide, rules); err != nil {
		return err
	}
	examples, err := newExamples()
	if err != nil {
		return err
	}
	defer examples.db.Close()
	var list strings.Builder
	list.WriteString("# Rules\n\n" + generated)
	section := ""
	for _, r := range rules {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(&list, "\n## %s\n\n| rule | title | severity | verdict |\n| --- | --- | --- | --- |\n", section)
		}
		fmt.Fprintf(&list, "| [%s](%s.md) | %s | %s | %s |\n", r.ID, r.ID, cell(r.Title), r.Severity, r.Verdict)
		evidence, fix, err := examples.of(r)
		if err != nil {
			return err
		}
		pages["rules/"+r.ID+".md"] = rulePage(r, evidence, fix, guide.pss(r.ID))
	}
	pages["rules/README.md"] = list.String()
	return nil
}

// verdicts say what a row of evidence means.
var verdicts = map[string]string{
	rule.VerdictFail:   "an asset with a row of evidence fails",
	rule.VerdictReview: "a row of evidence is for a human to judge",
	rule.VerdictInfo:   "rows inform; the rule never fails",
	rule.VerdictManual: "no query can decide it",
}

func rulePage(r *rule.Rule, evidence, fix, level string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n%s| section | severity | verdict |\n| --- | --- | --- |\n| %s | %s | %s |\n",
		r.ID, r.Title, generated, cell(r.Section), r.Severity, verdicts[r.Verdict])
	if said := r.Said(); said != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.ToUpper(said[:1])+said[1:]+".")
	}
	part := func(title, lang, text string) {
		if strings.TrimSpace(text) == "" {
			return
		}
		if lang == "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, strings.TrimSpace(text))
			return
		}
		fmt.Fprintf(&b, "\n## %s\n\n```%s\n%s\n```\n", title, lang, strings.TrimSpace(text))
	}
	part("Why it matters", "", r.Why)
	part("What to change", "text", r.Fix)
	part("Parameters", "", parameters(r))
	if r.Query != "" {
		part("The same as", "", fmt.Sprintf("[%s](%s.md), whose query and examples these are.", r.Query, r.Query))
	}
	part("What is judged", "sql", r.Assets)
	part("The query", "sql", r.SQL)
	for _, name := range r.Consults {
		fmt.Fprintf(&b, "\nWhere [%s](../tables/%s.md) cannot be read the query is judged without: it decides nothing, and says more.\n", name, name)
	}
	for i, c := range r.Fail {
		part("Fails: "+cmp.Or(c.Name, "example"), "yaml", c.Objects)
		if i == 0 {
			part("The evidence of that", "", evidence)
			part("The fix of it", "text", fix)
		}
	}
	for _, c := range r.Pass {
		part("Passes: "+cmp.Or(c.Name, "example"), "yaml", c.Objects)
	}
	if len(r.References) > 0 {
		part("References", "", "* "+strings.Join(r.References, "\n* "))
	}
	part("Known elsewhere as", "", elsewhere(r, level))
	return b.String()
}

// parameters are what a rule can be told in kspm.yaml.
func parameters(r *rule.Rule) string {
	var b strings.Builder
	for _, p := range r.Describe().Parameters {
		fallback := "unset"
		if p.Default != nil {
			fallback = "`" + *p.Default + "`"
		}
		fmt.Fprintf(&b, "* `%s` (%s, %s by default): %s\n", p.Name, p.Type, fallback, strings.Join(strings.Fields(p.Doc), " "))
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "\nSet under `parameters." + r.ID + "` of [kspm.yaml](../configuration.md).\n"
}
