package manifest

import (
	"context"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func TestExamples(t *testing.T) {
	f, err := Open(context.Background(), []string{"../../examples"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Problems() {
		t.Error(p)
	}
	n := 0
	for _, r := range f.Resources() {
		err := f.Each(context.Background(), r.Resource, rows.Scope{}, func(o *tables.Object) {
			t.Logf("%s:%d %s implied=%v", o.File, o.Line, o.ID(), o.Implied)
			if !o.Implied {
				n++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n != f.Counts().Objects || n == 0 {
		t.Errorf("%d objects given, %d counted", n, f.Counts().Objects)
	}
}
