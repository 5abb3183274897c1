// Package history tells how posture went: it asks a store, or a hub for what its
// store holds, and sums up what happened.
package history

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Reader is who knows: a store, or a hub.
type Reader interface {
	Clusters(ctx context.Context, f store.Filter) ([]store.Cluster, error)
	Events(ctx context.Context, f store.Filter, p store.Page) ([]store.Event, error)
	Facets(ctx context.Context, f store.Filter) (map[string][]store.Facet, error)
	Trend(ctx context.Context, f store.Filter, since time.Time, step time.Duration) ([]store.Sample, error)
	Runs(ctx context.Context, cluster string, p store.Page) ([]store.Run, error)
}

// Query says what is asked for.
type Query struct {
	store.Filter // its Since and Until are not looked at
	Since, Now   time.Time
}

// whole reports whether whole clusters are asked for, by all rules or by those
// of one benchmark: of anything less it is not kept how it went.
func (q Query) whole() bool {
	return len(q.Teams)+len(q.Namespaces)+len(q.Severities)+len(q.Rules)+len(q.Sections) == 0 && len(q.Benchmarks) < 2
}

const (
	trendOf = 30 * 24 * time.Hour
	// Steps are how many samples of a trend there are at most, about.
	steps = 60
	// most events are looked at.
	most = 100_000
)

// Read tells what happened since a time, and how it stands.
func Read(ctx context.Context, r Reader, q Query) (*posture.Past, error) {
	p := &posture.Past{APIVersion: posture.APIVersion, Kind: "History", Since: q.Since, Until: q.Now, Clusters: []posture.ClusterPast{}, Teams: []posture.TeamPast{}}
	clusters, err := r.Clusters(ctx, q.Filter)
	if err != nil {
		return nil, err
	}
	for _, c := range clusters {
		one := posture.ClusterPast{UID: c.UID, Name: c.Name, Seen: c.Seen, Problem: c.Problem}
		one.Now = posture.Sample{At: q.Now, Assets: c.Assets, Coverage: c.Coverage, Open: c.Open}
		part := q.Filter
		part.Clusters = []string{c.UID}
		if err := trend(ctx, r, q, part, &one); err != nil {
			return nil, err
		}
		p.Clusters = append(p.Clusters, one)
	}
	if err := total(ctx, r, q, p); err != nil {
		return nil, err
	}
	events, err := happened(ctx, r, q, p)
	if err != nil {
		return nil, err
	}
	p.Transitions = fold(events)
	return p, count(ctx, r, q, p, events)
}

// trend puts in how it went, which is known of whole clusters.
func trend(ctx context.Context, r Reader, q Query, f store.Filter, to *posture.ClusterPast) error {
	if !q.whole() {
		return nil
	}
	from := q.Now.Add(-trendOf)
	if q.Since.Before(from) {
		from = q.Since
	}
	var err error
	if to.Trend, err = r.Trend(ctx, f, from, q.Now.Sub(from)/steps); err != nil {
		return err
	}
	since, err := r.Trend(ctx, f, q.Since, time.Millisecond)
	if err == nil && len(since) > 0 && !since[0].At.After(q.Since) {
		to.Before = &since[0]
	}
	return err
}

// total puts in all clusters together.
func total(ctx context.Context, r Reader, q Query, p *posture.Past) error {
	p.Total = posture.ClusterPast{Name: "all clusters", Now: posture.Sample{At: q.Now, Coverage: 1}}
	if len(p.Clusters) == 1 {
		p.Total.Now, p.Total.Before, p.Total.Trend = p.Clusters[0].Now, p.Clusters[0].Before, p.Clusters[0].Trend
		return nil
	}
	now := &p.Total.Now
	for _, c := range p.Clusters {
		a := c.Now.Assets
		now.Assets.Total += a.Total
		now.Assets.Compliant += a.Compliant
		now.Assets.Exempt += a.Exempt
		now.Assets.NotAssessed += a.NotAssessed
		now.Open += c.Now.Open
	}
	if err := trend(ctx, r, q, q.Filter, &p.Total); err != nil {
		return err
	}
	if last := len(p.Total.Trend) - 1; last >= 0 {
		now.Coverage = p.Total.Trend[last].Coverage
	}
	return nil
}

// happened are the events, in the order in which they happened to a cluster.
func happened(ctx context.Context, r Reader, q Query, p *posture.Past) ([]store.Event, error) {
	f := q.Filter
	f.Since, f.Until = q.Since, time.Time{}
	events, err := r.Events(ctx, f, store.Page{Limit: most})
	if err != nil {
		return nil, err
	}
	if len(events) == most {
		p.Cut, p.Since = true, events[most-1].At
	}
	slices.SortFunc(events, func(a, b store.Event) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Seq, b.Seq))
	})
	return events, nil
}

// count puts in how many came and went, by cluster and by team.
func count(ctx context.Context, r Reader, q Query, p *posture.Past, events []store.Event) error {
	facets, err := r.Facets(ctx, q.Filter)
	if err != nil {
		return err
	}
	teams := map[string]*posture.TeamPast{}
	team := func(name string) *posture.TeamPast {
		name = cmp.Or(name, posture.Unowned)
		if teams[name] == nil {
			teams[name] = &posture.TeamPast{Team: name}
		}
		return teams[name]
	}
	clusters := map[string]*posture.ClusterPast{}
	for i := range p.Clusters {
		clusters[p.Clusters[i].UID] = &p.Clusters[i]
	}
	for _, f := range facets["team"] {
		team(f.Value).Open += f.Count
	}
	for _, t := range p.Transitions {
		of, in := team(t.Team), clusters[t.UID]
		if in == nil {
			in = &posture.ClusterPast{} // gone since it was asked for
		}
		switch {
		case t.What.Appeared():
			of.New++
			in.New++
			p.Total.New++
		case t.What == posture.IsResolved:
			of.Resolved++
			in.Resolved++
			p.Total.Resolved++
		}
	}
	for _, e := range events {
		if in := clusters[e.Cluster]; in != nil && e.First && !e.Quiet {
			in.First++
			in.Begun = e.At
			p.Total.First++
		}
	}
	for _, t := range teams {
		p.Teams = append(p.Teams, *t)
	}
	slices.SortFunc(p.Teams, func(a, b posture.TeamPast) int {
		return cmp.Or(cmp.Compare(b.Open, a.Open), cmp.Compare(a.Team, b.Team))
	})
	return nil
}
