package metrics

import (
	"context"
	"time"

	kspm "github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Timed is a store whose writes are counted and timed.
func (m *Metrics) Timed(s store.Store) store.Store { return &timed{s, m} }

type timed struct {
	store.Store
	m *Metrics
}

func (t *timed) Apply(ctx context.Context, d kspm.Delta, fence int64) (applied store.Applied, err error) {
	defer func(began time.Time) { t.m.observe("apply", began, err) }(time.Now())
	return t.Store.Apply(ctx, d, fence)
}

func (t *timed) Trim(ctx context.Context, before time.Time) (rows int64, err error) {
	defer func(began time.Time) { t.m.observe("trim", began, err) }(time.Now())
	return t.Store.Trim(ctx, before)
}

func (t *timed) Enqueue(ctx context.Context, receiver string, given []store.Event, messages []store.Message, fence int64) (err error) {
	defer func(began time.Time) { t.m.observe("enqueue", began, err) }(time.Now())
	return t.Store.Enqueue(ctx, receiver, given, messages, fence)
}

func (t *timed) Sent(ctx context.Context, m store.Message, failure error, again time.Time) (err error) {
	defer func(began time.Time) { t.m.observe("sent", began, err) }(time.Now())
	return t.Store.Sent(ctx, m, failure, again)
}
