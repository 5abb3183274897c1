package tables_test

import (
	"context"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// empty is a source of nothing.
type empty struct{}

func (empty) Each(context.Context, *tables.Resource, rows.Scope, func(*tables.Object)) error {
	return nil
}

// Every example of the reference pages is right SQL over declared tables.
func TestExamplesRun(t *testing.T) {
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range tables.All() {
		for _, example := range table.Examples {
			stmt, err := db.Prepare(t.Context(), example)
			if err != nil {
				t.Errorf("%s: %s: %v", table.Name, example, err)
				continue
			}
			set, err := rows.Load(t.Context(), empty{}, stmt.Reads, rows.Scope{}, rows.Scope{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Query(t.Context(), engine.Snapshot(set), example, nil, func([]any) error { return nil }); err != nil {
				t.Errorf("%s: %s: %v", table.Name, example, err)
			}
		}
	}
}
