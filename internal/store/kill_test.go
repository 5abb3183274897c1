package store

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testpostgres"
)

var kills = flag.Int("kills", 25, "how often TestKill kills; no two runs do the same")

// TestMain is the program that TestKill kills, when it is started as such.
func TestMain(m *testing.M) {
	if dsn := os.Getenv("KSPM_TEST_STORE_CHILD"); dsn != "" {
		fmt.Fprintln(os.Stderr, child(dsn, os.Args[1], os.Args[2]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// numbered is the n-th of the deltas of a seed.
func numbered(seed uint64, n int) posture.Delta {
	return random(rand.New(rand.NewPCG(seed, uint64(n))), noon.Add(time.Duration(n)*time.Minute))
}

// child merges one delta after the other, says when one is in, and sends what
// there is to tell, until it is killed.
func child(dsn, seed, from string) error {
	number, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return err
	}
	next, err := strconv.Atoi(from)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := Open(ctx, dsn)
	if err != nil {
		return err
	}
	failed := make(chan error)
	go func() {
		for {
			if _, err := send(ctx, s, os.Stdout.WriteString); err != nil {
				failed <- err
			}
		}
	}()
	fmt.Println("ready")
	for ; ; next++ {
		if _, err := s.Apply(ctx, numbered(number, next), 1); err != nil {
			return err
		}
		fmt.Println("merged", next)
		select {
		case err := <-failed:
			return err
		default:
		}
	}
}

// send makes a message of some events and sends those that are due.
func send(ctx context.Context, s Store, to func(string) (int, error)) (some bool, err error) {
	events, err := s.Pending(ctx, "hook", 1+rand.IntN(20))
	if err != nil {
		return false, err
	}
	if len(events) > 0 {
		body := ""
		for _, e := range events {
			body += fmt.Sprintf(" %s/%d", e.Cluster, e.Seq)
		}
		key := sha256.Sum256([]byte(body))
		m := Message{Key: hex.EncodeToString(key[:8]), Receiver: "hook", At: time.Now(), Body: []byte(body)}
		if err := s.Enqueue(ctx, "hook", events, []Message{m}, 1); err != nil {
			return false, err
		}
	}
	due, err := s.Due(ctx, "hook", time.Now(), 3)
	if err != nil {
		return false, err
	}
	for _, m := range due {
		if _, err := to("sent " + m.Key + string(m.Body) + "\n"); err != nil {
			return false, err
		}
		failure := error(nil)
		if rand.IntN(4) == 0 {
			failure = errors.New("not taken")
		}
		if err := s.Sent(ctx, m, failure, time.Now()); err != nil {
			return false, err
		}
	}
	return len(events)+len(due) > 0, nil
}

// witness is what TestKill knows from what the program said.
type witness struct {
	merged int                        // the number of the last delta that was
	keys   map[string]map[string]bool // of each event
	bodies map[string]string          // of each key
}

func (w *witness) hear(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	switch words[0] {
	case "merged":
		var err error
		if w.merged, err = strconv.Atoi(words[1]); err != nil {
			t.Fatal(err)
		}
	case "sent":
		body := strings.Join(words[2:], " ")
		if was, ok := w.bodies[words[1]]; ok && was != body {
			t.Errorf("key %s has two bodies", words[1])
		}
		w.bodies[words[1]] = body
		for _, event := range words[2:] {
			if w.keys[event] == nil {
				w.keys[event] = map[string]bool{}
			}
			w.keys[event][words[1]] = true
		}
	}
}

// However often the program is killed while it writes, no finding is lost,
// there twice or resolved wrongly, and every event is told under one key.
func TestKill(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { kill(t, t.TempDir()+"/kspm.db") })
	t.Run("PostgreSQL", func(t *testing.T) { kill(t, testpostgres.DSN(t)) })
}

func kill(t *testing.T, dsn string) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	s := opened(t, dsn)
	if _, err := s.Pending(t.Context(), "hook", 1); err != nil { // from the beginning
		t.Fatal(err)
	}
	w := &witness{merged: -1, keys: map[string]map[string]bool{}, bodies: map[string]string{}}
	m, applied := newModel(), 0
	for range *kills {
		live(t, dsn, seed, w)
		for ; applied <= w.merged; applied++ {
			m.apply(numbered(seed, applied))
		}
		// The delta that was on its way is in, or is not.
		if held := all(t, s); cmp.Diff(m.findings, held) != "" {
			m.apply(numbered(seed, applied))
			applied++
			if diff := cmp.Diff(m.findings, held); diff != "" {
				t.Fatalf("after delta %d: %s", w.merged, diff)
			}
		}
	}
	for {
		some, err := send(t.Context(), s, func(line string) (int, error) { w.hear(t, line); return 0, nil })
		if err != nil {
			t.Fatal(err)
		}
		if !some {
			if due, err := s.Due(t.Context(), "hook", time.Now(), 1); err != nil || len(due) == 0 {
				break
			}
		}
	}
	m.compare(t, s)
	sumsAgree(t, s)
	events := 0
	for uid, n := range m.events {
		events += n
		for seq := 1; seq <= n; seq++ {
			if keys := w.keys[fmt.Sprintf("%s/%d", uid, seq)]; len(keys) != 1 {
				t.Errorf("event %d of %s was told under %d keys", seq, uid, len(keys))
			}
		}
	}
	if len(w.keys) != events || applied < *kills/10 {
		t.Errorf("%d events were told of %d, %d deltas", len(w.keys), events, applied)
	}
	t.Logf("%d kills, %d deltas, %d findings, %d events in %d messages", *kills, applied, len(m.findings), events, len(w.bodies))
}

// live runs the program until it is killed.
func live(t *testing.T, dsn string, seed uint64, w *witness) {
	t.Helper()
	cmd := exec.Command(os.Args[0], fmt.Sprint(seed), fmt.Sprint(w.merged+1))
	cmd.Env = append(os.Environ(), "KSPM_TEST_STORE_CHILD="+dsn)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	die := func() { _ = cmd.Process.Kill() }
	if rand.IntN(10) == 0 { // it may be killed while it starts
		time.AfterFunc(rand.N(50*time.Millisecond), die)
	}
	for lines.Scan() {
		if lines.Text() == "ready" {
			time.AfterFunc(rand.N(150*time.Millisecond), die)
			continue
		}
		w.hear(t, lines.Text())
	}
	_ = cmd.Wait()
	if complaint.Len() > 0 {
		t.Fatalf("it ended by itself: %s", complaint.String())
	}
}

func all(t *testing.T, s Store) map[string]Finding {
	t.Helper()
	got, total, err := s.Findings(t.Context(), Filter{State: "all"}, Page{Limit: 1000})
	if err != nil || total != len(got) {
		t.Fatalf("%d of %d findings: %v", len(got), total, err)
	}
	held := map[string]Finding{}
	for _, f := range got {
		held[f.Cluster+" "+f.Fingerprint] = f
	}
	if len(held) != len(got) {
		t.Fatalf("%d findings, %d of them different", len(got), len(held))
	}
	return held
}
