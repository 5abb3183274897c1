package serve

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	v1 "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// Lease is what replicas hold one after the other.
type Lease struct {
	Config    *rest.Config // of the cluster that has the lease
	Namespace string
	Name      string
	Identity  string // of this replica
	Log       *slog.Logger
	// Duration is how long a lease lasts that nobody renews; 15 s if it is 0.
	Duration time.Duration
}

// Lead calls lead while this replica holds the lease, with a number that is
// greater for every holder: a store refuses the writes of those before. It
// returns when ctx ends, or when lead returns while it leads.
func (l Lease) Lead(ctx context.Context, lead func(ctx context.Context, fence int64) error) error {
	client, err := v1.NewForConfig(l.Config)
	if err != nil {
		return err
	}
	duration := l.Duration
	if duration == 0 {
		duration = 15 * time.Second
	}
	lock := &resourcelock.LeaseLock{
		LeaseMeta: metav1.ObjectMeta{Namespace: l.Namespace, Name: l.Name}, Client: client,
		LockConfig: resourcelock.ResourceLockConfig{Identity: l.Identity},
	}
	for ctx.Err() == nil {
		t := &turn{over: make(chan error, 1)}
		own, stop := context.WithCancel(ctx)
		elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
			Lock: lock, LeaseDuration: duration, RenewDeadline: duration * 2 / 3, RetryPeriod: duration / 7, ReleaseOnCancel: true, Name: l.Name,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(ctx context.Context) {
					defer stop() // gives the lease back
					t.take(ctx, func() error { return l.lead(ctx, client, lead) })
				},
				OnStoppedLeading: func() {},
			},
		})
		if err != nil {
			stop()
			return err
		}
		elector.Run(own)
		stop()
		if result, ended := t.end(); ended {
			return result
		}
		if ctx.Err() == nil {
			l.Log.Warn("leads no more", "lease", l.Name)
		}
	}
	return nil
}

func (l Lease) lead(ctx context.Context, client v1.LeasesGetter, lead func(context.Context, int64) error) error {
	fence, err := l.fence(ctx, client)
	if err != nil {
		return err
	}
	l.Log.Info("leads", "lease", l.Name, "fence", fence)
	return lead(ctx, fence)
}

// turn is one time of leading, which the election starts in a goroutine of its
// own and does not wait for.
type turn struct {
	began atomic.Bool
	ended atomic.Bool // by itself, and not because the lease was lost
	over  chan error
}

func (t *turn) take(ctx context.Context, lead func() error) {
	t.began.Store(true)
	if ctx.Err() != nil {
		t.over <- nil
		return
	}
	err := lead()
	t.ended.Store(ctx.Err() == nil)
	t.over <- err
}

// end waits for what was begun. What has not begun by the time that the
// election is over finds its context ended.
func (t *turn) end() (result error, ended bool) {
	if !t.began.Load() {
		return nil, false
	}
	result = <-t.over
	return result, t.ended.Load()
}

// fence is how often the lease has changed hands, and one: 0 is for those who
// have no lease. It reads for itself: the election goes on writing to its lock.
func (l Lease) fence(ctx context.Context, client v1.LeasesGetter) (int64, error) {
	lease, err := client.Leases(l.Namespace).Get(ctx, l.Name, metav1.GetOptions{})
	if err != nil {
		return 0, fmt.Errorf("lease %s/%s: %w", l.Namespace, l.Name, err)
	}
	return int64(resourcelock.LeaseSpecToLeaderElectionRecord(&lease.Spec).LeaderTransitions) + 1, nil
}
