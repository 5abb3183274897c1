package assess_test

import (
	"os"
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/session"
)

// TestSQLGuide runs every query of docs/sql.md over the examples.
func TestSQLGuide(t *testing.T) {
	text, err := os.ReadFile("../../docs/sql.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := manifest.Open(t.Context(), []string{"../../examples"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := openDB(t)
	members := []session.Member{{Source: assess.WithPosture(assess.Manifests(files), allRules(t), nil), AtHand: true}}
	queries, withRows := 0, 0
	for rest := string(text); ; queries++ {
		_, after, ok := strings.Cut(rest, "```sql\n")
		if !ok {
			break
		}
		query, after, _ := strings.Cut(after, "```")
		rest = after
		stmt, err := db.Prepare(t.Context(), query)
		if err != nil {
			t.Errorf("%v\n%s", err, query)
			continue
		}
		n := 0
		if _, err := db.Query(t.Context(), session.New(members, stmt.Reads, rows.Scope{}), query, nil, func([]any) error { n++; return nil }); err != nil {
			t.Errorf("%v\n%s", err, query)
		}
		if n > 0 {
			withRows++
		}
	}
	if queries != 20 || withRows < 12 {
		t.Errorf("%d queries, %d of which have rows over the examples; want 20 and 12", queries, withRows)
	}
}
