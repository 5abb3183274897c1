package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// TestParallel runs queries that succeed, fail and are stopped, at once over
// one snapshot.
func TestParallel(t *testing.T) {
	want := map[string]string{}
	w, db := openWorld(t)
	for _, bm := range benchmarks {
		var err error
		if want[bm.sql], err = run(db, Snapshot(w.set), bm.sql); err != nil {
			t.Fatal(err)
		}
	}
	w, db = openWorld(t) // the same rows, whose indexes are not built yet
	data := Snapshot(w.set)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range benchmarks {
				bm := benchmarks[(i+worker)%len(benchmarks)]
				got, err := run(db, data, bm.sql)
				if got != want[bm.sql] || err != nil {
					t.Errorf("%s: another result, %v", bm.name, err)
				}
				if _, err := db.Prepare(context.Background(), "SELECT nothing FROM pods"); err == nil {
					t.Error("no error")
				}
				ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
				_, err = db.Query(ctx, data, endless["before the first row"], nil, func([]any) error { return nil })
				cancel()
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(db.idle); n > 4 {
		t.Errorf("%d connections", n)
	}
}

func openWorld(t *testing.T) (*world, *DB) {
	w := newWorld(2000)
	db, err := Open([]*tables.Table{w.pods, w.containers, w.namespaces}, WithConnections(4))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return w, db
}

// TestNothingLeaks opens and closes many times: SQLite's memory stays where it
// was.
func TestNothingLeaks(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	use := func() {
		db, err := Open([]*tables.Table{pods, namespaces})
		if err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{"SELECT * FROM k8s_pods", "SELECT nothing FROM k8s_pods", "SELECT name FROM k8s_pods WHERE name LIKE ?", "INSERT INTO k8s_pods(name) SELECT 1"} {
			_, _ = run(db, fixture(), sql, "w%")
			_, _ = db.Prepare(context.Background(), sql)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	use()
	before := lib.Xsqlite3_memory_used(tls)
	for range 20 {
		use()
	}
	if after := lib.Xsqlite3_memory_used(tls); after > before {
		t.Errorf("SQLite holds %d bytes, before %d", after, before)
	}
}

// BenchmarkOpen is the first query on a DB of 80 tables, that touches three.
func BenchmarkOpen(b *testing.B) {
	ts := []*tables.Table{pods, namespaces}
	for i := range 78 {
		ts = append(ts, &tables.Table{Name: fmt.Sprintf("k8s_table_%d", i), Columns: pods.Columns})
	}
	for b.Loop() {
		db, err := Open(ts)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := run(db, nil, "SELECT 1 FROM k8s_pods, k8s_namespaces, k8s_table_7 LIMIT 0"); err != nil {
			b.Fatal(err)
		}
		_ = db.Close()
	}
}

// BenchmarkPrepare is what compiling a rule costs on a connection that knows
// its tables.
func BenchmarkPrepare(b *testing.B) {
	db := open(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.Prepare(context.Background(), "SELECT p.name FROM k8s_namespaces n JOIN k8s_pods p ON p.namespace = n.name WHERE p.phase = 'Running'"); err != nil {
			b.Fatal(err)
		}
	}
}
