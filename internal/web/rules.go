package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

type rulesPage struct {
	page
	Groups     []ruleGroup
	Counts     map[posture.Status]int // of all statuses, for the filter's other conditions
	Total      int
	Sections   []string
	Benchmarks []string
}

type ruleGroup struct {
	Section string
	Rules   []store.Rule
	Counts  map[posture.Status]int
}

func (s *server) rules(w http.ResponseWriter, r *request) error {
	rules, counts, err := s.listRules(r)
	if err != nil {
		return err
	}
	p := &rulesPage{page: s.page(r, "Rules", "rules"), Counts: counts, Total: len(rules)}
	for _, rule := range rules {
		i := slices.IndexFunc(p.Groups, func(g ruleGroup) bool { return g.Section == rule.Section })
		if i < 0 {
			i = len(p.Groups)
			p.Groups = append(p.Groups, ruleGroup{Section: rule.Section, Counts: map[posture.Status]int{}})
		}
		p.Groups[i].Rules = append(p.Groups[i].Rules, rule)
		p.Groups[i].Counts[rule.Status]++
	}
	all := rules
	if r.f.Set() {
		if all, err = s.Store.Rules(r.Context(), store.Filter{Visible: r.user.Visible}); err != nil {
			return err
		}
	}
	for _, rule := range all {
		if !slices.Contains(p.Benchmarks, rule.Benchmark) {
			p.Benchmarks = append(p.Benchmarks, rule.Benchmark)
		}
		if !slices.Contains(p.Sections, rule.Section) && (len(r.f.Benchmarks) == 0 || slices.Contains(r.f.Benchmarks, rule.Benchmark)) {
			p.Sections = append(p.Sections, rule.Section)
		}
	}
	slices.Sort(p.Sections)
	slices.Sort(p.Benchmarks)
	return s.show(w, r, "rules", p)
}

// listRules are the rules that the filter leaves, and how many of each status
// there would be without its statuses.
func (s *server) listRules(r *request) ([]store.Rule, map[posture.Status]int, error) {
	f := r.f.Filter
	f.Statuses, f.Text = nil, ""
	rules, err := s.Store.Rules(r.Context(), f)
	if err != nil {
		return nil, nil, err
	}
	counts := map[posture.Status]int{}
	left := []store.Rule{}
	for _, rule := range rules {
		if !saysRule(rule, r.f.Text) {
			continue
		}
		counts[rule.Status]++
		if len(r.f.Statuses) == 0 || slices.Contains(r.f.Statuses, rule.Status) {
			left = append(left, rule)
		}
	}
	return left, counts, nil
}

// saysRule reports whether a rule's id, title or other names hold a text.
func saysRule(rule store.Rule, text string) bool {
	said := rule.ID + " " + rule.Title
	if rule.Text != nil {
		said += " " + strings.Join(rule.Text.Aliases, " ")
	}
	return strings.Contains(strings.ToLower(said), strings.ToLower(text))
}

type rulePage struct {
	page
	Rule     store.Rule
	Clusters []store.RuleCluster
	Findings []store.Finding
	Total    int
	Apart    int // waived and exempt findings
	Fix      *fixExample
	// Unread are what the clusters could not read, for rules that need it.
	Unread []posture.Unread
}

func (s *server) rule(w http.ResponseWriter, r *request) error {
	rule, f, err := s.oneRule(r)
	if err != nil {
		return err
	}
	p := &rulePage{page: s.page(r, rule.ID+" "+rule.Title, "rules"), Rule: rule}
	if p.Clusters, err = s.Store.RuleClusters(r.Context(), rule.ID, f); err != nil {
		return err
	}
	if p.Findings, p.Total, err = s.Store.Findings(r.Context(), f, store.Page{Limit: 50}); err != nil {
		return err
	}
	p.Fix = exampleFix(rule, p.Findings)
	for _, state := range []string{"waived", "exempt"} {
		f.State = state
		_, n, err := s.Store.Findings(r.Context(), f, store.Page{Limit: 1})
		if err != nil {
			return err
		}
		p.Apart += n
	}
	if rule.Clusters[posture.NotAssessed] > 0 {
		if p.Unread, err = s.unread(r); err != nil {
			return err
		}
	}
	return s.show(w, r, "rule", p)
}

// oneRule is that of the path, and the filter for what is its own.
func (s *server) oneRule(r *request) (store.Rule, store.Filter, error) {
	f := r.f.Filter
	f.Rules = []string{r.PathValue("id")}
	f.Statuses = nil
	rules, err := s.Store.Rules(r.Context(), f)
	if err != nil {
		return store.Rule{}, f, err
	}
	if len(rules) == 0 {
		return store.Rule{}, f, store.ErrNotFound
	}
	return rules[0], f, nil
}

// unread is what the clusters could not read, each resource once.
func (s *server) unread(r *request) ([]posture.Unread, error) {
	clusters, err := s.Store.Clusters(r.Context(), r.f.Filter)
	if err != nil {
		return nil, err
	}
	var out []posture.Unread
	for _, c := range clusters {
		for _, u := range c.NotAssessed {
			if !slices.ContainsFunc(out, func(other posture.Unread) bool { return other.Resource == u.Resource }) {
				out = append(out, u)
			}
		}
	}
	return out, nil
}
