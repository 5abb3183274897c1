package engine

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// endless are queries that would run for longer than anyone waits.
var endless = map[string]string{
	"before the first row": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c",
	"between rows":         "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c",
	"a row never comes":    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT 1 UNION ALL SELECT x FROM c WHERE x < 0",
	"over tables": "SELECT count(*) FROM k8s_pods a, k8s_pods b, k8s_pods c, k8s_pods d, k8s_pods e, k8s_pods f, k8s_pods g, k8s_pods h," +
		"k8s_pods i, k8s_pods j, k8s_pods k, k8s_pods l, k8s_pods m, k8s_pods n, k8s_pods o, k8s_pods p WHERE a.cpu + b.cpu + p.cpu > 100",
}

// TestContextEndsQuery fails when the driver was updated and its connections
// can no longer be interrupted.
func TestContextEndsQuery(t *testing.T) {
	before := runtime.NumGoroutine()
	db := open(t, WithConnections(1))
	cause := errors.New("the user pressed Ctrl-C")
	for name, sql := range endless {
		t.Run(name, func(t *testing.T) {
			for range 5 { // one connection, again and again
				ctx, cancel := context.WithTimeoutCause(context.Background(), 30*time.Millisecond, cause)
				start := time.Now()
				_, err := db.Query(ctx, fixture(), sql, nil, func([]any) error { return nil })
				if took := time.Since(start); !errors.Is(err, cause) || took > 2*time.Second {
					t.Errorf("%v after %v", err, took)
				}
				cancel()
				if got, err := run(db, fixture(), "SELECT count(*) FROM k8s_pods WHERE name > ''"); got != "4" || err != nil {
					t.Errorf("the connection is of no use: %q, %v", got, err)
				}
			}
		})
	}
	if len(db.idle) != 1 || db.lastID.Load() != 1 {
		t.Errorf("%d connections, %d were opened", len(db.idle), db.lastID.Load())
	}
	if n := settled(before); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// settled waits for goroutines that are about to end.
func settled(want int) (n int) {
	for range 100 {
		if n = runtime.NumGoroutine(); n <= want {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return n
}

func TestCancelledBeforehand(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := db.Prepare(ctx, "SELECT 1"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_, err := db.Query(ctx, fixture(), "SELECT 1", nil, func([]any) error { t.Error("a row"); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestCancelledFromRow cancels between rows, when no statement runs.
func TestCancelledFromRow(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	_, err := db.Query(ctx, fixture(), "SELECT a.name FROM k8s_pods a, k8s_pods b, k8s_pods c", nil, func([]any) error {
		n++
		cancel()
		time.Sleep(10 * time.Millisecond)
		return nil
	})
	if !errors.Is(err, context.Canceled) || n > 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// slow is data that takes until the context ends.
type slow struct{}

func (slow) Rows(ctx context.Context, _ *tables.Table, _ []int, _ rows.Scope) (*rows.Table, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestContextEndsReading(t *testing.T) {
	db := open(t, WithConnections(1))
	for _, sql := range []string{"SELECT name FROM k8s_pods", "SELECT count(*) FROM k8s_pods"} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		_, err := db.Query(ctx, slow{}, sql, nil, func([]any) error { return nil })
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	}
}

func TestWaitingForAConnectionEnds(t *testing.T) {
	db := open(t, WithConnections(1))
	_, err := db.Query(context.Background(), fixture(), "SELECT 1", nil, func([]any) error {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		_, err := db.Prepare(ctx, "SELECT 1")
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	db := open(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := db.Query(ctx, fixture(), `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < 1000000)
		SELECT x, printf('%.10000c', 'x') AS y FROM c ORDER BY y, x DESC`, nil, func([]any) error { return nil })
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(e.Msg, "too much memory") {
		t.Error(err)
	}
	if got, err := run(db, fixture(), "SELECT count(*) FROM k8s_pods"); got != "4" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
