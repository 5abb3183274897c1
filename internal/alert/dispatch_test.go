package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// inbox is the other side of webhooks, one for each path. It answers with what
// its code says, 200 without.
type inbox struct {
	mu   sync.Mutex
	got  map[string][]Notice // those that were taken, by path
	code func(path string, n Notice) int
	*httptest.Server
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	t.Setenv("KSPM_TEST_HOOK", "secret")
	in := &inbox{got: map[string][]Notice{}}
	in.Server = httptest.NewServer(in)
	t.Cleanup(in.Close)
	return in
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var n Notice
	if err != nil || json.Unmarshal(body, &n) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.code != nil {
		if code := in.code(r.URL.Path, n); code != http.StatusOK {
			w.WriteHeader(code)
			return
		}
	}
	in.got[r.URL.Path] = append(in.got[r.URL.Path], n)
}

func (in *inbox) told(path string) []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return told(in.got[path])
}

// wait waits until a path was told of just this.
func (in *inbox) wait(t *testing.T, path string, want ...string) {
	t.Helper()
	for range 500 {
		if slices.Equal(in.told(path), want) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal(gocmp.Diff(want, in.told(path)))
}

func (in *inbox) config(t *testing.T, wait time.Duration, receivers ...string) *Config {
	t.Helper()
	text := head1 + fmt.Sprintf("wait: %s\nreceivers:\n", wait)
	for _, r := range receivers {
		text += fmt.Sprintf("- {name: %s, webhook: {url: '%s/%s', secretEnv: KSPM_TEST_HOOK}}\n", r, in.URL, r)
	}
	c, err := Parse("alerts.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// dispatch runs a dispatcher until the test ends.
func dispatch(t *testing.T, c *Config, box *outbox) *Dispatcher {
	t.Helper()
	d := New(c, box, Options{Poll: 5 * time.Millisecond})
	d.retry = 20 * time.Millisecond
	if err := d.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !box.fenced {
			t.Error(err)
		}
	})
	return d
}

func add(t *testing.T, box *outbox, events ...store.Event) {
	t.Helper()
	if err := box.add(t.Context(), events...); err != nil {
		t.Fatal(err)
	}
}

// Events are gathered, grouped and sent; who joins later is told of what comes
// later; what wakes nobody is off the list.
func TestDispatch(t *testing.T) {
	box, in := openOutbox(t), newInbox(t)
	add(t, box, event(1, store.Opened, "A-0", "before"))
	d := dispatch(t, in.config(t, 200*time.Millisecond, "hook"), box)
	quiet := event(2, store.Opened, "A-1", "quiet")
	quiet.Quiet = true
	add(t, box, quiet, event(3, store.Opened, "A-1", "web"))
	time.Sleep(50 * time.Millisecond) // less than they are gathered for
	add(t, box, event(4, store.Opened, "A-1", "api"))
	d.Wake()
	in.wait(t, "/hook", "transitions prod payments A-1: 2 new [new web] [new api]")
	add(t, box, event(5, store.Resolved, "A-1", "web"))
	in.wait(t, "/hook", "transitions prod payments A-1: 2 new [new web] [new api]", "transitions prod payments A-1: 1 resolved [resolved web]")
	left, err := box.Pending(t.Context(), "hook", 10)
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v %v", left, err)
	}
	if s := d.Stats(); len(s) != 1 || s[0].Sent != 2 || s[0].Failed != 0 || s[0].LastError != "" {
		t.Errorf("%+v", s)
	}
}

// A first evaluation is one message, however many findings there are.
func TestDispatchDigest(t *testing.T) {
	box, in := openOutbox(t), newInbox(t)
	c := in.config(t, 0, "hook")
	if err := New(c, box, Options{}).Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	tx, err := box.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * someEvents {
		e := event(int64(i), store.Opened, fmt.Sprint("A-", i%7), fmt.Sprint("web-", i))
		e.First = true
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), `INSERT INTO event (body) VALUES (?)`, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	dispatch(t, c, box)
	for range 500 {
		if len(in.told("/hook")) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := in.told("/hook"); len(got) != 1 || !strings.HasPrefix(got[0], "digest prod: 3000 new ") {
		t.Errorf("%.300v", got)
	}
}

// A receiver that is down is tried again, in order; another does not notice.
func TestDispatchDown(t *testing.T) {
	box, in := openOutbox(t), newInbox(t)
	var tries []string
	in.code = func(path string, n Notice) int {
		if path != "/sick" {
			return http.StatusOK
		}
		tries = append(tries, n.Key)
		if len(tries) < 4 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	}
	d := dispatch(t, in.config(t, 0, "sick", "well"), box)
	add(t, box, event(1, store.Opened, "A-1", "web"))
	in.wait(t, "/well", "transitions prod payments A-1: 1 new [new web]")
	add(t, box, event(2, store.Opened, "A-2", "web"))
	both := []string{"transitions prod payments A-1: 1 new [new web]", "transitions prod payments A-2: 1 new [new web]"}
	in.wait(t, "/well", both...)
	in.wait(t, "/sick", both...)
	if len(slices.Compact(tries[:4])) != 1 {
		t.Errorf("tried %v: the first message is not tried until it is taken, or with another key", tries)
	}
	for range 100 {
		if d.Stats()[0].Sent == 2 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if s := d.Stats()[0]; s.Sent != 2 || s.Failed != 3 || s.LastError != "" {
		t.Errorf("%+v", s)
	}
}

// A message that is refused does not hold up the others.
func TestDispatchRefused(t *testing.T) {
	box, in := openOutbox(t), newInbox(t)
	in.code = func(_ string, n Notice) int {
		if n.Rule.ID == "A-1" {
			return http.StatusBadRequest
		}
		return http.StatusOK
	}
	d := dispatch(t, in.config(t, 0, "hook"), box)
	add(t, box, event(1, store.Opened, "A-1", "web"), event(2, store.Opened, "A-2", "web"))
	in.wait(t, "/hook", "transitions prod payments A-2: 1 new [new web]")
	if s := d.Stats()[0]; s.Failed == 0 {
		t.Errorf("%+v", s)
	}
}

// Who has lost the lease sends no more.
func TestDispatchFenced(t *testing.T) {
	box, in := openOutbox(t), newInbox(t)
	c := in.config(t, 0, "hook", "other")
	d := New(c, box, Options{Poll: time.Millisecond})
	if err := d.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	box.fenced = true
	add(t, box, event(1, store.Opened, "A-1", "web"))
	if err := d.Run(t.Context()); !errors.Is(err, store.ErrFenced) {
		t.Errorf("%v", err)
	}
	if got := in.told("/hook"); len(got) > 0 {
		t.Errorf("sent %v", got)
	}
}

// Alertmanager is told again, of what a route leads to it.
func TestDispatchAlertmanager(t *testing.T) {
	var mu sync.Mutex
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var alerts []amAlert
		if err := json.NewDecoder(r.Body).Decode(&alerts); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, a := range alerts {
			state := "firing"
			if a.EndsAt.Before(time.Now()) {
				state = "ended"
			}
			got = append(got, state+" "+a.Labels["rule"])
		}
	}))
	defer server.Close()
	c, err := Parse("alerts.yaml", []byte(head1+"wait: 0s\nreceivers:\n- {name: am, alertmanager: {urls: ['"+server.URL+"'], resend: 1s}}\nroutes:\n- {to: [am], severity: high}\n"))
	if err != nil {
		t.Fatal(err)
	}
	box := openOutbox(t)
	group := func(rule string, s posture.Severity) store.Group {
		return store.Group{Cluster: "uid-1", ClusterName: "prod", Team: "payments", Rule: rule, Severity: s, Since: noon, Open: 1}
	}
	box.firing = []store.Group{group("A-1", posture.High), group("A-2", posture.Low)}
	dispatch(t, c, box)
	low := event(2, store.Opened, "A-2", "web")
	low.Severity = posture.Low
	add(t, box, event(1, store.Opened, "A-1", "web"), low, event(3, store.Resolved, "A-3", "web"))
	for range 300 {
		mu.Lock()
		n := len(got)
		mu.Unlock()
		if n >= 4 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	mu.Lock()
	defer mu.Unlock()
	counts := map[string]int{}
	for _, a := range got {
		counts[a]++
	}
	if counts["ended A-3"] != 1 || counts["firing A-1"] < 3 || len(counts) != 2 {
		t.Errorf("%v", got)
	}
}
