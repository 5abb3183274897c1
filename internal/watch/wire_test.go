package watch

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// wire is the way to a server, which can be cut.
type wire struct {
	net.Listener
	mu     sync.Mutex
	to     string
	down   bool
	conns  map[net.Conn]bool
	copies sync.WaitGroup
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l, conns: map[net.Conn]bool{}}
	w.lead(to)
	w.copies.Go(w.serve)
	t.Cleanup(func() {
		l.Close()
		w.cut()
		w.copies.Wait()
	})
	return w
}

// lead has the wire lead to a server.
func (w *wire) lead(to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to = strings.TrimPrefix(to, "https://")
}

func (w *wire) serve() {
	for {
		from, err := w.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		to, down := w.to, w.down
		w.mu.Unlock()
		if down {
			from.Close()
			continue
		}
		server, err := net.Dial("tcp", to)
		if err != nil {
			from.Close()
			continue
		}
		w.mu.Lock()
		w.conns[from], w.conns[server] = true, true
		w.mu.Unlock()
		w.copies.Go(func() { w.copy(from, server) })
		w.copies.Go(func() { w.copy(server, from) })
	}
}

func (w *wire) copy(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, to)
	delete(w.conns, from)
}

// cut ends what goes over the wire at present; whoever is at its ends may connect
// anew.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		c.Close()
	}
}

// block has nothing go over the wire, or lets it.
func (w *wire) block(down bool) {
	w.mu.Lock()
	w.down = down
	w.mu.Unlock()
	w.cut()
}
