package watch

import (
	"context"
	"hash/maphash"
	"log/slog"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Keeper is a cluster whose objects are at hand: a resource is watched from when
// it is first asked for. It judges nothing.
type Keeper struct {
	ctx     context.Context
	cluster Cluster
	kept    *kept

	mu       sync.Mutex
	shelves  map[*tables.Resource]*shelf
	watching sync.WaitGroup
}

var _ rows.Source = (*Keeper)(nil)

// Keep watches until ctx ends. Log may be nil.
func Keep(ctx context.Context, cluster Cluster, log *slog.Logger) *Keeper {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	blind := &lens{seed: maphash.MakeSeed()} // no rule sees anything
	return &Keeper{
		ctx: ctx, cluster: cluster, shelves: map[*tables.Resource]*shelf{},
		kept: &kept{lens: blind, cluster: cluster.Name(), log: log, wake: make(chan struct{}, 1)},
	}
}

// Each implements rows.Source. The first call for a resource waits until all of
// it has been read; what no watch tells of is read from the API each time.
func (k *Keeper) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if polled(r) {
		return k.cluster.Each(ctx, r, scope, f)
	}
	s, err := k.shelf(r)
	if err != nil {
		return err
	}
	select {
	case <-s.read:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-k.ctx.Done():
		return context.Cause(k.ctx)
	}
	k.kept.mu.Lock()
	err = s.err
	k.kept.mu.Unlock()
	if err != nil {
		return err
	}
	if v := k.kept.only(s); v != nil {
		return v.Each(ctx, r, scope, f)
	}
	return k.cluster.Each(ctx, r, scope, f) // it could be read a moment ago
}

// shelf finds that of a resource, or begins to fill it.
func (k *Keeper) shelf(r *tables.Resource) (*shelf, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.shelves[r]; s != nil {
		return s, nil
	}
	if k.ctx.Err() != nil {
		return nil, context.Cause(k.ctx)
	}
	s, err := newShelf(k.kept, r)
	if err != nil {
		return nil, err
	}
	k.kept.mu.Lock()
	k.kept.shelves = append(k.kept.shelves, s)
	k.kept.mu.Unlock()
	k.shelves[r] = s
	k.watching.Go(func() { k.cluster.Watch(k.ctx, r, s) })
	return s, nil
}

// Wait returns when nothing is watched any more, after the end of Keep's ctx.
func (k *Keeper) Wait() {
	<-k.ctx.Done()
	k.mu.Lock() // from here on nothing more is begun
	defer k.mu.Unlock()
	k.watching.Wait()
}
