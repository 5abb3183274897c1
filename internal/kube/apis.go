package kube

import (
	"context"
	"encoding/json"
	"errors"

	discovery "k8s.io/api/apidiscovery/v2"
	authorization "k8s.io/api/authorization/v1"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// apiResources tells every resource that is served, in all its versions.
func (c *Cluster) apiResources(ctx context.Context, emit emitFunc) error {
	groups, err := c.discover(ctx)
	var e *Error
	if errors.As(err, &e) {
		e.Resource = tables.APIResources
	}
	if err != nil {
		return err
	}
	for _, g := range groups {
		for i, v := range g.Versions {
			if v.Freshness == discovery.DiscoveryFreshnessStale {
				// What it serves was heard of at some time, or never.
				emitRecord(emit, g.Name+"/"+v.Version, tables.APIResource{Group: g.Name, Version: v.Version})
				continue
			}
			for _, d := range v.Resources {
				emitRecord(emit, g.Name+"/"+v.Version+"/"+d.Resource, servedResource(g.Name, v.Version, i == 0, &d))
			}
		}
	}
	return nil
}

func servedResource(group, version string, preferred bool, d *discovery.APIResourceDiscovery) tables.APIResource {
	r := tables.APIResource{
		Group: group, Version: version, Preferred: preferred,
		Plural: d.Resource, Singular: d.SingularResource, Namespaced: d.Scope == discovery.ScopeNamespace,
		Verbs: d.Verbs, ShortNames: d.ShortNames, Categories: d.Categories,
	}
	if d.ResponseKind != nil {
		r.Kind = d.ResponseKind.Kind
	}
	for _, s := range d.Subresources {
		r.Subresources = append(r.Subresources, s.Subresource)
	}
	return r
}

func reviewBody(p *tables.Permission) (string, error) {
	var review authorization.SelfSubjectAccessReview
	review.APIVersion, review.Kind = "authorization.k8s.io/v1", "SelfSubjectAccessReview"
	review.Spec.ResourceAttributes = &authorization.ResourceAttributes{
		Namespace: p.Namespace, Verb: p.Verb, Group: p.Group, Resource: p.Resource, Subresource: p.Subresource,
	}
	body, err := json.Marshal(&review)
	return string(body), err
}
