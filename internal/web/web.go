// Package web is the dashboard and its JSON API: pages made on the server, that
// need no script, of what a store holds. It asks no cluster: queries come in as
// a Console, and who may look as an Auth.
package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Options are what the pages are made from.
type Options struct {
	Store store.Reader
	// Console answers free SQL; nil for no console.
	Console Console
	// Auth knows who may look; nil lets everybody look, which is for loopback.
	Auth Auth
	// Hosts are the names that the server answers to, whatever the port; a
	// request for another, such as one that a hostile page has point to
	// loopback, is refused. None are localhost and the loopback addresses, or
	// with Secure any: no page has a certificate for a name that is not its own.
	Hosts []string
	// Proxies are believed whom they ask for, by X-Forwarded-For.
	Proxies []netip.Prefix
	// Secure says that the server is reached by TLS alone.
	Secure  bool
	Version string
	// Log is told who saw what; may be nil.
	Log *slog.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

type server struct {
	Options
	tokens   tokens
	sessions *sessions
	limits   *limits
}

// New makes the handler of the dashboard and of /api/v1.
func New(o Options) http.Handler { return newServer(o).handler() }

func newServer(o Options) *server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &server{Options: o, tokens: newTokens(), sessions: newSessions(o.Now), limits: newLimits()}
}

func (s *server) handler() http.Handler { return s.guard(s.routes()) }

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/", serveStatic)
	mux.Handle("GET /login", s.open(s.loginPage))
	mux.Handle("POST /login", s.open(s.login))
	mux.Handle("GET /login/begin", s.open(s.loginBegin))
	mux.Handle("GET /login/callback", s.open(s.loginCallback))
	mux.Handle("POST /logout", s.open(s.logout))
	for pattern, page := range map[string]handler{
		"GET /{$}":                             s.overview,
		"GET /rules":                           s.rules,
		"GET /rules/{id}":                      s.rule,
		"GET /clusters":                        s.clusters,
		"GET /clusters/{uid}":                  s.cluster,
		"GET /findings":                        s.findings,
		"GET /findings/{cluster}/{id}":         s.finding,
		"GET /findings/{cluster}/{id}/waiver":  s.waiverForm,
		"POST /findings/{cluster}/{id}/waiver": s.waiverWrite,
		"GET /teams":                           s.teams,
		"GET /waivers":                         s.waivers,
		"GET /changes":                         s.changes,
		"GET /sql":                             s.console,
		"GET /":                                s.notFound,
		"GET /api/v1/":                         s.notFound,
		"GET /api/v1/overview":                 s.apiOverview,
		"GET /api/v1/clusters":                 s.apiClusters,
		"GET /api/v1/clusters/{uid}":           s.apiCluster,
		"GET /api/v1/rules":                    s.apiRules,
		"GET /api/v1/rules/{id}":               s.apiRule,
		"GET /api/v1/findings":                 s.apiFindings,
		"GET /api/v1/findings/{cluster}/{id}":  s.apiFinding,
		"GET /api/v1/events":                   s.apiEvents,
		"GET /api/v1/trend":                    s.apiTrend,
		"GET /api/v1/clusters/{uid}/runs":      s.apiRuns,
		"GET /api/v1/facets":                   s.apiFacets,
		"GET /api/v1/tables":                   s.apiTables,
		"GET /api/v1/sql":                      s.apiSQL,
		"GET /api/v1/openapi.json":             s.apiDocument,
	} {
		mux.Handle(pattern, s.known(page))
	}
	return mux
}
