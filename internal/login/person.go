package login

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

// person is somebody as the provider knows them.
type person struct {
	subject string // the provider's own key
	name    string
	groups  []string
	nonce   string
	until   time.Time
}

// claims are of an id token that has been verified.
type claims map[string]any

func (a *oidcAuth) claims(ctx context.Context, raw string) (*oidc.IDToken, claims, error) {
	token, err := a.provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", web.ErrUnknown, err)
	}
	all := claims{}
	if err := token.Claims(&all); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", web.ErrUnknown, err)
	}
	return token, all, nil
}

// complete adds what the provider keeps out of id tokens, and tells of who asks
// with the access token.
func (a *oidcAuth) complete(ctx context.Context, c claims, tokens *oauth2.Token) error {
	if c[a.NameClaim] != nil && c[a.GroupClaim] != nil || a.provider.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := a.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return fmt.Errorf("ask the provider for who it is: %w", err)
	}
	if info.Subject != c["sub"] {
		return errors.New("the provider tells of somebody else")
	}
	more := claims{}
	if err := info.Claims(&more); err != nil {
		return err
	}
	for name, v := range more {
		if _, there := c[name]; !there {
			c[name] = v
		}
	}
	return nil
}

func (a *oidcAuth) person(token *oidc.IDToken, c claims) (*person, error) {
	p := &person{subject: token.Subject, nonce: token.Nonce, until: token.Expiry}
	if p.name, _ = c[a.NameClaim].(string); p.name == "" {
		return nil, fmt.Errorf("%w: no claim %s says who it is", web.ErrUnknown, a.NameClaim)
	}
	// Absent is not verified: some providers leave out what is false. Some have
	// it as text.
	if verified := c["email_verified"]; a.NameClaim == "email" && verified != true && verified != "true" {
		return nil, fmt.Errorf("%w: the provider does not say that it has verified the email %s (email_verified)", web.ErrUnknown, p.name)
	}
	switch groups := c[a.GroupClaim].(type) {
	case string:
		p.groups = []string{groups}
	case []any:
		for _, g := range groups {
			if g, ok := g.(string); ok {
				p.groups = append(p.groups, g)
			}
		}
	}
	return p, nil
}

// user is what somebody may see: everything by their groups, or what RBAC says.
func (a *oidcAuth) user(ctx context.Context, p *person) (web.User, error) {
	u := web.User{Name: p.name, Visible: map[string][]string{}}
	if slices.ContainsFunc(p.groups, func(g string) bool { return slices.Contains(a.Groups, g) }) {
		u.Visible = nil
		return u, nil
	}
	if a.rights == nil {
		return u, nil
	}
	who := subject{name: a.Prefix + p.name, groups: []string{"system:authenticated"}}
	for _, g := range p.groups {
		who.groups = append(who.groups, a.Prefix+g)
	}
	var err error
	u.Visible, err = a.rights.of(ctx, who)
	return u, err
}

// logins hold what the provider gave for those who are logged in. They outlive
// the sessions of web, and end with the provider's word.
type logins struct {
	mu sync.Mutex
	by map[string]*providerLogin
}

// providerLogin is a login at the provider, which it renews where it gave a
// refresh token; its groups, and whether it still knows them, are asked for then.
type providerLogin struct {
	mu      sync.Mutex
	who     *person
	refresh string
	ended   bool
}

// longest is after what a login is forgotten that nobody ended.
const longest = 24 * time.Hour

func (l *logins) add(who *person, refresh string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, old := range l.by {
		if old.over(time.Now()) {
			delete(l.by, id)
		}
	}
	id := rand.Text()
	l.by[id] = &providerLogin{who: who, refresh: refresh}
	return id
}

func (l *logins) get(id string) *providerLogin {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.by[id]
}

func (p *providerLogin) over(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended || now.After(p.who.until) && p.refresh == "" || now.After(p.who.until.Add(longest))
}

// current is who it is of, as the provider says now or said a while ago. It is
// web.ErrUnknown once the provider does not renew it.
func (p *providerLogin) current(ctx context.Context, a *oidcAuth) (*person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.ended:
		return nil, web.ErrUnknown
	case time.Now().Before(p.who.until):
		return p.who, nil
	case p.refresh == "":
		p.ended = true
		return nil, web.ErrUnknown
	}
	ctx, cancel := context.WithTimeout(ctx, providerTime)
	defer cancel()
	tokens, err := a.client.TokenSource(ctx, &oauth2.Token{RefreshToken: p.refresh}).Token()
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		p.ended = true
		return nil, fmt.Errorf("%w: the provider says %s", web.ErrUnknown, refused.ErrorCode)
	}
	if err != nil {
		return nil, fmt.Errorf("renew a login: %w", err)
	}
	who, err := a.verified(ctx, tokens)
	if err == nil && who.subject != p.who.subject {
		err = errors.New("the provider renewed the login of somebody else")
	}
	if err != nil {
		p.ended = true
		return nil, fmt.Errorf("%w: %w", web.ErrUnknown, err)
	}
	p.who, p.refresh = who, tokens.RefreshToken
	return who, nil
}

func providerClient(ca string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if ca != "" {
		data, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("--oidc-ca-file: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("--oidc-ca-file: %s holds no certificate", ca)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport, Timeout: providerTime}, nil
}
