package watch

import (
	"context"
	"errors"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const (
	// pollEvery is the time between two reads of what no watch tells of, pollSoon
	// that after one that failed.
	pollEvery = 5 * time.Minute
	pollSoon  = 10 * time.Second
	// outage is how long a server may be away before what was polled is no longer
	// what is known; kube.Watch has the same for what is watched.
	outage = time.Minute
)

// polled resources are read now and then: those that no watch tells of, and
// Secrets, of which a watch would tell too much.
func polled(r *tables.Resource) bool { return r.Virtual != "" || r.Sensitive }

// follow keeps a shelf up to date.
func (w *Watcher) follow(ctx context.Context, s *shelf) {
	if polled(s.resource) {
		w.keepPolling(ctx, s)
		return
	}
	for ctx.Err() == nil {
		once, cancel := context.WithCancel(ctx)
		w.restartMu.Lock()
		w.restarts[s] = cancel
		w.restartMu.Unlock()
		w.cluster.Watch(once, s.resource, s)
		cancel()
	}
}

func (w *Watcher) keepPolling(ctx context.Context, s *shelf) {
	for {
		err := w.poll(ctx, s, w.cluster)
		pause := w.pollEvery
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && s.resource == tables.KubeletConfigs:
			return // each node is asked: from now on that is for full reads
		case errors.Is(err, kube.Unavailable) || errors.Is(err, kube.Timeout):
			pause = min(pause, pollSoon)
			fallthrough
		case err != nil:
			s.missed(err)
		}
		if !sleep(ctx, jittered(pause)) {
			return
		}
	}
}

// restart has resources read anew.
func (w *Watcher) restart(which func(*tables.Resource) bool) {
	w.restartMu.Lock()
	defer w.restartMu.Unlock()
	for s, cancel := range w.restarts {
		if which(s.resource) {
			cancel()
		}
	}
}

// poll reads the objects of a shelf by a list.
func (w *Watcher) poll(ctx context.Context, s *shelf, from rows.Source) error {
	for try := 1; ; try++ {
		err := s.list(ctx, from)
		if !errors.Is(err, rows.ErrRestart) || try == 3 || ctx.Err() != nil {
			return err
		}
	}
}

// list reads the objects of a shelf once.
func (s *shelf) list(ctx context.Context, from rows.Source) error {
	s.polling.Lock()
	defer s.polling.Unlock()
	s.Begin()
	err := from.Each(ctx, s.resource, rows.Scope{}, func(o *tables.Object) { s.Set(o, marshalled(o)) })
	if err == nil {
		s.Synced()
		s.Heard()
	}
	return err
}

func marshalled(o *tables.Object) []byte {
	if typed, ok := o.Value.(interface{ Marshal() ([]byte, error) }); ok {
		if raw, err := typed.Marshal(); err == nil {
			return raw
		}
	}
	return nil
}
