// Command oidc is an identity provider for tests: OpenID Connect as
// zitadel/oidc has it, with three users who all have the password "secret".
//
// It prints its issuer, and ends when its input does. A line of input is the name
// of a user whom it is to forget.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var groups = map[string][]string{"ann": {"security", "staff"}, "bob": {"team-shop"}}

type users struct {
	mu  sync.Mutex
	all map[string]*storage.User
}

func (u *users) GetUserByID(id string) *storage.User {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.all[id]
}
func (u *users) GetUserByUsername(name string) *storage.User { return u.GetUserByID(name) }
func (u *users) ExampleClientID() string                     { return "service" }

func (u *users) forget(name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.all, name)
}

// provider adds groups to what the storage tells of users, in id tokens and for
// who asks.
type provider struct {
	*storage.Storage
	users    *users
	lifetime time.Duration
}

func (p *provider) SetUserinfoFromScopes(ctx context.Context, info *oidc.UserInfo, user, client string, scopes []string) error {
	p.add(info, user, scopes)
	return p.Storage.SetUserinfoFromScopes(ctx, info, user, client, scopes)
}

func (p *provider) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	p.add(info, r.GetSubject(), scopes)
	return p.Storage.SetUserinfoFromRequest(ctx, info, r, scopes)
}

func (p *provider) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, user, origin string) error {
	info.AppendClaims("groups", groups[user])
	return p.Storage.SetUserinfoFromToken(ctx, info, token, user, origin)
}

func (p *provider) add(info *oidc.UserInfo, user string, scopes []string) {
	if slices.Contains(scopes, "groups") {
		info.AppendClaims("groups", groups[user])
	}
}

func (p *provider) TokenRequestByRefreshToken(ctx context.Context, token string) (op.RefreshTokenRequest, error) {
	r, err := p.Storage.TokenRequestByRefreshToken(ctx, token)
	if err == nil && p.users.GetUserByID(r.GetSubject()) == nil {
		return nil, errors.New("the user is gone")
	}
	return r, err
}

func (p *provider) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := p.Storage.GetClientByClientID(ctx, id)
	return client{c, p.lifetime}, err
}

type client struct {
	op.Client
	lifetime time.Duration
}

func (c client) IDTokenLifetime() time.Duration       { return c.lifetime }
func (c client) IsScopeAllowed(scope string) bool     { return scope == "groups" }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return c.GetID() == "full" }

func main() {
	redirect := flag.String("redirect", "", "where logins come back to")
	lifetime := flag.Duration("lifetime", time.Hour, "of id tokens")
	flag.Parse()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	issuer := fmt.Sprintf("http://localhost:%d/", listener.Addr().(*net.TCPAddr).Port)
	who := &users{all: map[string]*storage.User{}}
	for _, name := range []string{"ann", "bob", "eve"} {
		who.all[name] = &storage.User{ID: name, Username: name, Password: "secret", Email: name + "@example.com", EmailVerified: name != "eve"}
	}
	// The one keeps claims out of id tokens, as the standard has it, the other
	// puts them in.
	storage.RegisterClients(storage.WebClient("kspm", "client-secret", *redirect), storage.WebClient("full", "client-secret", *redirect), storage.NativeClient("public", *redirect))
	p := &provider{storage.NewStorage(who), who, *lifetime}
	server := &http.Server{Handler: exampleop.SetupServer(issuer, p, slog.New(slog.DiscardHandler), false), ReadHeaderTimeout: time.Minute}
	go func() { log.Fatal(server.Serve(listener)) }()
	fmt.Println(issuer)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		who.forget(lines.Text())
		fmt.Println("forgotten")
	}
}
