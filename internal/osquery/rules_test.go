package osquery_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/osquery"
	"github.com/kubectl-kspm/kubectl-kspm/internal/pack"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testosquery"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// packed are all rules with a query.
func packed(t *testing.T, db *engine.DB) (out []pack.Rule) {
	t.Helper()
	rules, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := assess.Compile(t.Context(), db, rules)
	if err != nil {
		t.Fatal(err)
	}
	for c := range compiled.Queries() {
		out = append(out, pack.New(c.Rule, c.Query.Columns, c.Assets.Columns, c.Query.Reads, c.Assets.Reads))
	}
	return out
}

func openDB(t *testing.T) *engine.DB {
	t.Helper()
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// changing is a source that becomes another one.
type changing struct{ atomic.Pointer[manifest.Files] }

func (c *changing) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	return c.Load().Each(ctx, r, scope, f)
}

func parse(t *testing.T, objects string) *manifest.Files {
	t.Helper()
	files, err := manifest.Open(t.Context(), []string{"-"}, strings.NewReader(objects))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestRules: in osquery every rule has the rows that it has in our engine, for
// every case that it carries, and asks for each table once, whatever it joins.
func TestRules(t *testing.T) {
	src, db := &changing{}, openDB(t)
	src.Store(parse(t, ""))
	o := serve(t, src, func(o *osquery.Options) { o.TTL = 5 * time.Millisecond })
	evidence := 0
	for _, r := range packed(t, db) {
		if slices.Contains(r.Columns, "rule_id") || slices.Contains(r.Columns, "status") {
			t.Errorf("%s: columns rule_id and status are the pack's: %v", r.ID, r.Columns)
		}
		for _, c := range slices.Concat(r.Pass, r.Fail) {
			src.Store(parse(t, c.Objects))
			want := inEngine(t, db, src.Load(), r)
			evidence += len(want)
			got := inOsquery(t, o, r, want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s\n%s", r.ID, c.Name, diff)
			}
			for table, n := range o.Calls() {
				if n > 1 {
					t.Errorf("%s: %d calls of %s", r.ID, n, table)
				}
			}
			if passes := query(t, o, r.Policy()); len(passes) > 0 && len(want) > 0 && r.Verdict == rule.VerdictFail {
				t.Errorf("%s: %s: the policy passes, with %d rows of evidence", r.ID, c.Name, len(want))
			}
		}
	}
	if evidence < 300 {
		t.Errorf("%d rows of evidence: nothing is compared", evidence)
	}
}

func inEngine(t *testing.T, db *engine.DB, src rows.Source, r pack.Rule) []string {
	t.Helper()
	set, err := rows.Load(t.Context(), src, r.Reads, rows.Scope{}, rows.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	var result [][]any
	if _, err := db.Query(t.Context(), engine.Snapshot(set), r.SQL, nil, func(row []any) error {
		result = append(result, slices.Concat([]any{r.ID, r.Verdict}, row))
		return nil
	}); err != nil {
		t.Fatal(r.ID, err)
	}
	return lines(result)
}

// inOsquery asks until the rows are those that are wanted: what was read of
// the case before must first become too old.
func inOsquery(t *testing.T, o *testosquery.Osqueryd, r pack.Rule, want []string) (got []string) {
	t.Helper()
	for range 50 {
		time.Sleep(10 * time.Millisecond)
		o.Calls()
		got = slices.DeleteFunc(query(t, o, r.Query()), func(line string) bool { return strings.HasPrefix(line, r.ID+" not_assessed") })
		if slices.Equal(got, want) {
			return got
		}
	}
	return got
}

// unreadable is a source of which one resource cannot be read.
type unreadable struct {
	rows.Source
	resource *tables.Resource
}

func (u *unreadable) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if r == u.resource {
		return errors.New("timeout")
	}
	return u.Source.Each(ctx, r, scope, f)
}

// TestNotAssessed: a rule that reads what cannot be read says so in the same
// query, and fails its policy; the others do not.
func TestNotAssessed(t *testing.T) {
	db := openDB(t)
	src := &unreadable{Source: &cluster{pods: 1}}
	o := serve(t, src, func(o *osquery.Options) { o.TTL = time.Hour })
	src.resource = tables.Roles
	told, untouched := 0, 0
	for _, r := range packed(t, db) {
		touched := slices.Contains(r.Reads.Reads(), src.resource)
		var said []string
		for _, line := range query(t, o, r.Query()) {
			if strings.HasPrefix(line, r.ID+" not_assessed") && strings.Contains(line, "roles.rbac.authorization.k8s.io: timeout") {
				said = append(said, line)
			}
		}
		if touched {
			told++
		} else {
			untouched++
		}
		if want := map[bool]int{true: 1}[touched]; len(said) != want {
			t.Errorf("%s says %d times that it is not assessed, want %d: %v", r.ID, len(said), want, said)
		}
		if got := query(t, o, r.Policy()); touched && len(got) > 0 {
			t.Errorf("%s: the policy passes, without data", r.ID)
		}
	}
	if told == 0 || untouched == 0 {
		t.Errorf("%d rules read %s, %d do not", told, src.resource, untouched)
	}
}
