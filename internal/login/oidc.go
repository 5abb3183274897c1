package login

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/spf13/pflag"
	"golang.org/x/oauth2"

	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

// OIDCOptions are about an identity provider.
type OIDCOptions struct {
	Issuer     string
	ClientID   string
	SecretFile string // of the client; a public client has none
	CA         string // file; the system's if empty
	Scopes     []string
	NameClaim  string
	GroupClaim string
	// Groups are those whose members see everything.
	Groups []string
	// RBAC has the API server say what everybody else may see.
	RBAC   bool
	Prefix string // of names and groups, as the API server is asked for them
}

func (o *OIDCOptions) bindFlags(f *pflag.FlagSet) {
	f.StringVar(&o.Issuer, "oidc-issuer", "", "address of the identity provider, as its tokens name it: https://…")
	f.StringVar(&o.ClientID, "oidc-client-id", "", "what the provider knows these pages by; their redirect address is --external-url with /login/callback")
	f.StringVar(&o.SecretFile, "oidc-client-secret-file", "", "file with the client's secret; without it the client is public, and PKCE is what protects it")
	f.StringVar(&o.CA, "oidc-ca-file", "", "certificates that the provider's is issued by; by default the system's")
	f.StringSliceVar(&o.Scopes, "oidc-scopes", []string{"profile", "email"}, "what to ask the provider for, beside openid: groups and offline_access, where it has them")
	f.StringVar(&o.NameClaim, "oidc-username-claim", "email", "claim that names people; an email that is not verified is refused")
	f.StringVar(&o.GroupClaim, "oidc-groups-claim", "groups", "claim that has the groups of people")
	f.StringSliceVar(&o.Groups, "oidc-groups", nil, "groups whose members see everything; may be repeated")
	f.BoolVar(&o.RBAC, "oidc-rbac", false, "have RBAC of the cluster say what others may see, by the names and groups of the provider with the prefix")
	f.StringVar(&o.Prefix, "oidc-prefix", "oidc:", "what is put before names and groups of the provider, so that none is the cluster's own")
}

func (o *OIDCOptions) check(externalURL string) error {
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
		return fmt.Errorf("--oidc-issuer %q: want https://HOST", o.Issuer)
	case o.ClientID == "":
		return errors.New("--auth oidc wants --oidc-client-id, what the provider knows these pages by")
	case externalURL == "":
		return errors.New("--auth oidc wants --external-url, to which the provider sends people back")
	case len(o.Groups) == 0 && !o.RBAC:
		return errors.New("--auth oidc lets nobody see anything as it is: add --oidc-groups or --oidc-rbac")
	case o.RBAC && o.Prefix == "":
		return errors.New("--oidc-prefix must not be empty: the provider could name somebody system:admin")
	}
	return nil
}

// oidcAuth is a web.Redirector by the word of an identity provider. What it calls
// a token is the number of a login that it holds, or an id token, which programs
// have.
type oidcAuth struct {
	*OIDCOptions
	client   oauth2.Config
	http     *http.Client
	provider *oidc.Provider
	rights   *rights // nil without --oidc-rbac
	logins   logins
	key      [32]byte // makes the secrets of PKCE
}

// providerTime bounds a request to the provider.
const providerTime = 10 * time.Second

func (o *OIDCOptions) open(ctx context.Context, externalURL string, home Home, log *slog.Logger) (*oidcAuth, error) {
	a := &oidcAuth{OIDCOptions: o, logins: logins{by: map[string]*providerLogin{}}}
	_, _ = rand.Read(a.key[:]) // never fails
	var err error
	if a.http, err = providerClient(o.CA); err != nil {
		return nil, err
	}
	secret := ""
	if o.SecretFile != "" {
		data, err := os.ReadFile(o.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("--oidc-client-secret-file: %w", err)
		}
		secret = strings.TrimSpace(string(data))
	}
	if o.RBAC {
		if home.Config == nil {
			return nil, errors.New("--oidc-rbac: there is no cluster to ask what people may see")
		}
		if a.rights, err = newRights(ctx, home, log); err != nil {
			return nil, err
		}
	}
	// The provider's keys are fetched for as long as the process runs.
	a.provider, err = oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), a.http), o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("--oidc-issuer: %w", err)
	}
	a.client = oauth2.Config{
		ClientID: o.ClientID, ClientSecret: secret, Endpoint: a.provider.Endpoint(), Scopes: append([]string{oidc.ScopeOpenID}, o.Scopes...),
		RedirectURL: strings.TrimSuffix(externalURL, "/") + "/login/callback",
	}
	return a, nil
}

// Hint implements web.Auth.
func (a *oidcAuth) Hint() string { return "You log in at " + a.Issuer + "." }

// Begin implements web.Redirector.
func (a *oidcAuth) Begin(state, nonce string) string {
	return a.client.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(a.secretOf(nonce)))
}

// secretOf is the code verifier of PKCE. It is made of the nonce, which comes
// back with the browser that it was given to, and of a key that nobody has.
func (a *oidcAuth) secretOf(nonce string) string {
	mac := hmac.New(sha256.New, a.key[:])
	mac.Write([]byte(nonce))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Finish implements web.Redirector.
func (a *oidcAuth) Finish(ctx context.Context, query url.Values, nonce string) (string, error) {
	if problem := query.Get("error"); problem != "" {
		return "", fmt.Errorf("the provider says %q: %q", problem, query.Get("error_description"))
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, a.http), providerTime)
	defer cancel()
	tokens, err := a.client.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(a.secretOf(nonce)))
	if err != nil {
		return "", fmt.Errorf("exchange the code: %w", err)
	}
	who, err := a.verified(ctx, tokens)
	if err != nil {
		return "", err
	}
	if !hmac.Equal([]byte(who.nonce), []byte(nonce)) {
		return "", errors.New("the id token is of another login: its nonce differs")
	}
	return a.logins.add(who, tokens.RefreshToken), nil
}

// verified is who the id token among the tokens is of.
func (a *oidcAuth) verified(ctx context.Context, tokens *oauth2.Token) (*person, error) {
	raw, _ := tokens.Extra("id_token").(string)
	if raw == "" {
		return nil, errors.New("the provider sent no id token")
	}
	token, c, err := a.claims(ctx, raw)
	if err == nil {
		err = a.complete(ctx, c, tokens)
	}
	if err != nil {
		return nil, err
	}
	return a.person(token, c)
}

// User implements web.Auth.
func (a *oidcAuth) User(ctx context.Context, token string) (web.User, error) {
	outside := oidc.ClientContext(ctx, a.http)
	if l := a.logins.get(token); l != nil {
		who, err := l.current(outside, a)
		if err != nil {
			return web.User{}, err
		}
		return a.user(ctx, who)
	}
	id, c, err := a.claims(outside, token)
	if err != nil {
		return web.User{}, err
	}
	who, err := a.person(id, c)
	if err != nil {
		return web.User{}, err
	}
	return a.user(ctx, who)
}
