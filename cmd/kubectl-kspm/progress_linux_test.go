package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// On a terminal, reading that takes long shows how far it is, and leaves
// nothing of that behind.
func TestProgress(t *testing.T) {
	slow := on(tables.Jobs, 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		time.Sleep(2500 * time.Millisecond)
		next.ServeHTTP(w, r)
	})
	shown, err := terminal(command(t, append([]string{"check", "--rule", "NSA-07"}, faulty(t, true, slow)...)...))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`\rreading … [1-9][0-9]* objects`).Match(shown) {
		t.Errorf("no progress in %q", shown)
	}
	if _, after, ok := strings.Cut(string(shown), "\r\x1b[K"); !ok || strings.Contains(after, "reading") {
		t.Errorf("progress stays in %q", shown)
	}
	if e := kspm(t, append([]string{"check", "--rule", "NSA-07"}, faulty(t, true, slow)...)...); strings.Contains(e.stdout+e.stderr, "reading") {
		t.Errorf("progress without a terminal: %q", e.stderr)
	}
}
