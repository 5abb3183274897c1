package kube

import (
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
)

const (
	// idle is how long a server may be silent within a request, unless
	// --request-timeout gives the whole request a time.
	idle = 30 * time.Second
	// pageSize bounds a reply to what the API server can send within its own
	// request timeout of a minute over a slow line; 500 measured 40 % dearer.
	pageSize = 5000
	// maxSmall bounds replies that are held whole.
	maxSmall = 32 << 20
)

// Cluster is a source of objects: one API server and one identity. It is safe
// for concurrent use.
type Cluster struct {
	name    string
	host    string
	version string // gitVersion; empty if it may not be read
	base    *url.URL
	http    *http.Client
	zip     bool // replies may be compressed
	exec    bool // a plugin gives the credentials, and renews them after a 401

	timeout time.Duration // of one request, 0 for none
	idle    time.Duration
	backoff time.Duration // before the first retry
	// watchFor is how long a watch is asked for, at least.
	watchFor time.Duration
	// These are the constants, but in tests.
	apisLast, relist, outage time.Duration
	page                     int

	// heard is when the server last sent a byte, Unix nanoseconds; silent is
	// set when it let a whole request pass without one.
	heard  atomic.Int64
	silent atomic.Bool
	// whole holds resources whose continue token expired: pages came too
	// slowly, so that the next try is not paged.
	whole sync.Map
	apis  apis
}

var _ rows.Source = (*Cluster)(nil)

// NewCluster makes a source from a client configuration. It asks the server
// nothing, and throttles nothing: the API server's priority and fairness does.
func NewCluster(name string, cfg *rest.Config) (*Cluster, error) {
	cfg = rest.CopyConfig(cfg)
	timeout := cfg.Timeout
	cfg.Timeout = 0 // it would bound the stream; see timeout
	if cfg.UserAgent == "" {
		cfg.UserAgent = "kubectl-kspm"
	}
	base, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil {
		return nil, err
	}
	client, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, err
	}
	return &Cluster{
		name: name, host: base.Host, base: base, http: client,
		zip: !cfg.DisableCompression, exec: cfg.ExecProvider != nil,
		timeout: timeout, idle: idle, watchFor: watchFor, apisLast: apisLast, relist: relist, outage: outage, backoff: 250 * time.Millisecond, page: pageSize,
	}, nil
}

// Name is the context's name: what rows have in their column cluster.
func (c *Cluster) Name() string { return c.name }
