package kubequery_test

import (
	"context"
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kubequery"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// nothing is a cluster without objects.
type nothing struct{}

func (nothing) Each(context.Context, *tables.Resource, rows.Scope, func(*tables.Object)) error {
	return nil
}

// TestViews: the 51 tables of kubequery are there, each with its columns, in
// SQL that our tables can answer.
func TestViews(t *testing.T) {
	views, err := kubequery.Views()
	if err != nil {
		t.Fatal(err)
	}
	if len(views) != 51 {
		t.Errorf("%d views, kubequery has 51 tables", len(views))
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, v := range views {
		stmt, err := db.Prepare(t.Context(), v.SQL)
		if err != nil {
			t.Errorf("%s: %v\n%s", v.Name, err, v.SQL)
			continue
		}
		if got, want := strings.Join(stmt.Columns, " "), strings.Join(v.Columns, " "); got != want {
			t.Errorf("%s: columns %s, want %s", v.Name, got, want)
		}
		set, err := rows.Load(t.Context(), nothing{}, stmt.Reads, rows.Scope{}, rows.Scope{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Query(t.Context(), engine.Snapshot(set), v.SQL, nil, func([]any) error { return nil }); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		if 2*len(v.Missing) > len(v.Columns) && v.Note == "" && !strings.HasSuffix(v.Name, "volumes") {
			t.Logf("%s: %d of %d columns are NULL", v.Name, len(v.Missing), len(v.Columns))
		}
	}
}
