package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// dataFunc is data made by a function.
type dataFunc func(t *tables.Table, cols []int, scope rows.Scope) (*rows.Table, error)

func (f dataFunc) Rows(_ context.Context, t *tables.Table, cols []int, scope rows.Scope) (*rows.Table, error) {
	return f(t, cols, scope)
}

func TestUnreadResources(t *testing.T) {
	forbidden := errors.New("forbidden")
	resource := &tables.Resource{Plural: "nodes"}
	nodes := &tables.Table{Name: "k8s_nodes", Columns: []tables.Column{{Name: "name"}}, Sources: []tables.Source{{Resource: resource}}}
	db, err := Open([]*tables.Table{nodes})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	data := Snapshot(&rows.Set{
		Tables: map[*tables.Table]*rows.Table{nodes: columnar(nodes)},
		Unread: map[*tables.Resource]error{resource: forbidden},
	})
	_, err = run(db, data, "SELECT name FROM k8s_nodes")
	var unread *UnreadError
	if !errors.Is(err, forbidden) || !errors.As(err, &unread) || err.Error() != "table k8s_nodes: could not read nodes: forbidden" {
		t.Error(err)
	}
	_, err = run(db, Snapshot(&rows.Set{}), "SELECT name FROM k8s_nodes")
	if err == nil || err.Error() != "internal error: table k8s_nodes was not loaded" {
		t.Error(err)
	}
}

// TestFaults makes every callback fail in turn.
func TestFaults(t *testing.T) {
	own := errors.New("in its own words")
	broken := func(code uint32) *rows.Table { // a code that stands for no value
		return &rows.Table{Len: 2, Columns: []*rows.Column{{Codes: rows.CodesOf(0, code), Values: []any{nil}}, nil, nil, nil, nil, nil, nil, nil}}
	}
	db := open(t, WithConnections(1))
	for _, tt := range []struct {
		name, sql, want string
		data            dataFunc
	}{
		{
			"data fails", "SELECT uid FROM k8s_pods", "in its own words",
			func(*tables.Table, []int, rows.Scope) (*rows.Table, error) { return nil, own },
		},
		{
			"data fails in a join", "SELECT p.uid FROM k8s_namespaces n JOIN k8s_pods p ON p.namespace = n.name", "in its own words",
			func(t *tables.Table, _ []int, _ rows.Scope) (*rows.Table, error) {
				if t == pods {
					return nil, own
				}
				return columnar(t, []any{"n", "shop", nil}), nil
			},
		},
		{
			"data panics", "SELECT uid FROM k8s_pods", "internal error: table k8s_pods: oh",
			func(*tables.Table, []int, rows.Scope) (*rows.Table, error) { panic("oh") },
		},
		{
			"data panics when counted", "SELECT count(*) FROM k8s_pods", "internal error: table k8s_pods: oh",
			func(*tables.Table, []int, rows.Scope) (*rows.Table, error) { panic("oh") },
		},
		{
			"no table", "SELECT uid FROM k8s_pods", "internal error: table k8s_pods",
			func(*tables.Table, []int, rows.Scope) (*rows.Table, error) { return nil, nil },
		},
		{
			"a column panics", "SELECT uid FROM k8s_pods", "internal error: table k8s_pods: runtime error: index out of range",
			func(*tables.Table, []int, rows.Scope) (*rows.Table, error) { return broken(7), nil },
		},
		{
			"a column is missing", "SELECT name FROM k8s_pods", "internal error: column k8s_pods.name was not loaded",
			func(*tables.Table, []int, rows.Scope) (*rows.Table, error) { return broken(0), nil },
		},
		{
			"a searched column is missing", "SELECT 1 FROM k8s_pods WHERE name = 'x'", "internal error: table k8s_pods: column name was not loaded",
			func(*tables.Table, []int, rows.Scope) (*rows.Table, error) { return broken(0), nil },
		},
		{
			"a scan panics", "SELECT 1 FROM k8s_pods WHERE uid IS NOT 'x'", "internal error: table k8s_pods: runtime error: index out of range",
			func(*tables.Table, []int, rows.Scope) (*rows.Table, error) { return broken(7), nil },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := run(db, tt.data, tt.sql)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || tt.want == own.Error() && !errors.Is(err, own) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if got, err := run(db, fixture(), "SELECT uid FROM k8s_pods WHERE name = 'web'"); got != "u1" || err != nil {
				t.Errorf("the connection is of no use: %q, %v", got, err)
			}
		})
	}
	if db.lastID.Load() != 1 {
		t.Error("a connection was lost")
	}
}

func TestErrorOfRow(t *testing.T) {
	own, n := errors.New("own"), 0
	_, err := open(t).Query(context.Background(), fixture(), "SELECT name FROM k8s_pods", nil, func([]any) error { n++; return own })
	if !errors.Is(err, own) || n != 1 {
		t.Errorf("%v after %d rows", err, n)
	}
}

func TestPanicOfRow(t *testing.T) {
	db := open(t, WithConnections(1))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_, _ = db.Query(context.Background(), fixture(), "SELECT name FROM k8s_pods", nil, func([]any) error { panic("oh") })
	}()
	if got, err := run(db, fixture(), "SELECT uid FROM k8s_pods WHERE name = 'web'"); got != "u1" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestClosed(t *testing.T) {
	db := open(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Prepare(context.Background(), "SELECT 1"); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if len(db.module.conns) > 0 {
		t.Error("the module keeps connections")
	}
}

// TestCloseWaits closes while one query runs and another waits for it.
func TestCloseWaits(t *testing.T) {
	db := open(t, WithConnections(1))
	waiting, closed := make(chan error), make(chan error)
	_, err := db.Query(context.Background(), fixture(), "SELECT 1", nil, func([]any) error {
		go func() {
			_, err := db.Prepare(context.Background(), "SELECT 2")
			waiting <- err
		}()
		time.Sleep(10 * time.Millisecond)
		go func() { closed <- db.Close() }()
		if err := <-waiting; !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
