package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	coordination "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
)

// Lease is what replicas hold one after the other. It goes by the rules of
// client-go's leaderelection, and its object is the same; that package brings
// the clients of every API along, which are 9 MB.
type Lease struct {
	Cluster   *kube.Cluster // that has the lease
	Namespace string
	Name      string
	Identity  string // of this replica
	Log       *slog.Logger
	// Duration is how long a lease lasts that nobody renews; 15 s if it is 0.
	Duration time.Duration

	// seen is what the lease was when it was looked at last, and since when it has
	// been that by this machine's clock: those of others may be wrong.
	seen  coordination.LeaseSpec
	since time.Time
}

// Lead calls lead while this replica holds the lease, with a number that is
// greater for every holder: a store refuses the writes of those before. It
// returns when ctx ends, or when lead returns while it leads.
func (l *Lease) Lead(ctx context.Context, lead func(ctx context.Context, fence int64) error) error {
	if l.Duration == 0 {
		l.Duration = 15 * time.Second
	}
	for {
		held, err := l.acquire(ctx)
		if err != nil {
			return nil // ctx ended
		}
		fence := int64(*held.Spec.LeaseTransitions) + 1
		l.Log.Info("leads", "lease", l.Name, "fence", fence)
		if err, ended := l.hold(ctx, held, func(ctx context.Context) error { return lead(ctx, fence) }); ended || ctx.Err() != nil {
			return err
		}
		l.Log.Warn("leads no more", "lease", l.Name)
	}
}

// acquire tries until it has the lease.
func (l *Lease) acquire(ctx context.Context) (*coordination.Lease, error) {
	told := ""
	for {
		held, err := l.try(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case held != nil:
			return held, nil
		case err != nil && err.Error() != told: // once
			told = err.Error()
			l.Log.Error("lease is not to be had", "lease", l.Name, "err", err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.soon():
		}
	}
}

// soon is the time between two tries.
func (l *Lease) soon() <-chan time.Time {
	step := l.Duration / 7
	return time.After(step + rand.N(step/2))
}

// try takes the lease if it is free; nil if it is not.
func (l *Lease) try(ctx context.Context) (*coordination.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, l.Duration/3)
	defer cancel()
	var lease coordination.Lease
	err := l.Cluster.Send(ctx, http.MethodGet, l.path()+"/"+l.Name, nil, &lease)
	if errors.Is(err, kube.ErrNotFound) {
		lease = coordination.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: l.Namespace, Name: l.Name}, Spec: l.spec(begin())}
		lease.APIVersion, lease.Kind = "coordination.k8s.io/v1", "Lease"
		return l.write(ctx, http.MethodPost, l.path(), lease)
	}
	if err != nil {
		return nil, fmt.Errorf("lease %s/%s: %w", l.Namespace, l.Name, err)
	}
	if !l.free(lease.Spec) {
		return nil, nil
	}
	transitions := begin()
	if lease.Spec.LeaseTransitions != nil {
		transitions = *lease.Spec.LeaseTransitions + 1
	}
	lease.Spec = l.spec(transitions)
	return l.write(ctx, http.MethodPut, l.path()+"/"+l.Name, lease)
}

// begin is the number of a lease's first holder: the minutes since 1970, so that
// it is greater than those of a lease of that name which somebody deleted.
func begin() int32 { return int32(time.Now().Unix() / 60) }

// free reports whether nobody has the lease, or who had it has not renewed it
// for as long as it lasts.
func (l *Lease) free(now coordination.LeaseSpec) bool {
	if now.HolderIdentity == nil || *now.HolderIdentity == "" {
		return true
	}
	if l.since.IsZero() || !now.RenewTime.Equal(l.seen.RenewTime) || l.seen.HolderIdentity == nil || *now.HolderIdentity != *l.seen.HolderIdentity {
		l.seen, l.since = now, time.Now()
	}
	lasts := l.Duration
	if now.LeaseDurationSeconds != nil {
		lasts = time.Duration(*now.LeaseDurationSeconds) * time.Second
	}
	return time.Since(l.since) > lasts
}

func (l *Lease) spec(transitions int32) coordination.LeaseSpec {
	now, lasts := metav1.NowMicro(), max(1, int32(l.Duration/time.Second))
	return coordination.LeaseSpec{HolderIdentity: &l.Identity, LeaseDurationSeconds: &lasts, AcquireTime: &now, RenewTime: &now, LeaseTransitions: &transitions}
}

// write writes a lease as it was read; nil if another was faster.
func (l *Lease) write(ctx context.Context, method, path string, lease coordination.Lease) (*coordination.Lease, error) {
	var written coordination.Lease
	err := l.Cluster.Send(ctx, method, path, &lease, &written)
	switch {
	case errors.Is(err, kube.ErrExists):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("lease %s/%s: %w", l.Namespace, l.Name, err)
	}
	return &written, nil
}

func (l *Lease) path() string {
	return "/apis/coordination.k8s.io/v1/namespaces/" + l.Namespace + "/leases"
}

// hold calls lead and renews the lease until ctx ends, or lead has ended by
// itself, or the lease is lost, and waits for lead.
func (l *Lease) hold(ctx context.Context, held *coordination.Lease, lead func(context.Context) error) (result error, ended bool) {
	leading, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- lead(leading) }()
	renewed := time.Now()
	for {
		select {
		case err := <-done:
			l.release(context.WithoutCancel(ctx), held)
			return err, ctx.Err() == nil
		case <-ctx.Done():
			err := <-done
			l.release(context.WithoutCancel(ctx), held)
			return err, false
		case <-l.soon():
		}
		next, err := l.renew(ctx, held)
		if next != nil {
			held, renewed = next, time.Now()
		}
		if lost := next == nil && err == nil; lost || time.Since(renewed) > l.Duration*2/3 {
			stop()
			return <-done, false
		}
	}
}

// renew says that the lease is still held; nil without an error if another has
// it.
func (l *Lease) renew(ctx context.Context, held *coordination.Lease) (*coordination.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, l.Duration/3)
	defer cancel()
	next, now := *held, metav1.NowMicro()
	next.Spec.RenewTime = &now
	written, err := l.write(ctx, http.MethodPut, l.path()+"/"+l.Name, next)
	if err != nil || written != nil {
		return written, err
	}
	// Somebody wrote it meanwhile, and has not taken it necessarily.
	var there coordination.Lease
	if err := l.Cluster.Send(ctx, http.MethodGet, l.path()+"/"+l.Name, nil, &there); err != nil {
		return nil, err
	}
	if there.Spec.HolderIdentity == nil || *there.Spec.HolderIdentity != l.Identity {
		return nil, nil
	}
	return &there, nil
}

// release gives the lease back, so that the next need not wait.
func (l *Lease) release(ctx context.Context, held *coordination.Lease) {
	ctx, cancel := context.WithTimeout(ctx, l.Duration/3)
	defer cancel()
	next, none, second, now := *held, "", int32(1), metav1.NowMicro()
	next.Spec.HolderIdentity, next.Spec.LeaseDurationSeconds, next.Spec.RenewTime = &none, &second, &now
	if _, err := l.write(ctx, http.MethodPut, l.path()+"/"+l.Name, next); err != nil {
		l.Log.Warn("lease is not given back", "lease", l.Name, "err", err)
	}
}
