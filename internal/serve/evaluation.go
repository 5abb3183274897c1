package serve

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/watch"
)

// Evaluation keeps the posture of one cluster up to date, and says of it what
// is new.
type Evaluation struct {
	Cluster *kube.Cluster
	Rules   *assess.Rules
	Watch   watch.Options
	// Beat is called about every Every, with why nothing is known of the cluster
	// at present; the problem is empty if all is well.
	Beat  func(ctx context.Context, w *Watched, problem string) error
	Every time.Duration
	Live  *Live
	Log   *slog.Logger
}

// Identity is what a cluster is known by: the UID of its kube-system, or where
// that may not be read the name of the context.
func Identity(info kube.Info, name string) string {
	if info.UID == "" {
		return Unknown(name)
	}
	return info.UID
}

// Unknown is what a cluster is known by as long as it could not be asked.
func Unknown(name string) string { return "context:" + name }

// Run evaluates until ctx ends, or the cluster cannot be evaluated.
func (e *Evaluation) Run(ctx context.Context) error {
	info := e.Cluster.Info(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	uid := Identity(info, e.Cluster.Name())
	opts := e.Watch
	opts.Log = e.Log.With("cluster", e.Cluster.Name())
	if emit := opts.Emit; emit != nil {
		opts.Emit = func(ctx context.Context, d posture.Delta) error {
			d.Source.ClusterUID = uid
			return emit(ctx, d)
		}
	}
	w, err := watch.New(e.Cluster, e.Rules, opts)
	if err != nil {
		return err
	}
	watched := &Watched{UID: uid, Name: e.Cluster.Name(), Cluster: e.Cluster, Watcher: w, Source: assess.Cluster(e.Cluster, info)}
	watched.Source.Source = w.Source()
	if err := e.Live.Add(watched); err != nil {
		return err
	}
	defer e.Live.Remove(watched)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error { return e.beat(ctx, watched) })
	if err := group.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (e *Evaluation) beat(ctx context.Context, w *Watched) error {
	for {
		if err := e.Beat(ctx, w, w.Problem(time.Now())); err != nil && ctx.Err() == nil {
			e.Log.Error("not noted that the cluster was heard of", "cluster", w.Name, "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(e.Every):
		}
	}
}

// silence is how long a server may tell nothing: it says about every minute that
// nothing is missing.
const silence = 4 * time.Minute

// Problem is why nothing can be said of the cluster at present: empty if
// something can.
func (w *Watched) Problem(now time.Time) string {
	stats := w.Watcher.Stats()
	var heard time.Time
	reason := ""
	for _, r := range stats.Resources {
		if r.Reason == "" && r.Heard.After(heard) {
			heard = r.Heard
		}
		if r.Reason != "" && reason == "" {
			reason = r.Reason
		}
	}
	switch {
	case heard.IsZero() && !w.Watcher.Ready():
		return "" // it is being read for the first time
	case heard.IsZero():
		return "nothing can be read: " + reason
	case now.Sub(heard) > silence:
		return "the API server has been silent since " + heard.UTC().Format(time.RFC3339)
	}
	return ""
}
