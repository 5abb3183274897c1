package cli

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// counting is a source that counts what it gives.
type counting struct {
	rows.Source
	objects atomic.Int64
}

// Each implements rows.Source.
func (c *counting) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	return c.Source.Each(ctx, r, scope, func(o *tables.Object) {
		c.objects.Add(1)
		f(o)
	})
}

// progress shows on a terminal how many objects have been read, once reading
// takes longer than a second. The returned function ends it.
func (a *app) progress(src *assess.Source) (stop func()) {
	if !isTerminal(a.Err) {
		return func() {}
	}
	c := &counting{Source: src.Source}
	src.Source = c
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for shown := false; ; shown = true {
			select {
			case <-ctx.Done():
				if shown {
					fmt.Fprint(a.Err, "\r\x1b[K")
				}
				return
			case <-tick.C:
				fmt.Fprintf(a.Err, "\rreading … %d objects", c.objects.Load())
			}
		}
	})
	return sync.OnceFunc(func() { cancel(); wg.Wait() })
}
