package engine

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func TestResolve(t *testing.T) {
	var asked []string
	certificates := &tables.Table{Name: "certificates", Columns: pods.Columns}
	unreachable := errors.New("discovery: connection refused")
	db := open(t, WithConnections(1), WithResolve(func(_ context.Context, name string) (*tables.Table, error) {
		asked = append(asked, name)
		switch strings.ToLower(name) {
		case "po", "pods":
			return pods, nil
		case "certificates.cert-manager.io":
			return certificates, nil
		case "later":
			return nil, unreachable
		}
		return nil, nil
	}))
	for range 2 {
		got, err := run(db, fixture(), `SELECT a.name FROM Pods a JOIN po b ON a.uid = b.uid JOIN k8s_pods c USING (uid) WHERE a.name = 'web'`)
		if got != "web" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	st, err := db.Prepare(context.Background(), `SELECT p.name, c.uid FROM pods p, "certificates.cert-manager.io" c`)
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Reads) != 2 || len(st.Reads[pods]) != 1 || len(st.Reads[certificates]) != 1 {
		t.Error(st.Reads)
	}
	if _, err := db.Prepare(context.Background(), "SELECT 1 FROM later"); !errors.Is(err, unreachable) {
		t.Error(err)
	}
	_, err = db.Prepare(context.Background(), "SELECT 1 FROM certificates.cert")
	if err == nil || !strings.HasPrefix(err.Error(), "no such table: certificates.cert (did you mean certificates?)") {
		t.Error(err)
	}
	if want := "Pods po certificates.cert-manager.io later certificates.cert"; strings.Join(asked, " ") != want {
		t.Errorf("asked for %s\nwant     %s", strings.Join(asked, " "), want)
	}
}

// TestQualifiedName asks for a table that can be had, but not under that name.
func TestQualifiedName(t *testing.T) {
	var asked atomic.Int32
	db := open(t, WithResolve(func(context.Context, string) (*tables.Table, error) { asked.Add(1); return pods, nil }))
	for _, sql := range []string{"SELECT 1 FROM main.k8s_pods", "SELECT 1 FROM a.b", "SELECT 1 FROM sqlite_nothing"} {
		if _, err := db.Prepare(context.Background(), sql); err == nil || !strings.HasPrefix(err.Error(), "no such table: ") && !strings.HasPrefix(err.Error(), "a name with dots goes in quotes: ") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if asked.Load() > 2 {
		t.Error("asked again and again")
	}
}

// Names that are known but no tables yet are suggested as well.
func TestNames(t *testing.T) {
	db := open(t, WithNames(func() []string { return []string{"deploy", "certificates"} }))
	_, err := db.Prepare(context.Background(), "SELECT 1 FROM deply")
	if err == nil || !strings.HasPrefix(err.Error(), "no such table: deply (did you mean deploy?)") {
		t.Error(err)
	}
}
