package serve

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var quiet = slog.New(slog.DiscardHandler)

// record notes what members do.
type record struct {
	mu     sync.Mutex
	events []string
}

func (r *record) add(event string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, event)
}

func (r *record) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.events
	r.events = nil
	slices.Sort(out)
	return out
}

func (r *record) member(name, version string) Member {
	return Member{Version: version, Run: func(ctx context.Context) error {
		r.add("+" + name + version)
		<-ctx.Done()
		r.add("-" + name + version)
		return nil
	}}
}

// discovery is what Members find, changed while they run.
type discovery struct {
	mu    sync.Mutex
	found map[string]Member
	err   error
}

func (d *discovery) get(context.Context) (map[string]Member, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.found, d.err
}

func (d *discovery) set(found map[string]Member, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.found, d.err = found, err
}

// TestMembers: clusters that come are taken in, those that go are let go, one
// that changed is begun anew, and what is not known changes nothing.
func TestMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &record{}
		var discovered discovery
		m := &Members{Every: time.Minute, Log: quiet, Discover: discovered.get}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		discovered.set(map[string]Member{"a": r.member("a", "1"), "b": r.member("b", "1")}, nil)
		go func() { done <- m.Run(ctx) }()
		step := func(want ...string) {
			t.Helper()
			synctest.Wait()
			if got := r.take(); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		}
		time.Sleep(time.Second) // between looks
		step("+a1", "+b1")
		discovered.set(map[string]Member{"a": r.member("a", "2"), "c": r.member("c", "1")}, nil)
		time.Sleep(time.Minute)
		step("+a2", "+c1", "-a1", "-b1")
		discovered.set(nil, errors.New("no kubeconfig just now"))
		time.Sleep(time.Minute)
		step()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := r.take(); !slices.Equal(got, []string{"-a2", "-c1"}) {
			t.Errorf("at the end: %v", got)
		}
	})
}

// TestMembersTryAgain: what fails is told of and tried again, after longer and
// longer pauses, and holds up no other.
func TestMembersTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries []time.Duration
		began := time.Now()
		down := Member{Run: func(context.Context) error {
			tries = append(tries, time.Since(began))
			return errors.New("down")
		}}
		r, failed := &record{}, 0
		m := &Members{
			Every: time.Hour, Log: quiet,
			Discover: func(context.Context) (map[string]Member, error) {
				return map[string]Member{"down": down, "up": r.member("up", "")}, nil
			},
			Failed: func(_ context.Context, name string, err error) {
				if name != "down" || err == nil {
					t.Error(name, err)
				}
				failed++
			},
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- m.Run(ctx) }()
		time.Sleep(40 * time.Second)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		want := []time.Duration{0, 5 * time.Second, 15 * time.Second, 35 * time.Second}
		if !slices.Equal(tries, want) || failed != len(want) {
			t.Errorf("tried at %v, told %d times", tries, failed)
		}
		if got := r.take(); !slices.Equal(got, []string{"+up", "-up"}) {
			t.Error(got)
		}
	})
}
