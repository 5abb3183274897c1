package login

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	authn "k8s.io/api/authentication/v1"
	authz "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/util/cache"

	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

const (
	// remembered is how long the API server's word on a token, and on what
	// somebody may see, is taken: a token that is revoked is out after that.
	remembered = 30 * time.Second
	// mostRemembered bounds what others make this process hold.
	mostRemembered = 4096
)

// clusterAuth is a web.Auth by the word of an API server.
type clusterAuth struct {
	audiences []string
	rights    *rights
	known     *cache.LRUExpireCache // sha256 of a token → *subject; nil for one that is not valid
	keep      time.Duration
}

func newKubernetes(ctx context.Context, home Home, audiences []string, log *slog.Logger) (*clusterAuth, error) {
	if home.Config == nil {
		return nil, errors.New("--auth kubernetes: there is no cluster to ask who people are")
	}
	rights, err := newRights(ctx, home, log)
	if err != nil {
		return nil, err
	}
	if err := rights.mayAsk(ctx, "authentication.k8s.io", "tokenreviews"); err != nil {
		return nil, err
	}
	return &clusterAuth{audiences, rights, cache.NewLRUExpireCache(mostRemembered), remembered}, nil
}

// Hint implements web.Auth.
func (k *clusterAuth) Hint() string {
	audience := ""
	if len(k.audiences) > 0 {
		audience = " --audience " + k.audiences[0]
	}
	return "A token of the cluster, such as of: kubectl -n NAMESPACE create token SERVICEACCOUNT" + audience
}

// User implements web.Auth.
func (k *clusterAuth) User(ctx context.Context, token string) (web.User, error) {
	who, err := k.who(ctx, token)
	if err != nil {
		return web.User{}, err
	}
	visible, err := k.rights.of(ctx, *who)
	return web.User{Name: who.name, Visible: visible}, err
}

func (k *clusterAuth) who(ctx context.Context, token string) (*subject, error) {
	key := sha256.Sum256([]byte(token))
	if found, ok := k.known.Get(key); ok {
		if who := found.(*subject); who != nil {
			return who, nil
		}
		return nil, web.ErrUnknown
	}
	status, err := k.rights.reviewer.token(ctx, authn.TokenReviewSpec{Token: token, Audiences: k.audiences})
	if err != nil {
		return nil, fmt.Errorf("ask the API server whose token it is: %w", err)
	}
	// An API server that knows no audiences returns none, and has not looked.
	forUs := len(k.audiences) == 0 || slices.ContainsFunc(status.Audiences, func(a string) bool { return slices.Contains(k.audiences, a) })
	if !status.Authenticated || !forUs {
		k.known.Add(key, (*subject)(nil), k.keep)
		return nil, web.ErrUnknown
	}
	who := &subject{name: status.User.Username, uid: status.User.UID, groups: status.User.Groups, extra: map[string]authz.ExtraValue{}}
	for key, v := range status.User.Extra {
		who.extra[strings.ToLower(key)] = authz.ExtraValue(v)
	}
	k.known.Add(key, who, k.keep)
	return who, nil
}
