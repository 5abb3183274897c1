package alert

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// What a webhook gets can be proven to be ours, to be fresh, and to be the
// same as before.
func TestWebhook(t *testing.T) {
	t.Setenv("KSPM_TEST_HOOK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	t.Setenv("KSPM_TEST_TOKEN", "let me in")
	type request struct {
		http.Header
		body []byte
	}
	var got []request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = append(got, request{r.Header, body})
	}))
	defer server.Close()
	r := &Receiver{Name: "hook", Webhook: &Webhook{URL: server.URL, SecretEnv: "KSPM_TEST_HOOK", access: access{TokenEnv: "KSPM_TEST_TOKEN"}}}
	n := gather("hook", []store.Event{event(1, store.Opened, "NSA-07", "web")}, noon, "")[0]
	body, err := r.body(n)
	if err != nil {
		t.Fatal(err)
	}
	m := store.Message{Key: n.Key, Body: body}
	for _, at := range []time.Time{noon, noon.Add(time.Hour)} {
		if said, err := r.send(t.Context(), m, at); err != nil || said != "200 OK" {
			t.Fatal(said, err)
		}
		last := got[len(got)-1]
		want, err := sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", n.Key, at, last.body)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{
			"Webhook-Id": n.Key, "Idempotency-Key": n.Key, "Webhook-Timestamp": strconv.FormatInt(at.Unix(), 10),
			"Webhook-Signature": want, "Authorization": "Bearer let me in", "Content-Type": "application/json",
		} {
			if last.Get(name) != value {
				t.Errorf("%s: %q, want %q", name, last.Get(name), value)
			}
		}
	}
	var notice Notice
	if err := json.Unmarshal(got[0].body, &notice); err != nil || notice.Rule.ID != "NSA-07" || notice.Key != n.Key || string(got[0].body) != string(got[1].body) {
		t.Errorf("%+v, %v", notice, err)
	}
	if got[0].Get("Webhook-Signature") == got[1].Get("Webhook-Signature") {
		t.Error("the signature does not depend on the time")
	}
}

// An error says what went wrong, and nothing of an address that is a secret.
func TestErrorsKeepSecrets(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/services/hunter2/busy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		http.Error(w, "slow\n\x1b[31mdown", http.StatusTooManyRequests)
	})
	mux.HandleFunc("/services/hunter2/gone", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no_service", http.StatusNotFound) })
	mux.Handle("/services/hunter2/moved", http.RedirectHandler("/services/hunter2/gone", http.StatusFound))
	server := httptest.NewServer(mux)
	defer server.Close()
	for address, want := range map[string]string{
		server.URL + "/services/hunter2/busy":  server.URL + ": 429 Too Many Requests: slow [31mdown",
		server.URL + "/services/hunter2/gone":  server.URL + ": 404 Not Found: no_service",
		server.URL + "/services/hunter2/moved": server.URL + ": 302 Found",
		"http://127.0.0.1:1/services/hunter2":  "http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused",
		"http://127.0.0.1:x/services/hunter2":  "the url is none",
		"services/hunter2":                     "the url is none of http or https",
	} {
		t.Setenv("KSPM_TEST_SLACK", address)
		r := &Receiver{Name: "chat", Slack: &Slack{URLEnv: "KSPM_TEST_SLACK"}}
		_, err := r.Test(t.Context(), "")
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", address, err, want)
			continue
		}
		if lasting(err) != (strings.HasSuffix(address, "gone") || strings.HasSuffix(address, "moved")) {
			t.Errorf("%v: lasting %v", err, lasting(err))
		}
		if wait := backoff(5*time.Second, 0, err); strings.HasSuffix(address, "busy") != (wait >= 2*time.Minute) {
			t.Errorf("%v: again after %s", err, wait)
		}
	}
}

func TestBackoff(t *testing.T) {
	for tries, want := range map[int]time.Duration{0: 5 * time.Second, 1: 10 * time.Second, 5: 160 * time.Second, 8: 15 * time.Minute, 1000: 15 * time.Minute} {
		if got := backoff(5*time.Second, tries, nil); got < want*8/10 || got > want*12/10 {
			t.Errorf("after %d tries %s, want about %s", tries, got, want)
		}
	}
}
