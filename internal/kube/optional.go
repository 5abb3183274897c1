package kube

import (
	"context"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// apis remembers for a while what discovery said.
type apis struct {
	mu    sync.Mutex
	asked time.Time
	found []*tables.Resource
}

// apisLast is for how long: CRDs come and go.
const apisLast = time.Minute

// optional reads a resource that not every cluster has. Who may not read it
// gets 403 even where it is not served, since the API server authorizes before
// it looks: so discovery, which everyone may ask, is asked first. It also tells
// the version, where the cluster serves another one than ours.
func (c *Cluster) optional(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	version, served := c.servedVersion(ctx, r)
	if !served {
		return nil
	}
	there := *r
	there.Version = version
	return c.list(ctx, &there, scope, func(o *tables.Object) {
		o.Resource = r
		f(o)
	})
}

// servedVersion is the version in which a resource is served. When discovery
// cannot be asked it is our own: the list will show.
func (c *Cluster) servedVersion(ctx context.Context, r *tables.Resource) (version string, served bool) {
	c.apis.mu.Lock()
	defer c.apis.mu.Unlock()
	if c.apis.asked.IsZero() || time.Since(c.apis.asked) > c.apisLast {
		found, err := c.Discover(ctx)
		if err != nil {
			return r.Version, true
		}
		c.apis.asked, c.apis.found = time.Now(), found
	}
	for _, s := range c.apis.found {
		if s.Group == r.Group && s.Plural == r.Plural {
			return s.Version, true
		}
	}
	return "", false
}
