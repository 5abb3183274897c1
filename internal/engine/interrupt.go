package engine

import (
	"context"
	"time"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// interruptEvery is how often a statement is told to stop once its context
// ended: SQLite forgets an interrupt that comes before the statement's first
// step.
const interruptEvery = time.Millisecond

// watch interrupts the connection's statements from ctx's end until stop is
// called. Once stop has returned, the connection is left alone.
func (c *conn) watch(ctx context.Context) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	stopped, ended := make(chan struct{}), make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(ended)
		tls := libc.NewTLS() // the connection's own is in use
		defer tls.Close()
		for {
			lib.Xsqlite3_interrupt(tls, c.handle)
			select {
			case <-stopped:
				return
			case <-time.After(interruptEvery):
			}
		}
	})
	return func() {
		if !cancel() {
			close(stopped)
			<-ended
		}
	}
}
