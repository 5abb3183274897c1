package manifest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestGolden opens what the archives in testdata hold. The first line of an
// archive has the paths; "stdin" is a file, too; the file "want" says what is
// to be found: objects, then problems.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { golden(t, name) })
	}
}

func golden(t *testing.T, name string) {
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	stdin, want := "", -1
	for i, f := range a.Files {
		text := strings.NewReplacer("␍", "\r", "␉", "\t", "␀", "\x00", "�", "\xff", "␚", "\ufeff").Replace(string(f.Data))
		switch f.Name {
		case "stdin":
			stdin = text
		case "want":
			want = i
		default:
			if err := os.MkdirAll(filepath.Dir(f.Name), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f.Name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	paths, _, _ := strings.Cut(string(a.Comment), "\n")
	got := describe(t, strings.Fields(paths), stdin)
	if *update {
		if want < 0 {
			want = len(a.Files)
			a.Files = append(a.Files, txtar.File{Name: "want"})
		}
		a.Files[want].Data = []byte(got)
		if err := os.WriteFile(abs, txtar.Format(a), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want < 0 {
		t.Fatal("nothing wanted")
	}
	if d := cmp.Diff(string(a.Files[want].Data), got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// describe opens paths and says what there is, line by line.
func describe(t *testing.T, paths []string, stdin string) string {
	f, err := Open(context.Background(), paths, strings.NewReader(stdin))
	if err != nil {
		return fmt.Sprintf("error: %v\n", err)
	}
	var b strings.Builder
	c := f.Counts()
	fmt.Fprintf(&b, "%s: %d files, %d documents, %d objects\n", f.Name(), c.Files, c.Documents, c.Objects)
	each := func(r *tables.Resource) {
		err := f.Each(context.Background(), r, rows.Scope{}, func(o *tables.Object) {
			implied := ""
			if o.Implied {
				implied = " (implied)"
			}
			fmt.Fprintf(&b, "%s:%d %s %s%s\n", o.File, o.Line, o.Resource, o.ID(), implied)
		})
		if err != nil {
			t.Error(err)
		}
	}
	namespaces := false
	for _, r := range f.Resources() {
		namespaces = namespaces || r.Resource == tables.Namespaces
		each(r.Resource)
	}
	if !namespaces {
		each(tables.Namespaces)
	}
	for _, p := range f.Problems() {
		kind := "note"
		switch {
		case p.Fatal:
			kind = "lost"
		case p.Skipped:
			kind = "skip"
		}
		fmt.Fprintf(&b, "%s: %s\n", kind, p)
	}
	return b.String()
}
