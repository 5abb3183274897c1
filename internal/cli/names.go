package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/snapshot"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// resolver finds the table that a name in a query means when no table is
// called so: a resource, by any name that kubectl accepts. What tables know is
// found without asking; anything else is looked up where the objects are.
type resolver struct {
	// sources opens the sources, once.
	sources func(ctx context.Context) ([]rows.Source, error)
	served  []*tables.Resource
	asked   bool
}

// resolve implements engine.WithResolve.
func (r *resolver) resolve(ctx context.Context, name string) (*tables.Table, error) {
	if res := tables.ResourceNamed(name); res != nil {
		return tables.ForResource(res), nil
	}
	if strings.HasPrefix(name, "k8s_") || strings.HasPrefix(name, "kspm_") {
		return nil, nil // a table's own name, mistyped: the engine knows what is near
	}
	if err := r.discover(ctx); err != nil {
		return nil, err
	}
	res, err := kube.Find(r.served, name)
	var unknown *kube.Error
	switch {
	case err == nil:
		return tables.ForResource(res), nil
	case errors.As(err, &unknown) && unknown.Fault == kube.NotServed:
		return tables.Lookup("k8s_" + name), nil // or nil: the engine says where in the query it is, and what is near
	}
	return nil, err
}

// names are those that kubectl accepts, as far as they are known by now.
func (r *resolver) names() []string {
	var names []string
	for _, res := range append(tables.Resources(), r.served...) {
		names = append(append(names, res.Plural), res.Short...)
	}
	return names
}

func (r *resolver) discover(ctx context.Context) error {
	if r.asked {
		return nil
	}
	var all []*tables.Resource
	var failed error
	sources, err := r.sources(ctx)
	if err != nil {
		return err
	}
	for _, src := range sources {
		switch src := src.(type) {
		case *manifest.Files:
			for _, c := range src.Resources() {
				all = append(all, c.Resource)
			}
		case *snapshot.File:
			all = append(all, src.Resources()...)
		case *kube.Cluster:
			served, err := src.Discover(ctx)
			if err != nil && len(served) == 0 {
				failed = err // of many clusters, one that answers suffices
			}
			all = append(all, served...)
		}
	}
	if failed != nil && len(all) == 0 {
		return failed
	}
	r.served, r.asked = all, true
	return nil
}
