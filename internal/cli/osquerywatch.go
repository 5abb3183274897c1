package cli

import (
	"context"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/watch"
)

// watched opens what the options name, with --watch as a cluster that is kept at
// hand until ctx ends.
type watched struct {
	options *osqueryOptions
	ctx     context.Context

	mu     sync.Mutex
	keeper *watch.Keeper
}

func (w *watched) open(ctx context.Context) (assess.Source, error) {
	src, err := w.options.source.open(ctx, w.options.app)
	if cluster, ok := src.Source.(*kube.Cluster); err == nil && ok && w.options.watch {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.keeper = watch.Keep(w.ctx, cluster, nil)
		src.Source = w.keeper
	}
	return src, err
}

// wait returns when nothing is watched any more, which is after the end of ctx
// and of all queries.
func (w *watched) wait() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keeper != nil {
		w.keeper.Wait()
	}
}
