package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

type loginPage struct {
	page
	Next, Hint, Problem string
	Redirects           bool
}

// pending is how long a login elsewhere may take.
const pending = 10 * time.Minute

// loginQuery remembers where somebody wanted to go.
func loginQuery(r *http.Request) string {
	return url.Values{"next": {r.URL.RequestURI()}}.Encode()
}

// localPath keeps of a wish where to go what is a page of ours.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

func (s *server) showLogin(w http.ResponseWriter, r *request, code int, problem string) error {
	r.session = s.loginSession(w, r)
	p := &loginPage{page: s.page(r, "Log in", ""), Next: localPath(r.FormValue("next")), Problem: problem}
	p.Bare = true
	if s.Auth != nil {
		p.Hint = s.Auth.Hint()
	}
	_, p.Redirects = s.Auth.(Redirector)
	s.render(w, r, code, "login", p)
	return nil
}

// loginSession ties the login form to the browser that it was given to, so that
// nobody is logged in as somebody else.
func (s *server) loginSession(w http.ResponseWriter, r *request) string {
	if c, err := r.Cookie(s.cookieName("login")); err == nil && c.Value != "" {
		return c.Value
	}
	id := rand.Text()
	s.setCookie(w, "login", id, pending)
	return id
}

func (s *server) loginPage(w http.ResponseWriter, r *request) error {
	if s.Auth == nil {
		http.Redirect(w, r.Request, "/", http.StatusSeeOther)
		return nil
	}
	return s.showLogin(w, r, http.StatusOK, "")
}

func (s *server) login(w http.ResponseWriter, r *request) error {
	if s.Auth == nil {
		return errNotFound
	}
	if !s.limits.allowLogin(s.clientOf(r.Request)) {
		return errTries
	}
	c, err := r.Cookie(s.cookieName("login"))
	if err != nil {
		return s.showLogin(w, r, http.StatusForbidden, "Your browser sent no cookie: allow cookies for this site, and try again.")
	}
	r.session = c.Value
	if err := s.checkToken(r); err != nil {
		return err
	}
	return s.enter(w, r, strings.TrimSpace(r.FormValue("token")), localPath(r.FormValue("next")))
}

// loginBegin sends a browser to log in elsewhere. It is a link and no form: what
// a form leads to must be our own, by the policy.
func (s *server) loginBegin(w http.ResponseWriter, r *request) error {
	elsewhere, ok := s.Auth.(Redirector)
	if !ok {
		return errNotFound
	}
	session := s.loginSession(w, r)
	s.setCookie(w, "next", url.QueryEscape(localPath(r.FormValue("next"))), pending)
	http.Redirect(w, r.Request, elsewhere.Begin(s.tokens.of("state "+session), s.tokens.of("nonce "+session)), http.StatusSeeOther)
	return nil
}

// enter begins a session for a token.
func (s *server) enter(w http.ResponseWriter, r *request, token, next string) error {
	if token == "" {
		return s.showLogin(w, r, http.StatusUnauthorized, "Enter a token.")
	}
	user, err := s.Auth.User(r.Context(), token)
	if errors.Is(err, ErrUnknown) {
		s.Log.Warn("login refused", "from", s.clientOf(r.Request))
		return s.showLogin(w, r, http.StatusUnauthorized, "The token is not valid, or has expired.")
	}
	if err != nil {
		return err
	}
	s.Log.Info("login", "user", user.Name, "from", s.clientOf(r.Request))
	s.setCookie(w, "login", "", -1)
	s.setCookie(w, "session", s.sessions.begin(token, user.Name), sessionLasts)
	http.Redirect(w, r.Request, next, http.StatusSeeOther)
	return nil
}

// loginCallback is where people come back to who logged in elsewhere.
func (s *server) loginCallback(w http.ResponseWriter, r *request) error {
	elsewhere, ok := s.Auth.(Redirector)
	c, err := r.Cookie(s.cookieName("login"))
	if !ok || err != nil {
		return errNotFound
	}
	if !s.limits.allowLogin(s.clientOf(r.Request)) {
		return errTries
	}
	if r.URL.Query().Get("state") != s.tokens.of("state "+c.Value) {
		return &httpError{http.StatusForbidden, "This login was not begun here. Log in again."}
	}
	token, err := elsewhere.Finish(r.Context(), r.URL.Query(), s.tokens.of("nonce "+c.Value))
	if err != nil {
		s.Log.Warn("login refused", "from", s.clientOf(r.Request), "error", err)
		return s.showLogin(w, r, http.StatusUnauthorized, "The identity provider did not confirm the login.")
	}
	next := "/"
	if n, err := r.Cookie(s.cookieName("next")); err == nil {
		if n, err := url.QueryUnescape(n.Value); err == nil {
			next = localPath(n)
		}
	}
	return s.enter(w, r, token, next)
}

func (s *server) logout(w http.ResponseWriter, r *request) error {
	r.session = s.sessionID(r.Request)
	if err := s.checkToken(r); err != nil {
		return err
	}
	s.Log.Info("logout", "user", s.sessions.end(r.session), "from", s.clientOf(r.Request))
	s.setCookie(w, "session", "", -1)
	http.Redirect(w, r.Request, "/login", http.StatusSeeOther)
	return nil
}
