package login

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	rbac "k8s.io/api/rbac/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

// site is pages that ask a provider who people are.
type site struct {
	*idp
	srv     string
	handler http.Handler
	world   *world
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func newSite(t *testing.T, w *world, lifetime time.Duration) *site {
	t.Helper()
	s := &site{world: w}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	s.srv = srv.URL
	s.idp = startProvider(t, srv.URL+"/login/callback", lifetime)
	return s
}

// use has the pages know people as a client of the provider.
func (s *site) use(t *testing.T, client string, more ...string) *oidcAuth {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("client-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := OIDCOptions{
		Issuer: s.issuer, ClientID: client, SecretFile: file, Scopes: append([]string{"email", "groups"}, more...),
		NameClaim: "email", GroupClaim: "groups", Groups: []string{"security"}, RBAC: true, Prefix: "oidc:",
	}
	if client == "public" {
		o.SecretFile = ""
	}
	auth, err := o.open(t.Context(), s.srv+"/", s.world.home(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	s.handler = web.New(web.Options{Store: s.world.store, Auth: auth})
	return auth
}

// enter logs somebody in with a browser, from a page that they want to see.
func (s *site) enter(t *testing.T, user, wanted string) (*http.Client, page) {
	t.Helper()
	c := browser(t, "")
	return c, logIn(t, c, s.idp, open(t, c, s.begin(t, c, wanted)), user)
}

// begin is the address of the link on the login page.
func (s *site) begin(t *testing.T, c *http.Client, wanted string) string {
	t.Helper()
	link := beginLink.FindStringSubmatch(open(t, c, s.srv+wanted).text)
	if link == nil {
		t.Fatal("the login page has no link to the provider")
	}
	return s.srv + html.UnescapeString(link[1])
}

// TestOIDC logs people in at a real provider: by code flow, with PKCE.
func TestOIDC(t *testing.T) {
	w := start(t)
	w.bindTo(t, "shop", "kspm-viewer", rbac.Subject{Kind: "Group", APIGroup: rbac.GroupName, Name: "oidc:team-shop"})
	w.bindTo(t, "payments", "kspm-viewer", rbac.Subject{Kind: "Group", APIGroup: rbac.GroupName, Name: "team-shop"}) // the cluster's own
	s := newSite(t, w, time.Hour)

	// Whether the provider puts claims into id tokens, or tells who asks; a client
	// with a secret, and one without.
	for _, client := range []string{"kspm", "full", "public"} {
		s.use(t, client)
		for user, want := range map[string]string{"ann": all, "bob": "home-shop"} {
			c, page := s.enter(t, user, "/findings?severity=high")
			if page.at != "/findings?severity=high" || !strings.Contains(page.text, user+"@example.com") {
				t.Errorf("%s by %s is led to %+v", user, client, page)
			}
			if got := seenBy(t, c, s.srv, ""); got != want {
				t.Errorf("%s by %s sees %s, want %s", user, client, got, want)
			}
		}
		if _, page := s.enter(t, "eve", "/"); page.code != http.StatusUnauthorized {
			t.Errorf("an email that is not verified: %+v", page)
		}
	}
	t.Run("of another browser", func(t *testing.T) {
		s.use(t, "kspm")
		victim := browser(t, "")
		open(t, victim, s.srv+"/") // which gives it a cookie of its own
		attacker := browser(t, "/auth")
		own := authorize(t, s.idp, open(t, attacker, s.begin(t, attacker, "/")).to, "ann")
		if page := open(t, victim, s.srv+"/login/callback?"+own.Encode()); page.code != http.StatusForbidden {
			t.Errorf("a login that another browser began: %+v", page)
		}
		if got := seenBy(t, victim, s.srv, ""); got != "401" {
			t.Errorf("the victim is logged in: %s", got)
		}
	})
	t.Run("a code that was stolen", func(t *testing.T) {
		auth := s.use(t, "public")
		code := authorize(t, s.idp, auth.Begin("state", "nonce"), "ann")
		if _, err := auth.Finish(t.Context(), code, "another nonce"); err == nil {
			t.Error("it is of use without the secret of PKCE")
		}
	})
	t.Run("id tokens of programs", func(t *testing.T) {
		auth := s.use(t, "full")
		token := idToken(t, s.idp, auth, "bob")
		if got := seen(t, s.srv, token); got != "home-shop" {
			t.Errorf("its own: %s", got)
		}
		if got := seen(t, s.srv, unsigned(t, token)); got != "401" {
			t.Errorf("unsigned: %s", got)
		}
		s.use(t, "kspm")
		if got := seen(t, s.srv, token); got != "401" {
			t.Errorf("of another client: %s", got)
		}
	})
	if _, err := (&OIDCOptions{Issuer: strings.Replace(s.issuer, "localhost", "127.0.0.1", 1), ClientID: "kspm"}).open(t.Context(), s.srv, w.home(), quiet); err == nil {
		t.Error("a provider by another name is taken")
	}
}

// TestOIDCEnds: a login lasts as long as the provider's word for it.
func TestOIDCEnds(t *testing.T) {
	w := start(t)
	lifetime := 2 * time.Second
	s := newSite(t, w, lifetime)

	s.use(t, "kspm")
	c, _ := s.enter(t, "ann", "/")
	if got := seenBy(t, c, s.srv, ""); got != all {
		t.Fatalf("at first: %s", got)
	}
	time.Sleep(lifetime)
	if got := seenBy(t, c, s.srv, ""); got != "401" {
		t.Errorf("after the end of the id token: %s", got)
	}

	s.use(t, "kspm", "offline_access")
	c, _ = s.enter(t, "ann", "/")
	for range 2 {
		time.Sleep(lifetime)
		if got := seenBy(t, c, s.srv, ""); got != all {
			t.Errorf("renewed: %s", got)
		}
	}
	s.forget(t, "ann")
	time.Sleep(lifetime)
	if got := seenBy(t, c, s.srv, ""); got != "401" {
		t.Errorf("whom the provider has forgotten: %s", got)
	}
}

// idToken is what a program gets that logs in by itself.
func idToken(t *testing.T, p *idp, auth *oidcAuth, user string) string {
	t.Helper()
	code := authorize(t, p, auth.Begin("state", "nonce"), user)
	tokens, err := auth.client.Exchange(t.Context(), code.Get("code"), oauth2.VerifierOption(auth.secretOf("nonce")))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	return raw
}

// unsigned is a token that says that it needs no signature.
func unsigned(t *testing.T, token string) string {
	t.Helper()
	header, err := json.Marshal(map[string]string{"alg": "none", "typ": "JWT"})
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(header) + "." + strings.Split(token, ".")[1] + "."
}
