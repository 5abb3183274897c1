package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// Whom a request comes from is what the first says who is not trusted: what
// comes before that, anybody could have written.
func TestClient(t *testing.T) {
	s := &server{Options: Options{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}
	for _, tt := range []struct {
		from, want string
		forwarded  []string
	}{
		{"192.0.2.7:1", "192.0.2.7", nil},
		{"192.0.2.7:1", "192.0.2.7", []string{"203.0.113.9"}},
		{"10.0.0.1:1", "10.0.0.1", nil},
		{"10.0.0.1:1", "203.0.113.9", []string{"203.0.113.9"}},
		{"10.0.0.1:1", "203.0.113.9", []string{"1.1.1.1, 203.0.113.9"}},
		{"10.0.0.1:1", "203.0.113.9", []string{"1.1.1.1", "203.0.113.9, 10.9.9.9"}},
		{"10.0.0.1:1", "10.0.0.1", []string{"unknown"}},
		{"[::ffff:10.0.0.1]:1", "203.0.113.9", []string{"203.0.113.9:4711"}},
		{"[fd00::1]:1", "2001:db8::1", []string{"[2001:db8::1]:80"}},
	} {
		r := &http.Request{RemoteAddr: tt.from, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
		if got := s.clientOf(r); got != tt.want {
			t.Errorf("from %s for %q: %s, want %s", tt.from, tt.forwarded, got, tt.want)
		}
	}
}

// Addresses of one network of IPv6 are limited as one, and those of IPv4 each.
func TestLimitsOfNetwork(t *testing.T) {
	l := newLimits()
	for range requestsBurst {
		l.allow("2001:db8::1")
	}
	if l.allow("2001:db8::2") || !l.allow("2001:db8:0:1::1") || !l.allow("192.0.2.1") {
		t.Error("the limit is not of the network")
	}
	if len(l.by) != 3 {
		t.Errorf("%d limits, want 3", len(l.by))
	}
}

// A program that tries one token after the other is stopped, and people who have
// logged in at the same address are not.
func TestTries(t *testing.T) {
	s := newServer(guarded(t))
	srv := httptest.NewServer(s.handler())
	defer srv.Close()
	code := 0
	for i := range wrongBurst + 1 {
		code, _ = get(t, srv.URL+"/api/v1/clusters", "Authorization", fmt.Sprint("Bearer ", i))
	}
	if code != http.StatusTooManyRequests {
		t.Errorf("after %d wrong tokens: %d", wrongBurst, code)
	}
	if code, _ = get(t, srv.URL+"/api/v1/clusters", "Authorization", "Bearer all"); code != http.StatusTooManyRequests {
		t.Errorf("the right token at last: %d", code)
	}
	if code, _ = get(t, srv.URL+"/api/v1/clusters", "Cookie", "kspm-session="+s.sessions.begin("all", "root")); code != http.StatusOK {
		t.Errorf("with a session: %d", code)
	}
}

// With TLS a cookie counts only under the name that nobody on the way can set.
func TestSecureCookie(t *testing.T) {
	o := guarded(t)
	o.Secure = true
	s := newServer(o)
	srv := httptest.NewServer(s.handler())
	defer srv.Close()
	id := s.sessions.begin("all", "root")
	for name, want := range map[string]int{"kspm-session": http.StatusUnauthorized, "__Host-kspm-session": http.StatusOK} {
		if code, _ := get(t, srv.URL+"/api/v1/clusters", "Cookie", name+"="+id, "Host", "any.example"); code != want {
			t.Errorf("%s: %d, want %d", name, code, want)
		}
	}
}
