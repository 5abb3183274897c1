//go:build unix

package bench

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

var fetched = regexp.MustCompile(`(?:href|src)="(/static/[^"]*)"`)

// pages measures what the dashboard's pages cost over a fleet: the processor's
// time for each, as the machine may be busy otherwise, and what a browser has to
// fetch for the first.
func pages(b *testing.B, backend string, s store.Reader) {
	const (
		most  = 100 * time.Millisecond
		bytes = 100_000
	)
	h := web.New(web.Options{Store: s, Now: func() time.Time { return time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC) }})
	for _, p := range []struct{ name, path string }{
		{"first page", "/"},
		{"findings", "/findings"},
		{"findings of a cluster", "/findings?cluster=prod-007"},
		{"rules", "/rules"},
		{"a rule", "/rules/NSA-07"},
		{"a cluster", "/clusters/prod-007"},
		{"teams", "/teams"},
	} {
		var spent []time.Duration
		size := 0
		for range 7 {
			before := processorTime(b)
			size = len(fetch(b, h, p.path, "gzip"))
			spent = append(spent, processorTime(b)-before)
		}
		slices.Sort(spent)
		typical := spent[len(spent)/2]
		figures = append(figures, figure{name: backend + ": " + p.name, ours: seconds(typical), limit: seconds(most), over: typical > most && backend == "SQLite"})
		if p.path != "/" {
			continue
		}
		for _, m := range fetched.FindAllStringSubmatch(fetch(b, h, p.path, ""), -1) {
			size += len(fetch(b, h, html.UnescapeString(m[1]), "gzip"))
		}
		if backend == "SQLite" {
			figures = append(figures, figure{name: "first page, all that it loads, zipped", ours: thousands(size) + " B", limit: thousands(bytes) + " B", over: size > bytes})
		}
	}
}

// fetch returns what a browser gets, as it comes over the wire.
func fetch(b *testing.B, h http.Handler, path, encoding string) string {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "localhost"
	r.RemoteAddr = fmt.Sprintf("127.0.%d.%d:1", rand.IntN(256), rand.IntN(256)) // one client alone would be slowed down
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d", path, w.Code)
	}
	return w.Body.String()
}

// processorTime is what this process has used so far, of all its threads.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
