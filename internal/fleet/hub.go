package fleet

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// HubStore is what a hub needs of a store.
type HubStore interface {
	store.Writer
	store.Ledger
}

// Hub takes what agents push.
type Hub struct {
	Store     HubStore
	Authority *Authority
	// Hosts are the names and addresses that agents reach the hub by.
	Hosts []string
	Log   *slog.Logger

	mu   sync.Mutex
	cert *tls.Certificate
}

// NewToken makes a token with which one agent can enrol: that of a cluster which
// has none yet or, where one is named, of that cluster again.
func NewToken(ctx context.Context, a *Authority, l store.Ledger, cluster string, life time.Duration) (string, error) {
	token, hash := newToken(a)
	return token, l.NewToken(ctx, hash, cluster, a.now().Add(life))
}

// TLS is how the hub listens: its certificate is its authority's own, and
// renewed by itself.
func (h *Hub) TLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: h.Authority.pool(),
		Time: h.Authority.now, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return h.certificate() },
	}
}

func (h *Hub) certificate() (*tls.Certificate, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cert != nil && h.Authority.now().Before(h.cert.Leaf.NotAfter.Add(-certificateLife/3)) {
		return h.cert, nil
	}
	cert, err := h.Authority.hub(h.Hosts)
	if err == nil {
		h.cert = cert
	}
	return cert, err
}

// Handler serves agents.
func (h *Hub) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathEnrol, h.enrol)
	mux.HandleFunc("POST "+pathRenew, h.agents(h.renew))
	mux.HandleFunc("POST "+pathDelta, h.agents(h.delta))
	mux.HandleFunc("POST "+pathHeartbeat, h.agents(h.heartbeat))
	return mux
}

// agents lets those in that have a certificate which was not revoked.
func (h *Hub) agents(serve func(w http.ResponseWriter, r *http.Request, cluster string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
			refuse(w, http.StatusUnauthorized, "this needs the certificate of an agent")
			return
		}
		cert := r.TLS.VerifiedChains[0][0]
		cluster := cert.Subject.CommonName
		ok, err := h.Store.Admitted(r.Context(), cluster, cert.SerialNumber.Text(16))
		switch {
		case err != nil:
			h.broken(w, cluster, err)
		case !ok:
			refuse(w, http.StatusForbidden, "the certificate of cluster %s was revoked: enrol anew", cluster)
		default:
			serve(w, r, cluster)
		}
	}
}

// broken is an error of ours, which an agent tries again after.
func (h *Hub) broken(w http.ResponseWriter, cluster string, err error) {
	h.Log.Error("store", "cluster", cluster, "err", err)
	refuse(w, http.StatusServiceUnavailable, "the hub cannot write just now")
}

// read decodes a body, or says what is wrong with it.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	err := decode(http.MaxBytesReader(w, r.Body, maxBody), r.Header.Get("Content-Encoding"), v)
	switch {
	case errors.Is(err, errTooBig):
		refuse(w, http.StatusRequestEntityTooLarge, "%v", err)
	case err != nil:
		refuse(w, http.StatusBadRequest, "body: %v", err)
	}
	return err == nil
}

func (h *Hub) enrol(w http.ResponseWriter, r *http.Request) {
	var e enrolment
	if !read(w, r, &e) {
		return
	}
	secret, _, err := parseToken(e.Token)
	if err != nil || !validUID(e.Cluster) {
		refuse(w, http.StatusBadRequest, "an enrolment needs a token and the UID of a cluster")
		return
	}
	cert, serial, err := h.Authority.agent(e.Request, e.Cluster)
	if err != nil { // before the token is spent
		refuse(w, http.StatusBadRequest, "%v", err)
		return
	}
	err = h.Store.UseToken(r.Context(), hashToken(secret), e.Cluster, h.Authority.now())
	switch {
	case errors.Is(err, store.ErrNotFound):
		h.Log.Warn("enrolment refused", "cluster", e.Cluster, "name", e.Name, "from", r.RemoteAddr)
		refuse(w, http.StatusForbidden, "the token is unknown, was used or has expired: 'kubectl kspm hub token' makes another")
	case errors.Is(err, store.ErrTaken):
		h.Log.Warn("enrolment refused, cluster is taken", "cluster", e.Cluster, "name", e.Name, "from", r.RemoteAddr)
		refuse(w, http.StatusForbidden, "cluster %s has an agent already: 'kubectl kspm hub token --for %s' lets it enrol anew", e.Cluster, e.Cluster)
	case err != nil:
		h.broken(w, e.Cluster, err)
	default:
		h.admit(w, r, e, cert, serial, "enrolled")
	}
}

func (h *Hub) renew(w http.ResponseWriter, r *http.Request, cluster string) {
	var e enrolment
	if !read(w, r, &e) {
		return
	}
	e.Cluster = cluster
	cert, serial, err := h.Authority.agent(e.Request, cluster)
	if err != nil {
		refuse(w, http.StatusBadRequest, "%v", err)
		return
	}
	h.admit(w, r, e, cert, serial, "renewed")
}

func (h *Hub) admit(w http.ResponseWriter, r *http.Request, e enrolment, cert, serial, what string) {
	if err := h.Store.Admit(r.Context(), e.Cluster, serial, h.Authority.now().Add(certificateLife)); err != nil {
		h.broken(w, e.Cluster, err)
		return
	}
	h.Log.Info("agent "+what, "cluster", e.Cluster, "name", e.Name, "serial", serial, "from", r.RemoteAddr)
	reply(w, http.StatusOK, admission{Certificate: cert, Authority: h.Authority.PEM()})
}

func (h *Hub) delta(w http.ResponseWriter, r *http.Request, cluster string) {
	var d delivery
	if !read(w, r, &d) {
		return
	}
	if d.Delta.Source.ClusterUID != cluster {
		refuse(w, http.StatusForbidden, "the certificate is that of cluster %s, the delta of %s", cluster, d.Delta.Source.ClusterUID)
		return
	}
	if at := h.Authority.now(); d.Delta.At.After(at) {
		d.Delta.At = at // a clock that is ahead does not make tomorrow's history
	}
	applied, err := h.Store.Apply(r.Context(), d.Delta, d.Fence)
	switch {
	case errors.Is(err, store.ErrFenced):
		refuse(w, http.StatusConflict, "%v", err)
	case err != nil:
		h.broken(w, cluster, err)
	default:
		reply(w, http.StatusOK, applied)
	}
}

func (h *Hub) heartbeat(w http.ResponseWriter, r *http.Request, cluster string) {
	var b heartbeat
	if !read(w, r, &b) {
		return
	}
	now := h.Authority.now()
	if err := h.Store.Seen(r.Context(), cluster, b.Name, now, b.Problem); err != nil {
		h.broken(w, cluster, err)
		return
	}
	if b.Digests == nil {
		reply(w, http.StatusOK, answer{})
		return
	}
	ours, err := h.Store.Digests(r.Context(), cluster)
	if err != nil {
		h.broken(w, cluster, err)
		return
	}
	a := compare(ours, b.Digests)
	if len(a.Resend) > 0 || a.Complete {
		h.Log.Info("resync", "cluster", cluster, "rules", strings.Join(a.Resend, ","), "complete", a.Complete)
	}
	reply(w, http.StatusOK, a)
}

// compare says what an agent is to send again.
func compare(hub, agent map[string]string) answer {
	a := answer{Resend: []string{}}
	for rule, digest := range agent {
		if have, ok := hub[rule]; !ok {
			a.Complete = true
		} else if have != digest {
			a.Resend = append(a.Resend, rule)
		}
	}
	for rule := range hub {
		if _, ok := agent[rule]; !ok {
			a.Complete = true
		}
	}
	slices.Sort(a.Resend)
	return a
}

// Whole leaves of a complete delta some rules, whole.
func Whole(d posture.Delta, rules []string) posture.Delta {
	d.Complete = false
	d.Rules = slices.DeleteFunc(slices.Clone(d.Rules), func(r posture.RuleDelta) bool { return !slices.Contains(rules, r.ID) })
	return d
}

// validUID bounds what an agent can call its cluster.
func validUID(uid string) bool {
	ok := func(c rune) bool {
		return c == '-' || c == '.' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return uid != "" && len(uid) <= 128 && !strings.ContainsFunc(uid, func(c rune) bool { return !ok(c) })
}
