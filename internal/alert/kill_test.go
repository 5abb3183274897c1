package alert

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// TestMain is the program that TestKill kills, when it is started as such.
func TestMain(m *testing.M) {
	if dir := os.Getenv("KSPM_TEST_ALERT_CHILD"); dir != "" {
		fmt.Fprintln(os.Stderr, child(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// child finds something new every millisecond and tells of it, until it is
// killed.
func child(dir string) error {
	box, err := outboxAt(filepath.Join(dir, "outbox.db"))
	if err != nil {
		return err
	}
	c, err := Load(filepath.Join(dir, "alerts.yaml"))
	if err != nil {
		return err
	}
	d := New(c, box, Options{Poll: time.Millisecond})
	d.retry = time.Millisecond
	ctx := context.Background()
	if err := d.Register(ctx); err != nil {
		return err
	}
	fmt.Println("ready")
	failed := make(chan error, 1)
	go func() { failed <- d.Run(ctx) }()
	for {
		select {
		case err := <-failed:
			return err
		case <-time.After(time.Millisecond):
		}
		var n int64
		if err := box.db.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) + 1 FROM event`).Scan(&n); err != nil {
			return err
		}
		if err := box.add(ctx, event(n, store.Opened, fmt.Sprint("A-", n%5), fmt.Sprint("web-", n))); err != nil {
			return err
		}
		d.Wake()
	}
}

// received is what came of each key.
type received struct {
	mu     sync.Mutex
	bodies map[string]string          // by path and key
	keys   map[string]map[string]bool // by path and finding
	n      int
	wrong  []string
}

func (r *received) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	var n Notice
	if err != nil || json.Unmarshal(body, &n) != nil {
		return // the sender was killed while it wrote
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	key := req.URL.Path + " " + req.Header.Get("Idempotency-Key")
	if was, ok := r.bodies[key]; ok && was != string(body) {
		r.wrong = append(r.wrong, key+" came with two bodies")
	}
	r.bodies[key] = string(body)
	for _, f := range n.Findings {
		of := req.URL.Path + " " + f.Fingerprint
		if r.keys[of] == nil {
			r.keys[of] = map[string]bool{}
		}
		r.keys[of][key] = true
	}
	if rand.N(5) == 0 { // it took the message, and says that it did not
		w.WriteHeader(http.StatusBadGateway)
	}
}

// However often the program is killed, everything that it found is told of, and
// each thing under one key alone.
func TestKill(t *testing.T) {
	kills := 200
	if testing.Short() {
		kills = 10
	}
	got := &received{bodies: map[string]string{}, keys: map[string]map[string]bool{}}
	server := httptest.NewServer(got)
	defer server.Close()
	dir := t.TempDir()
	config := head1 + "wait: 0s\nreceivers:\n"
	for _, r := range []string{"a", "b"} {
		config += fmt.Sprintf("- {name: %s, webhook: {url: '%s/%s', secretEnv: KSPM_TEST_HOOK}}\n", r, server.URL, r)
	}
	if err := os.WriteFile(filepath.Join(dir, "alerts.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() {
		t.Helper()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "KSPM_TEST_ALERT_CHILD="+dir, "KSPM_TEST_HOOK=secret")
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if rand.N(10) > 0 { // else it may be killed while it starts
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
				t.Fatalf("it ended by itself: %v", err)
			}
		}
		time.Sleep(rand.N(60 * time.Millisecond))
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("it ended by itself: %v", err)
		}
		_ = cmd.Wait()
	}
	for range kills {
		run()
	}
	// What is left is sent in the end.
	t.Setenv("KSPM_TEST_HOOK", "secret")
	box, err := outboxAt(filepath.Join(dir, "outbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer box.db.Close()
	c, err := Load(filepath.Join(dir, "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dispatch(t, c, box)
	left := func(query string) (n int) {
		if err := box.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	events := left(`SELECT count(*) FROM event`)
	for start := time.Now(); left(`SELECT count(*) FROM message WHERE sent IS NULL`)+left(`SELECT 2 * max(id) - (SELECT sum(given) FROM receiver) FROM event, receiver`) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("what was left is not sent")
		}
	}
	got.mu.Lock()
	defer got.mu.Unlock()
	if events < kills {
		t.Fatalf("%d events in %d lives: the program did not get anywhere", events, kills)
	}
	lost := 0
	for n := range events {
		for _, path := range []string{"/a", "/b"} {
			keys := got.keys[fmt.Sprintf("%s A-%d-web-%d", path, (n+1)%5, n+1)]
			if len(keys) == 0 {
				lost++
			}
			if len(keys) > 1 {
				t.Errorf("%s: %d came under %d keys", path, n+1, len(keys))
			}
		}
	}
	if lost > 0 || len(got.wrong) > 0 {
		t.Errorf("%d lost; %v", lost, got.wrong)
	}
	t.Logf("%d kills, %d events, %d messages of %d keys", kills, events, got.n, len(got.bodies))
}
