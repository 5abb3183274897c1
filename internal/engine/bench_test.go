//go:build unix

package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// BenchmarkAgainstSQLite runs each query on 100,000 containers, and the same on
// SQLite's own tables with indexes, in memory. The metric that counts is their
// ratio in CPU time.
func BenchmarkAgainstSQLite(b *testing.B) {
	w := newWorld(100_000)
	db, err := Open([]*tables.Table{w.pods, w.containers, w.namespaces})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	ordinary := w.store(b)
	defer ordinary.Close()
	data := Snapshot(w.set)
	for _, bm := range benchmarks {
		b.Run(strings.ReplaceAll(bm.name, " ", "-"), func(b *testing.B) {
			var ours, theirs time.Duration
			ourRows, theirRows := 0, 0
			run := func() {
				ourRows, theirRows = 0, 0
				start := cpu()
				_, err := db.Query(context.Background(), data, bm.sql, nil, func([]any) error { ourRows++; return nil })
				if err != nil {
					b.Fatal(err)
				}
				between := cpu()
				theirRows = drain(b, ordinary, bm.sql)
				ours, theirs = ours+between-start, theirs+cpu()-between
			}
			run() // builds indexes
			ours, theirs = 0, 0
			for b.Loop() {
				run()
			}
			if ourRows != theirRows {
				b.Fatalf("%d rows, in SQLite %d", ourRows, theirRows)
			}
			n := float64(b.N) * 1e6
			b.ReportMetric(float64(ours)/n, "ms")
			b.ReportMetric(float64(theirs)/n, "sqlite-ms")
			b.ReportMetric(float64(ours)/float64(max(1, theirs)), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// cpu is the process's CPU time.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func drain(tb testing.TB, conn driver.Conn, query string) (n int) {
	result, err := conn.(driver.QueryerContext).QueryContext(context.Background(), query, nil)
	if err != nil {
		tb.Fatal(query, err)
	}
	defer result.Close()
	values := make([]driver.Value, len(result.Columns()))
	for ; ; n++ {
		if err := result.Next(values); errors.Is(err, io.EOF) {
			return n
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}
