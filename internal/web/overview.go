package web

import (
	"net/http"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

const (
	trendOf        = 30 * day
	trendStep      = 6 * time.Hour
	shownClusters  = 15
	shownOnSummary = 10
)

type overviewPage struct {
	page
	store.Overview
	Trend      []store.Sample
	Severities []store.Facet // of open findings, where there is no trend
	Partial    *Partial
	More       int // clusters that are not shown
	// Unjudged are sections of rules that are all manual, or not applicable.
	Unjudged []posture.Section
	// Apart are the statuses that are neither a pass nor a failure.
	Apart []posture.Status
}

func (s *server) overview(w http.ResponseWriter, r *request) error {
	p := &overviewPage{page: s.page(r, "Security posture", "overview")}
	p.Apart = []posture.Status{posture.NotAssessed, posture.Error, posture.Review, posture.Manual, posture.NotApplicable}
	var err error
	if p.Overview, err = s.Store.Overview(r.Context(), r.f.Filter, s.Now()); err != nil {
		return err
	}
	if p.Trend, err = s.Store.Trend(r.Context(), r.f.Filter, s.Now().Add(-trendOf), trendStep); err != nil {
		return err
	}
	if len(p.Trend) < 2 {
		facets, err := s.Store.Facets(r.Context(), r.f.Filter)
		if err != nil {
			return err
		}
		p.Severities = bySeverity(facets["severity"])
	}
	judged := p.Sections
	p.Sections = nil
	for _, section := range judged {
		if told(section) {
			p.Sections = append(p.Sections, section)
		} else {
			p.Unjudged = append(p.Unjudged, section)
		}
	}
	p.Partial = partialOf(p.Clusters, p.Coverage)
	if p.More = len(p.Clusters) - shownClusters; p.More > 0 {
		p.Clusters = p.Clusters[:shownClusters]
	}
	p.Fixes = p.Fixes[:min(len(p.Fixes), shownOnSummary)]
	p.Expiring = p.Expiring[:min(len(p.Expiring), shownOnSummary)]
	return s.show(w, r, "overview", p)
}

// told reports whether a section has a rule that was judged, or should have been.
func told(s posture.Section) bool {
	for status, n := range s.Rules {
		if n > 0 && (status.Judged() || status.Incomplete()) {
			return true
		}
	}
	return false
}

// bySeverity are all severities, worst first.
func bySeverity(facets []store.Facet) []store.Facet {
	var out []store.Facet
	for s := posture.Critical; s >= posture.Info; s-- {
		one := store.Facet{Value: s.String()}
		for _, f := range facets {
			if f.Value == one.Value {
				one.Count = f.Count
			}
		}
		out = append(out, one)
	}
	return out
}

type clustersPage struct {
	page
	Clusters []store.Cluster
}

func (s *server) clusters(w http.ResponseWriter, r *request) error {
	clusters, err := s.Store.Clusters(r.Context(), r.f.Filter)
	if err != nil {
		return err
	}
	return s.show(w, r, "clusters", &clustersPage{s.page(r, "Clusters", "clusters"), clusters})
}

type clusterPage struct {
	page
	Cluster    store.Cluster
	Rules      []store.Rule
	Namespaces []store.Facet
	Runs       []store.Run
	Partial    *Partial
}

func (s *server) cluster(w http.ResponseWriter, r *request) error {
	c, f, err := s.oneCluster(r)
	if err != nil {
		return err
	}
	p := &clusterPage{page: s.page(r, c.Name, "clusters"), Cluster: c, Partial: partialOf([]store.Cluster{c}, c.Coverage)}
	if p.Rules, err = s.Store.Rules(r.Context(), f); err != nil {
		return err
	}
	facets, err := s.Store.Facets(r.Context(), f)
	if err != nil {
		return err
	}
	p.Namespaces = facets["namespace"]
	if p.Runs, err = s.Store.Runs(r.Context(), c.UID, store.Page{Limit: shownOnSummary}); err != nil {
		return err
	}
	return s.show(w, r, "cluster", p)
}

// oneCluster is that of the path, by its uid or name, and the filter for what
// is its own.
func (s *server) oneCluster(r *request) (store.Cluster, store.Filter, error) {
	f := r.f.Filter
	f.Clusters = []string{r.PathValue("uid")}
	clusters, err := s.Store.Clusters(r.Context(), f)
	if err != nil {
		return store.Cluster{}, f, err
	}
	if len(clusters) == 0 {
		return store.Cluster{}, f, store.ErrNotFound
	}
	return clusters[0], f, nil
}
