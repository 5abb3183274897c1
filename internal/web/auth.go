package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Auth knows who may look, and at what.
type Auth interface {
	// User tells who a token belongs to, and their rights as they are now. A
	// token that is not valid is ErrUnknown; a user who may see nothing has
	// Visible that is empty, and not nil.
	User(ctx context.Context, token string) (User, error)
	// Hint tells people which token to enter, and how to get one.
	Hint() string
}

// Redirector is an Auth that has people log in elsewhere.
type Redirector interface {
	Auth
	// Begin is where to send a browser; state comes back with it.
	Begin(state, nonce string) string
	// Finish makes a token of what the browser came back with.
	Finish(ctx context.Context, query url.Values, nonce string) (token string, err error)
}

// ErrUnknown is returned for a token that is not valid.
var ErrUnknown = errors.New("the token is not valid")

// User is who looks.
type User struct {
	Name string
	// Visible is store.Filter's: nil sees everything.
	Visible map[string][]string
}

// All reports whether the user may see everything, and so may ask anything.
func (u User) All() bool { return u.Visible == nil }

// sees reports whether the user may see what is in a namespace of a cluster;
// "" is what has no namespace.
func (u User) sees(cluster, namespace string) bool {
	if u.Visible == nil {
		return true
	}
	for _, ns := range u.Visible[cluster] {
		if ns == "*" || ns == namespace {
			return true
		}
	}
	return false
}

var (
	errLogin  = &httpError{http.StatusUnauthorized, "Log in first."}
	errTries  = &httpError{http.StatusTooManyRequests, "Too many attempts to log in. Wait a minute."}
	errRights = &httpError{http.StatusForbidden, "You are known here, and may see nothing of any cluster. docs/login.md says which rights are needed."}
)

// who tells who sends a request: by its session, or by a bearer token.
func (s *server) who(r *http.Request) (User, string, error) {
	if s.Auth == nil {
		return User{}, s.tokens.nobody, nil
	}
	token, session := bearer(r), ""
	if token != "" && !s.limits.mayTry(s.clientOf(r)) {
		return User{}, "", errTries
	}
	if token == "" {
		if session = s.sessionID(r); session == "" {
			return User{}, "", errLogin
		}
		if token = s.sessions.token(session); token == "" {
			return User{}, "", errLogin
		}
	}
	user, err := s.Auth.User(r.Context(), token)
	switch {
	case errors.Is(err, ErrUnknown):
		if s.sessions.end(session); session == "" {
			s.limits.tried(s.clientOf(r))
		}
		return User{}, "", errLogin
	case err != nil:
		return User{}, "", err
	case user.Visible != nil && len(user.Visible) == 0:
		return user, session, errRights
	}
	return user, session, nil
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
