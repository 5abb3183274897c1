package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"
)

// A session ends after a working day, or when nobody used it for an hour.
const (
	sessionLasts = 10 * time.Hour
	sessionIdle  = time.Hour
)

// sessions hold the tokens that people logged in with; browsers hold a random
// id alone. They end with the process.
type sessions struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[string]*session
}

type session struct {
	token, user string
	begun, used time.Time
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, by: map[string]*session{}}
}

func (s *sessions) begin(token, user string) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for id, old := range s.by {
		if old.over(now) {
			delete(s.by, id)
		}
	}
	id = rand.Text() + rand.Text()
	s.by[id] = &session{token: token, user: user, begun: now, used: now}
	return id
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.begun) > sessionLasts || now.Sub(s.used) > sessionIdle
}

// token is what a session was begun with; empty where there is none, or it is
// over.
func (s *sessions) token(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.by[id]
	if found == nil || found.over(s.now()) {
		delete(s.by, id)
		return ""
	}
	found.used = s.now()
	return found.token
}

// end forgets a session, and tells whose it was.
func (s *sessions) end(id string) (user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.by[id]; found != nil {
		user = found.user
	}
	delete(s.by, id)
	return user
}

// cookie names: __Host- has browsers refuse one that another host set.
func (s *server) cookieName(what string) string {
	if s.Secure {
		return "__Host-kspm-" + what
	}
	return "kspm-" + what
}

func (s *server) setCookie(w http.ResponseWriter, what, value string, lasts time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(what), Value: value, Path: "/", MaxAge: int(lasts.Seconds()),
		HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// sessionID is what a browser shows. A cookie without the prefix counts for
// nothing where there is TLS: somebody on the way could have set it.
func (s *server) sessionID(r *http.Request) string {
	if c, err := r.Cookie(s.cookieName("session")); err == nil {
		return c.Value
	}
	return ""
}

// tokens prove that a form came from a page of ours.
type tokens struct {
	key    [32]byte
	nobody string // what stands for a session where nobody logs in
}

func newTokens() tokens {
	t := tokens{nobody: rand.Text()}
	_, _ = rand.Read(t.key[:]) // never fails
	return t
}

func (t *tokens) of(session string) string {
	mac := hmac.New(sha256.New, t.key[:])
	mac.Write([]byte(session))
	return hex.EncodeToString(mac.Sum(nil))
}

// checkToken refuses a post that no page of ours has sent. Who sends a bearer
// token with it is no browser that could be misled.
func (s *server) checkToken(r *request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || s.Auth != nil && r.session == "" {
		return nil
	}
	if !hmac.Equal([]byte(r.FormValue("csrf")), []byte(s.tokens.of(r.session))) {
		return &httpError{http.StatusForbidden, "The form is too old, or was not sent by a page of this server. Load the page again."}
	}
	return nil
}
