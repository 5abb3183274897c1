package kube

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	discovery "k8s.io/api/apidiscovery/v2"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// acceptDiscovery asks for all groups at once; v2beta1 is what servers before
// v1.30 have, and of the same shape.
const acceptDiscovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"

// Discover lists the resources that the API server serves and lets list, each
// in one version, in the server's order of preference. Resources that tables
// know are tables' own; the others have New == nil. With an error the list may
// still hold what could be found: an aggregated API that is down, for example,
// does not hide the others.
func (c *Cluster) Discover(ctx context.Context) ([]*tables.Resource, error) {
	groups, err := c.discover(ctx)
	if err != nil {
		return nil, err
	}
	var found []*tables.Resource
	var stale []string
	for _, g := range groups {
		for _, v := range g.Versions {
			if v.Freshness == discovery.DiscoveryFreshnessStale {
				stale = append(stale, g.Name+"/"+v.Version)
			}
			for i := range v.Resources {
				if r := resourceOf(g, v.Version, &v.Resources[i]); r != nil && !slices.ContainsFunc(found, r.same) {
					found = append(found, r.Resource)
				}
			}
		}
	}
	found = withoutTwins(found)
	if len(stale) > 0 {
		return found, &Error{Fault: Unavailable, Text: "discover APIs: what serves " + strings.Join(stale, ", ") + " does not answer: its resources may be missing"}
	}
	return found, nil
}

// discover asks for all groups, the core one first.
func (c *Cluster) discover(ctx context.Context) ([]discovery.APIGroupDiscovery, error) {
	var core, groups discovery.APIGroupDiscoveryList
	var coreErr, groupsErr error
	var wg sync.WaitGroup
	wg.Go(func() { coreErr = c.ask(ctx, call{path: "/api", accept: acceptDiscovery}, &core) })
	wg.Go(func() { groupsErr = c.ask(ctx, call{path: "/apis", accept: acceptDiscovery}, &groups) })
	wg.Wait()
	if err := c.discoveryError(ctx, cmp.Or(coreErr, groupsErr), core.Kind); err != nil {
		return nil, err
	}
	return append(core.Items, groups.Items...), nil
}

func (c *Cluster) discoveryError(ctx context.Context, err error, kind string) error {
	var status *statusError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &status) && status.code == http.StatusNotAcceptable, err == nil && kind != "APIGroupDiscoveryList":
		return &Error{Fault: NotServed, Text: "discover APIs: the API server is older than v1.27 and does not list its APIs at once", Err: err}
	case err == nil:
		return nil
	}
	fault, text := c.diagnose(err)
	return &Error{Fault: fault, Text: "discover APIs: " + text, Err: err}
}

// served is a resource as discovery gave it.
type served struct{ *tables.Resource }

func (s served) same(other *tables.Resource) bool {
	return s.Group == other.Group && s.Plural == other.Plural
}

func resourceOf(g discovery.APIGroupDiscovery, version string, d *discovery.APIResourceDiscovery) *served {
	if !slices.Contains(d.Verbs, "list") || d.ResponseKind == nil {
		return nil
	}
	for _, r := range tables.Resources() {
		if r.Group == g.Name && r.Plural == d.Resource && serves(g, r) {
			return &served{r}
		}
	}
	return &served{&tables.Resource{
		Group: g.Name, Version: version, Plural: d.Resource, Kind: d.ResponseKind.Kind, Short: d.ShortNames,
		Namespaced: d.Scope == discovery.ScopeNamespace, Optional: true,
	}}
}

// serves tells whether a group has a resource in the version that we know.
func serves(g discovery.APIGroupDiscovery, r *tables.Resource) bool {
	for _, v := range g.Versions {
		if v.Version == r.Version {
			return slices.ContainsFunc(v.Resources, func(d discovery.APIResourceDiscovery) bool { return d.Resource == r.Plural })
		}
	}
	return false
}

// withoutTwins drops the core group's events, which are those of
// events.k8s.io once more.
func withoutTwins(found []*tables.Resource) []*tables.Resource {
	if !slices.Contains(found, tables.Events) {
		return found
	}
	return slices.DeleteFunc(found, func(r *tables.Resource) bool { return r.Group == "" && r.Plural == "events" })
}

// Find returns the resource that a name means among those that Discover gave,
// as kubectl understands it: plural, singular, kind or short name, each also
// with the group or with version and group (deployments.apps,
// deployments.v1.apps). Where several groups have the name, the first is
// meant. The error names close ones.
func Find(found []*tables.Resource, name string) (*tables.Resource, error) {
	want := strings.ToLower(name)
	first, group, dotted := strings.Cut(want, ".")
	for _, r := range found {
		if named(r, want) {
			return r, nil
		}
		if dotted && named(r, first) && (group == r.Group || group == r.Version+"."+r.Group || group == r.Version && r.Group == "") {
			return r, nil
		}
	}
	var close []string
	for _, r := range found {
		if len(first) > 2 && strings.Contains(r.Plural, first) {
			close = append(close, r.String())
		}
	}
	text := fmt.Sprintf("no resource %q in this cluster", plain(fmt.Errorf("%s", name)))
	if len(close) > 0 {
		text += ": did you mean " + strings.Join(close[:min(len(close), 3)], ", ") + "?"
	}
	return nil, &Error{Fault: NotServed, Text: text}
}

func named(r *tables.Resource, name string) bool {
	return name == r.Plural || name == strings.ToLower(r.Kind) || slices.Contains(r.Short, name)
}
