package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// request is a request by somebody who may look.
type request struct {
	*http.Request
	user User
	// session is the id of the browser's session; empty without one.
	session string
	f       filter
}

// handler answers a request, or returns an error that is shown instead.
type handler func(w http.ResponseWriter, r *request) error

// httpError is an error that is the asker's to know.
type httpError struct {
	code int
	text string
}

func (e *httpError) Error() string { return e.text }

func badRequest(format string, args ...any) error {
	return &httpError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

var errNotFound = &httpError{http.StatusNotFound, "There is no such page."}

// open serves what needs no login.
func (s *server) open(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := &request{Request: r}
		if err := h(w, req); err != nil {
			s.fail(w, req, err)
		}
	})
}

// known serves whom Auth knows and who may see something, within their rights.
func (s *server) known(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, session, err := s.who(r)
		req := &request{Request: r, user: user, session: session}
		if err == nil {
			err = s.checkToken(req)
		}
		if err == nil {
			req.f, err = readFilter(r.URL.Query(), s.Now())
			req.f.Visible = user.Visible
		}
		if err == nil {
			err = h(w, req)
		}
		s.audit(req, err)
		if err != nil {
			s.fail(w, req, err)
		}
	})
}

// audit notes who asked for what, and with what success.
func (s *server) audit(r *request, err error) {
	if s.Auth == nil {
		return
	}
	result := "shown"
	if err != nil {
		result = err.Error()
	}
	s.Log.Info("request", "user", r.user.Name, "from", s.clientOf(r.Request), "method", r.Method, "path", r.URL.Path, "query", r.URL.RawQuery, "result", result)
}

// errorCode is the status of an error, and what of it the asker is told.
func (s *server) errorCode(r *request, err error) (int, string) {
	var known *httpError
	switch {
	case errors.As(err, &known):
		return known.code, known.text
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound, "There is no such thing here, or you may not see it."
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout, "That took too long and was stopped."
	}
	s.Log.Error("internal error", "path", r.URL.Path, "error", err)
	return http.StatusInternalServerError, "Something went wrong on the server. Its log says what."
}

// fail shows an error: as JSON to programs, as the login page to who is not
// known, else as a page.
func (s *server) fail(w http.ResponseWriter, r *request, err error) {
	if r.Context().Err() != nil {
		return // nobody waits for it any more
	}
	code, text := s.errorCode(r, err)
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
		if code == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		writeJSON(w, code, apiError{Error: text})
	case code == http.StatusUnauthorized && r.Method == http.MethodGet:
		http.Redirect(w, r.Request, "/login?"+loginQuery(r.Request), http.StatusSeeOther)
	default:
		s.render(w, r, code, "error", &errorPage{page: s.page(r, "Error", ""), Code: code, Status: http.StatusText(code), Text: text})
	}
}

type errorPage struct {
	page
	Code         int
	Status, Text string
}

func (s *server) notFound(http.ResponseWriter, *request) error { return errNotFound }
