package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// pageSize is how many findings or changes a page lists.
const pageSize = 100

type findingsPage struct {
	page
	pager
	Findings []store.Finding
	Facets   map[string][]store.Facet
}

// pager says which part of a list is shown.
type pager struct {
	Total, From, To      int
	Previous, Next       int // offsets
	HasPrevious, HasNext bool
}

func pagerOf(offset, shown, total int) pager {
	return pager{
		Total: total, From: min(offset+1, total), To: offset + shown, Previous: max(offset-pageSize, 0), Next: offset + pageSize,
		HasPrevious: offset > 0, HasNext: offset+shown < total,
	}
}

func (s *server) findings(w http.ResponseWriter, r *request) error {
	p := &findingsPage{page: s.page(r, "Findings", "findings")}
	var total int
	var err error
	if p.Findings, total, err = s.Store.Findings(r.Context(), r.f.Filter, store.Page{Offset: r.f.offset, Limit: pageSize}); err != nil {
		return err
	}
	p.pager = pagerOf(r.f.offset, len(p.Findings), total)
	if p.Facets, err = s.choose(r); err != nil {
		return err
	}
	return s.show(w, r, "findings", p)
}

// choose is what the fields of the list offer. Where it is narrowed by what no
// sums are kept of, that is as without it, and without counts: to count takes as
// long as to search.
func (s *server) choose(r *request) (map[string][]store.Facet, error) {
	f := r.f.Filter
	f.Text, f.Kind, f.Name, f.Since, f.Until = "", "", "", time.Time{}, time.Time{}
	facets, err := s.Store.Facets(r.Context(), f)
	if g := r.f.Filter; g.Text == "" && g.Kind == "" && g.Name == "" && g.Since.IsZero() && g.Until.IsZero() {
		return facets, err
	}
	for _, values := range facets {
		for i := range values {
			values[i].Count = 0
		}
	}
	return facets, err
}

type teamsPage struct {
	page
	Teams   []store.Facet
	Unowned []store.Facet // namespaces of what nobody owns
}

func (s *server) teams(w http.ResponseWriter, r *request) error {
	p := &teamsPage{page: s.page(r, "Teams", "teams")}
	f := r.f.Filter
	f.Teams = nil
	facets, err := s.Store.Facets(r.Context(), f)
	if err != nil {
		return err
	}
	p.Teams = facets["team"]
	f.Teams = []string{""}
	if facets, err = s.Store.Facets(r.Context(), f); err != nil {
		return err
	}
	p.Unowned = facets["namespace"]
	return s.show(w, r, "teams", p)
}

type waiversPage struct {
	page
	pager
	Expiring, Waived []store.Finding
}

func (s *server) waivers(w http.ResponseWriter, r *request) error {
	p := &waiversPage{page: s.page(r, "Waivers", "waivers")}
	overview, err := s.Store.Overview(r.Context(), r.f.Filter, s.Now())
	if err != nil {
		return err
	}
	p.Expiring = overview.Expiring
	f := r.f.Filter
	f.State = "waived"
	var total int
	if p.Waived, total, err = s.Store.Findings(r.Context(), f, store.Page{Offset: r.f.offset, Limit: pageSize}); err != nil {
		return err
	}
	p.pager = pagerOf(r.f.offset, len(p.Waived), total)
	return s.show(w, r, "waivers", p)
}

type changesPage struct {
	page
	pager
	Events []store.Event
}

func (s *server) changes(w http.ResponseWriter, r *request) error {
	p := &changesPage{page: s.page(r, "Changes", "changes")}
	var err error
	// One more than is shown says whether there is a next page.
	if p.Events, err = s.Store.Events(r.Context(), r.f.Filter, store.Page{Offset: r.f.offset, Limit: pageSize + 1}); err != nil {
		return err
	}
	total := r.f.offset + len(p.Events)
	p.Events = p.Events[:min(len(p.Events), pageSize)]
	p.pager = pagerOf(r.f.offset, len(p.Events), total)
	return s.show(w, r, "changes", p)
}

type findingPage struct {
	page
	Finding store.Finding
	Events  []store.Event
	Rule    *store.Rule
	Proof   string // the rule's query for this asset alone
}

func (s *server) finding(w http.ResponseWriter, r *request) error {
	f, events, err := s.oneFinding(r)
	if err != nil {
		return err
	}
	p := &findingPage{page: s.page(r, f.Rule+" "+f.Asset.String(), "findings"), Finding: f, Events: events}
	if p.Rule, err = s.ruleOf(r, f); err != nil {
		return err
	}
	if p.Rule != nil && p.Rule.Text != nil && p.Rule.Text.SQL != "" {
		p.Proof = narrowed(p.Rule.Text.SQL, f.Asset)
	}
	return s.show(w, r, "finding", p)
}

// oneFinding is that of the path, if the user may see it. Who may not is told
// the same as where there is none.
func (s *server) oneFinding(r *request) (store.Finding, []store.Event, error) {
	f, events, err := s.Store.Finding(r.Context(), r.PathValue("cluster"), r.PathValue("id"))
	if err != nil {
		return f, nil, err
	}
	if !r.user.sees(f.Cluster, namespaceOf(f.Asset)) {
		return store.Finding{}, nil, store.ErrNotFound
	}
	return f, events, nil
}

// namespaceOf is the namespace that an asset is in, or is.
func namespaceOf(a posture.Asset) string {
	if a.Kind == "Namespace" {
		return a.Name
	}
	return a.Namespace
}

// ruleOf is the rule of a finding as it is on its cluster; nil where the rule is
// not judged any more.
func (s *server) ruleOf(r *request, f store.Finding) (*store.Rule, error) {
	rules, err := s.Store.Rules(r.Context(), store.Filter{Rules: []string{f.Rule}, Clusters: []string{f.Cluster}, Visible: r.user.Visible})
	if err != nil && !errors.Is(err, store.ErrNotFound) || len(rules) == 0 {
		return nil, err
	}
	return &rules[0], nil
}

// narrowed is a rule's query for one asset.
func narrowed(sql string, a posture.Asset) string {
	quote := func(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" }
	where := fmt.Sprintf("kind = %s AND coalesce(namespace, '') = %s AND name = %s", quote(a.Kind), quote(a.Namespace), quote(a.Name))
	return fmt.Sprintf("SELECT * FROM (\n%s\n)\nWHERE %s", strings.TrimRight(strings.TrimSpace(sql), ";"), where)
}
