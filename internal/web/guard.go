package web

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// policy is the Content-Security-Policy: nothing but our own files, no inline
// script or style, and in nobody's frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// jitter in bytes hides how well a page compresses, from which secrets in it
// could be guessed (BREACH).
const jitter = 32

// guard is what every request passes first.
func (s *server) guard(next http.Handler) http.Handler {
	gz, err := gzhttp.NewWrapper(gzhttp.RandomJitter(jitter, 0, false), gzhttp.MinSize(1000))
	if err != nil {
		panic(err) // the options are constants
	}
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, &request{Request: r}, &httpError{http.StatusForbidden, "This was sent by another site, and was refused."})
	}))
	inner := gz(crossOrigin.Handler(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.headers(w.Header())
		switch {
		case !s.ours(r.Host):
			http.Error(w, "this server does not answer to that name", http.StatusMisdirectedRequest)
		case s.limits != nil && !s.limits.allow(s.clientOf(r)):
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many requests", http.StatusTooManyRequests)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
			inner.ServeHTTP(w, r)
		}
	})
}

func (s *server) headers(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// ours reports whether a Host header names this server. A page of another site
// can have its own name resolve to loopback, and then reads what it likes.
func (s *server) ours(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if len(s.Hosts) == 0 && s.Secure {
		return true
	}
	if len(s.Hosts) > 0 {
		return slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.EqualFold(h, host) })
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// crossSite reports whether a browser says that another site sent the request.
func crossSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "cross-site" || site == "same-site"
}
