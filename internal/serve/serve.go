// Package serve keeps the posture of clusters up to date: it has each of them
// evaluated for as long as it is there, and decides which of several replicas
// does so.
package serve

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Member is a cluster that is to be evaluated.
type Member struct {
	// Version changes when Run would do something else: another address, other
	// credentials.
	Version string
	// Run evaluates the cluster until ctx ends. It is called again, after a pause,
	// when it returns before that.
	Run func(ctx context.Context) error
}

// Members keeps clusters evaluated, and takes in and lets go of them as they
// come and go.
type Members struct {
	// Discover names the clusters there are now. With an error those that are
	// known go on.
	Discover func(ctx context.Context) (map[string]Member, error)
	// Every is how often to look.
	Every time.Duration
	// Failed is told why a cluster is not evaluated; may be nil.
	Failed func(ctx context.Context, name string, err error)
	// Gone is told of a cluster that is no more among those that there are; may be
	// nil.
	Gone func(ctx context.Context, name string)
	Log  *slog.Logger

	running map[string]running
	wg      sync.WaitGroup
}

type running struct {
	version string
	stop    context.CancelFunc
	done    chan struct{}
}

const (
	// firstPause and longestPause bound the wait before a cluster is tried again.
	firstPause   = 5 * time.Second
	longestPause = 5 * time.Minute
)

// Run goes on until ctx ends, and returns when every evaluation has stopped.
func (m *Members) Run(ctx context.Context) error {
	m.running = map[string]running{}
	defer m.wg.Wait()
	for {
		found, err := m.Discover(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			m.Log.Error("which clusters there are is not known: those that were go on", "err", err)
		default:
			m.settle(ctx, found)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(m.Every):
		}
	}
}

func (m *Members) settle(ctx context.Context, found map[string]Member) {
	for name, r := range m.running {
		want, ok := found[name]
		if ok && want.Version == r.version {
			continue
		}
		m.Log.Info("cluster is let go", "cluster", name)
		r.stop()
		<-r.done // never two of one cluster at once
		delete(m.running, name)
		if !ok && m.Gone != nil {
			m.Gone(ctx, name)
		}
	}
	for name, member := range found {
		if _, ok := m.running[name]; ok {
			continue
		}
		m.Log.Info("cluster is taken in", "cluster", name)
		own, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		m.running[name] = running{member.Version, stop, done}
		m.wg.Go(func() {
			defer close(done)
			defer stop()
			m.keep(own, name, member)
		})
	}
}

// keep runs a member again and again until ctx ends. One that ran for a while
// is tried soon.
func (m *Members) keep(ctx context.Context, name string, member Member) {
	pause := firstPause
	for {
		began := time.Now()
		err := member.Run(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > longestPause {
			pause = firstPause
		}
		m.Log.Error("cluster is not evaluated", "cluster", name, "err", err, "again", pause)
		if m.Failed != nil && err != nil {
			m.Failed(ctx, name, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}
