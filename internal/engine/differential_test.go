package engine

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// TestSameAsSQLite runs generated queries over virtual tables and over
// ordinary SQLite tables with the same rows: there is no difference.
func TestSameAsSQLite(t *testing.T) {
	queries := 150
	if testing.Short() {
		queries = 30
	}
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			differential(t, rand.New(rand.NewPCG(seed, 1)), queries, (*generator).query)
			differential(t, rand.New(rand.NewPCG(seed, 3)), queries, (*generator).search)
		})
	}
}

// FuzzSameAsSQLite is the same without an end.
func FuzzSameAsSQLite(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		differential(t, rand.New(rand.NewPCG(seed, 2)), 5, (*generator).query)
	})
}

func differential(t *testing.T, rng *rand.Rand, queries int, next func(*generator) string) {
	g := &generator{Rand: rng}
	ordinary, err := sql.Open("sqlite", ":memory:?_dqs=0")
	if err != nil {
		t.Fatal(err)
	}
	defer ordinary.Close()
	ordinary.SetMaxOpenConns(1)
	set := &rows.Set{Tables: map[*tables.Table]*rows.Table{}}
	var declared []*tables.Table
	for i, size := range []int{10, 30, 300} {
		table, cells := g.table(fmt.Sprintf("t%d", i), size)
		declared = append(declared, table)
		set.Tables[table] = columnar(table, cells...)
		store(t, ordinary, table, cells)
	}
	db, err := Open(declared)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range queries {
		query := next(g)
		got, gotErr := run(db, Snapshot(set), query)
		want, wantErr := reference(ordinary, query)
		if (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("%s\nerror %v, in SQLite %v", query, gotErr, wantErr)
		}
		if gotErr != nil {
			g.failed++
			continue
		}
		if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
			t.Fatalf("%s\n%s", query, diff)
		}
	}
	if g.failed > queries/4+3 {
		t.Errorf("%d of %d queries fail, so nothing is compared", g.failed, queries)
	}
}

func store(t *testing.T, db *sql.DB, table *tables.Table, cells [][]any) {
	t.Helper()
	exec := func(query string, args ...any) {
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(strings.Replace(schema(table), "x(", table.Name+"(", 1))
	for _, row := range cells {
		exec("INSERT INTO "+table.Name+" VALUES (?"+strings.Repeat(", ?", len(row)-1)+")", row...)
	}
}

func reference(db *sql.DB, query string) (string, error) {
	result, err := db.QueryContext(context.Background(), query)
	if err != nil {
		return "", err
	}
	defer result.Close()
	columns, _ := result.Columns()
	var lines []string
	for result.Next() {
		values, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := result.Scan(pointers...); err != nil {
			return "", err
		}
		cells := make([]string, len(values))
		for i, v := range values {
			cells[i] = fmt.Sprint(v)
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return strings.Join(lines, "\n"), result.Err()
}

func sorted(lines string) []string {
	return slices.Sorted(slices.Values(strings.Split(lines, "\n")))
}
