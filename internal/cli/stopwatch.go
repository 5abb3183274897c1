package cli

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// stopwatch ends a query that computes for too long. Reading the cluster,
// which has timeouts of its own, is not counted.
type stopwatch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	timer  *time.Timer
	left   time.Duration
	since  time.Time
	cause  error
}

func newStopwatch(ctx context.Context, limit time.Duration, cause error) *stopwatch {
	if limit <= 0 {
		limit = math.MaxInt64 // as kubectl has it: no limit
	}
	w := &stopwatch{left: limit, cause: cause}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.start()
	return w
}

func (w *stopwatch) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since = time.Now()
	w.timer = time.AfterFunc(w.left, func() { w.cancel(w.cause) })
}

func (w *stopwatch) pause() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
	w.left -= time.Since(w.since)
}

func (w *stopwatch) end() {
	w.pause()
	w.cancel(nil)
}

// data pauses the watch while rows are read.
func (w *stopwatch) data(d engine.Data) engine.Data { return paused{d, w} }

type paused struct {
	engine.Data
	watch *stopwatch
}

// Rows implements engine.Data.
func (p paused) Rows(ctx context.Context, t *tables.Table, cols []int, scope rows.Scope) (*rows.Table, error) {
	p.watch.pause()
	defer p.watch.start()
	return p.Data.Rows(ctx, t, cols, scope)
}
