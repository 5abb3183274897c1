package fleet

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

var quiet = slog.New(slog.DiscardHandler)

// hub is a hub over a SQLite history, on a port of its own.
func hub(t *testing.T) (*Hub, string) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	authority, err := OpenAuthority(filepath.Join(t.TempDir(), "authority"))
	if err != nil {
		t.Fatal(err)
	}
	h := &Hub{Store: s, Authority: authority, Hosts: []string{"127.0.0.1", "localhost"}, Log: quiet}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", h.TLS())
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h.Handler(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return h, "https://" + listener.Addr().String()
}

func token(t *testing.T, h *Hub, cluster string) string {
	t.Helper()
	token, err := NewToken(t.Context(), h.Authority, h.Store, cluster, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// world is the posture of a cluster.
type world struct{ findings []posture.Finding }

func (w *world) whole(uid string) *posture.Delta {
	r := posture.RuleResult{ID: "NSA-07", Title: "Privileged containers", Status: posture.Fail, Severity: posture.High, Findings: w.findings}
	d := posture.Delta{
		Source: posture.Source{Type: "cluster", Name: "eu", ClusterUID: uid}, At: time.Now(), Complete: true,
		Rules: []posture.RuleDelta{{RuleResult: r, Benchmark: "nsa", Whole: true}},
	}
	for _, f := range w.findings {
		d.Assets = append(d.Assets, f.Asset)
	}
	return &d
}

func failing(names ...string) (out []posture.Finding) {
	for _, n := range names {
		out = append(out, posture.Finding{
			Asset: posture.Asset{Kind: "Deployment", Namespace: "shop", Name: n}, Fingerprint: "f-" + n, Severity: posture.High,
			Evidence: []posture.Evidence{{Path: "spec", Actual: "true", Expected: "false", Details: []posture.Detail{{Name: "container", Value: n}}}},
		})
	}
	return out
}

func agent(t *testing.T, url, uid string, w *world) *Agent {
	return &Agent{
		Hub: url, Cluster: uid, Name: "eu", Identity: File(filepath.Join(t.TempDir(), "identity.json")), Log: quiet,
		Whole: func() *posture.Delta { return w.whole(uid) }, Problem: func() string { return "" }, Fence: func() int64 { return 0 },
	}
}

func started(t *testing.T, h *Hub, url, uid string, w *world) *Agent {
	t.Helper()
	a := agent(t, url, uid, w)
	if err := a.Start(t.Context(), token(t, h, "")); err != nil {
		t.Fatal(err)
	}
	return a
}

func open(t *testing.T, h *Hub) (names []string) {
	t.Helper()
	findings, _, err := h.Store.(store.Store).Findings(t.Context(), store.Filter{}, store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		names = append(names, f.Cluster+"/"+f.Name)
	}
	return names
}

// TestHeartbeat: what the hub lost or never had is sent again, of the rules it
// is about alone; where the two agree, nothing is.
func TestHeartbeat(t *testing.T) {
	h, url := hub(t)
	w := &world{findings: failing("a", "b")}
	a := started(t, h, url, "uid-eu", w)
	beat := func(want ...string) {
		t.Helper()
		if err := a.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, open(t, h)); diff != "" {
			t.Errorf("open (-want +got):\n%s", diff)
		}
	}
	beat("uid-eu/a", "uid-eu/b") // the hub knew nothing: complete
	beat("uid-eu/a", "uid-eu/b")
	w.findings = failing("b", "c") // a delta that never arrived
	beat("uid-eu/b", "uid-eu/c")
	for _, mine := range w.whole("uid-eu").Rules {
		digest, err := store.Digest(mine.Findings)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := h.Store.Digests(t.Context(), "uid-eu")
		if err != nil || theirs[mine.ID] != digest {
			t.Errorf("digests differ: %v %v %v", theirs, digest, err)
		}
	}
	w.findings[0].Waiver = &posture.Waiver{Reason: "x", Owner: "y", Expires: "2999-01-01"}
	if err := a.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	theirs, err := h.Store.Digests(t.Context(), "uid-eu")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := digests(w.whole("uid-eu"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ours, theirs); diff != "" {
		t.Errorf("with a waiver they never agree (-agent +hub):\n%s", diff)
	}
}

// TestWho: a hub listens to whom it admitted, about that cluster alone.
func TestWho(t *testing.T) {
	h, url := hub(t)
	eu := started(t, h, url, "uid-eu", &world{findings: failing("a")})
	us := started(t, h, url, "uid-us", &world{findings: failing("z")})
	refused := func(err error, status int, text string) {
		t.Helper()
		var r *Refusal
		if !errors.As(err, &r) || r.Status != status || !strings.Contains(r.Message, text) {
			t.Errorf("%v, want %d %q", err, status, text)
		}
	}
	refused(us.Push(t.Context(), *eu.Whole()), http.StatusForbidden, "the delta of uid-eu")

	stranger := &client{hub: url, http: eu.client.http}
	config, err := eu.id.config()
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = nil
	stranger.http = httpClient(config)
	refused(stranger.post(t.Context(), pathDelta, delivery{Delta: *eu.Whole()}, &struct{}{}), http.StatusUnauthorized, "certificate")

	other, _ := hub(t)
	forged, serial, err := other.Authority.agent(request(t), "uid-eu")
	if err != nil || serial == "" {
		t.Fatal(err)
	}
	id := *eu.id
	id.Certificate = forged
	if _, err := id.config(); err == nil {
		t.Error("a certificate for another key is taken")
	}

	if _, err := h.Store.Revoke(t.Context(), "uid-eu"); err != nil {
		t.Fatal(err)
	}
	refused(eu.Push(t.Context(), *eu.Whole()), http.StatusForbidden, "revoked")
	err = eu.Run(t.Context()) // it does not go on for ever
	refused(err, http.StatusForbidden, "revoked")
	if got := open(t, h); len(got) != 0 {
		t.Errorf("something was written: %v", got)
	}
	if err := us.Push(t.Context(), *us.Whole()); err != nil {
		t.Error(err)
	}
}

func request(t *testing.T) string {
	t.Helper()
	var asked enrolment
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := decode(r.Body, r.Header.Get("Content-Encoding"), &asked); err != nil {
			t.Error(err)
		}
		refuse(w, http.StatusTeapot, "no")
	}))
	defer server.Close()
	c := &client{hub: server.URL, http: server.Client()}
	if _, err := c.identity(t.Context(), pathEnrol, enrolment{}); err == nil {
		t.Fatal("the server said no")
	}
	return asked.Request
}

// TestEnrol: a token is good once, is told to its own hub alone, and does not
// take over a cluster that has an agent.
func TestEnrol(t *testing.T) {
	h, url := hub(t)
	used := token(t, h, "")
	if _, err := Enrol(t.Context(), url, used, "uid-eu", "eu"); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ token, cluster, want string }{
		"used":           {used, "uid-us", "was used"},
		"taken":          {token(t, h, ""), "uid-eu", "has an agent already"},
		"of another hub": {token(t, func() *Hub { other, _ := hub(t); return other }(), ""), "uid-us", "not the hub that the token is of"},
		"no token":       {"hello", "uid-us", "not an enrolment token"},
		"no uid":         {token(t, h, ""), "../x", "UID"},
	} {
		if _, err := Enrol(t.Context(), url, test.token, test.cluster, "x"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	if _, err := Enrol(t.Context(), url, token(t, h, "uid-eu"), "uid-eu", "eu"); err != nil {
		t.Errorf("a token for that very cluster: %v", err)
	}
}

// TestIdentity: a restarted agent needs no token, renews in time, and does not
// take another cluster's identity.
func TestIdentity(t *testing.T) {
	h, url := hub(t)
	first := started(t, h, url, "uid-eu", &world{})
	again := agent(t, url, "uid-eu", &world{})
	again.Identity = first.Identity
	if err := again.Start(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	before := again.id.Certificate
	if again.id.due(time.Now()) || !again.id.due(time.Now().Add(certificateLife*3/4)) {
		t.Error("renewed at the wrong time")
	}
	if err := again.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := again.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, err := again.Identity.Load(t.Context())
	if err != nil || kept.Certificate == before || kept.Certificate != again.id.Certificate {
		t.Errorf("the new certificate is not kept: %v", err)
	}
	file := string(again.Identity.(File))
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	moved := agent(t, url, "uid-us", &world{})
	moved.Identity = first.Identity
	if err := moved.Start(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "no token") {
		t.Errorf("another cluster's identity: %v", err)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := again.Start(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "not an agent's identity") {
		t.Error(err)
	}
}

// TestFence: an agent whose lease has passed on writes no more.
func TestFence(t *testing.T) {
	h, url := hub(t)
	a := started(t, h, url, "uid-eu", &world{findings: failing("a")})
	fence := int64(2)
	a.Fence = func() int64 { return fence }
	if err := a.Push(t.Context(), *a.Whole()); err != nil {
		t.Fatal(err)
	}
	fence = 1
	var r *Refusal
	if err := a.Push(t.Context(), *a.Whole()); !errors.As(err, &r) || r.Status != http.StatusConflict {
		t.Errorf("%v", err)
	}
}

// TestAuthority: it is the same after a restart, and says what is wrong.
func TestAuthority(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a")
	one, err := OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	two, err := OpenAuthority(dir)
	if err != nil || one.PEM() != two.PEM() {
		t.Fatal("another authority", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "ca.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if err := os.Remove(filepath.Join(dir, "ca.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(dir); err == nil || !strings.Contains(err.Error(), "ca.key is not") {
		t.Error(err)
	}
}

// TestBodies: neither side is made to hold what is too big, nor trips over what
// is no JSON.
func TestBodies(t *testing.T) {
	h, _ := hub(t)
	for body, status := range map[string]int{"{": http.StatusBadRequest, "": http.StatusBadRequest, `{"token":"x"}`: http.StatusBadRequest} {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodPost, pathEnrol, strings.NewReader(body)))
		if w.Code != status || !strings.Contains(w.Body.String(), `"error"`) {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	}
}
