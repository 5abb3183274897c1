package manifest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func seeds(f *testing.F) {
	archives, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range archives {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			f.Add(string(file.Data))
		}
	}
	f.Add(located1)
	for i := range 10 {
		f.Add(corpusObject(i))
	}
}

// split returns all documents of a text, cut in one go or byte by byte.
func split(t *testing.T, text string, slow bool, limit int) []document {
	t.Helper()
	var r io.Reader = strings.NewReader(text)
	if slow {
		r = iotest.OneByteReader(r)
	}
	s := newSplitter(r, make([]byte, 0, 16), limit)
	var docs []document
	for {
		d, err := s.next()
		if errors.Is(err, io.EOF) {
			return docs
		}
		if err != nil {
			t.Fatal(err)
		}
		d.text = bytes.Clone(d.text)
		docs = append(docs, d)
	}
}

// FuzzSplit cuts any text: documents are where they say they are, together
// they are the text, and it does not matter how the text comes in.
func FuzzSplit(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		docs := split(t, text, false, 1<<20)
		end := int64(0)
		for i, d := range docs {
			if d.offset < end || !strings.HasPrefix(text[d.offset:], string(d.text)) {
				t.Fatalf("document %d is not at %d", i, d.offset)
			}
			between := text[end:d.offset]
			if rest := strings.TrimSpace(strings.Trim(between, "-\ufeff")); rest != "" && !strings.HasPrefix(rest, "...") {
				t.Fatalf("lost %q before document %d", between, i)
			}
			if line := 1 + strings.Count(text[:d.offset], "\n"); d.line != line {
				t.Fatalf("document %d begins in line %d, not %d", i, line, d.line)
			}
			end = d.offset + int64(len(d.text))
		}
		for i, d := range split(t, text, true, 1<<20) {
			if i >= len(docs) || d.line != docs[i].line || !bytes.Equal(d.text, docs[i].text) || d.sep != docs[i].sep {
				t.Fatalf("byte by byte, document %d is %+v", i, d)
			}
		}
		if strings.Contains(text, "%") {
			return // directives over the limit are a document of their own
		}
		small := split(t, text, true, 20)
		if len(small) != len(docs) {
			t.Fatalf("%d documents, %d with a limit", len(docs), len(small))
		}
		for i, d := range small {
			if d.line != docs[i].line || d.large != (len(docs[i].text) > 20) {
				t.Fatalf("with a limit, document %d (%q) is %+v", i, docs[i].text, d)
			}
		}
	})
}

// FuzzOpen reads any text: nothing panics or hangs, what cannot be read is
// told, and every object begins in the line that it says it does.
func FuzzOpen(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		src, err := Open(context.Background(), []string{"-"}, strings.NewReader(text))
		if err != nil {
			t.Skip(err)
		}
		checkSource(t, src, text)
	})
}

func checkSource(t *testing.T, src *Files, text string) {
	t.Helper()
	lines := strings.Split(text, "\n")
	n := 0
	for _, r := range append(src.Resources(), ResourceCount{Resource: tables.Namespaces}) {
		if r.Resource == tables.Namespaces && r.Objects > 0 {
			continue // comes once more
		}
		err := src.Each(context.Background(), r.Resource, rows.Scope{}, func(o *tables.Object) {
			if !o.Implied {
				n++
			}
			if o.Meta.Name == "" || o.Line < 1 || o.Line > len(lines) {
				t.Fatalf("%s:%d %s", o.File, o.Line, o.ID())
			}
			first := strings.Trim(lines[o.Line-1], " \t\r\ufeff")
			if first == "" || first[0] == '#' {
				t.Fatalf("%s begins in line %d, which is %q", o.ID(), o.Line, lines[o.Line-1])
			}
			if at := src.LineOf(o.File, o.Line, "metadata.name"); at < o.Line || at > len(lines) {
				t.Fatalf("the name of %s in line %d is in line %d", o.ID(), o.Line, at)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n != src.Counts().Objects {
		t.Fatalf("%d objects given, %d counted", n, src.Counts().Objects)
	}
	for _, p := range src.Problems() {
		if p.Msg == "" || p.Line > len(lines)+1 || strings.ContainsAny(p.String(), "\n\x1b") {
			t.Fatalf("problem %q", p)
		}
	}
}

// TestLines puts files together out of objects that are named after the line
// they begin in.
func TestLines(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		text, objects, broken := linesFile(r)
		f := read(t, text)
		checkSource(t, f, text)
		lost := 0
		for _, p := range f.Problems() {
			if p.Fatal {
				lost++
			}
		}
		if got := f.Counts().Objects; got != objects || lost != broken {
			t.Fatalf("%d objects and %d problems, want %d and %d: %v\n%s", got, lost, objects, broken, f.Problems(), text)
		}
		for _, r := range f.Resources() {
			err := f.Each(context.Background(), r.Resource, rows.Scope{}, func(o *tables.Object) {
				if want := fmt.Sprintf("line-%d", o.Line); !o.Implied && o.Meta.Name != want {
					t.Fatalf("%s says it begins in line %d\n%s", o.Meta.Name, o.Line, text)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func linesFile(r *rand.Rand) (text string, objects, broken int) {
	var b strings.Builder
	at := func() int { return 1 + strings.Count(b.String(), "\n") }
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	for range 1 + r.IntN(6) {
		b.WriteString(pick("", "# c\n", "\n", "  \n# c: d\n\n"))
		switch r.IntN(7) {
		case 0:
			fmt.Fprintf(&b, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: line-%d\n", at())
			objects++
		case 1:
			fmt.Fprintf(&b, "metadata: {name: &n line-%d}\nkind: Service\napiVersion: v1\nspec: {externalName: *n}\n", at())
			objects++
		case 2:
			b.WriteString("kind: List\napiVersion: v1\nitems:\n")
			indent := pick("", "  ")
			for range r.IntN(4) {
				b.WriteString(pick("", indent+"# c\n", "\n"))
				fmt.Fprintf(&b, "%s- metadata:\n%s    name: %sline-%d\n%s  apiVersion: v1\n%s  kind: Pod\n", indent, indent, pick("", "&n "), at(), indent, indent)
				objects++
			}
			if strings.HasSuffix(b.String(), "items:\n") {
				b.WriteString("  []\n")
			}
		case 3:
			for range 1 + r.IntN(3) {
				fmt.Fprintf(&b, `{"apiVersion": "v1",%s "kind": "Pod", "metadata": {"name": "line-%d"}}`, pick("", "\n\n"), at())
				objects++
				b.WriteString(pick("\n", "\n\n"))
			}
		case 4:
			b.WriteString("apiVersion: v1\nkind: [\n")
			broken++
		case 5:
			fmt.Fprintf(&b, "apiVersion: example.com/v1\nkind: Gizmo\nmetadata: {name: line-%d}\nspec:\n  text: |\n     ---\n    no\n", at())
			broken++
		}
		b.WriteString(pick("---\n", "--- # next\n", "...\n---\n", "---\n# c\n---\n"))
	}
	text = b.String()
	if r.IntN(3) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if r.IntN(5) == 0 {
		text = "\ufeff" + text
	}
	return text, objects, broken
}

// TestTree reads all manifests below a folder, such as the module cache.
func TestTree(t *testing.T) {
	dir := os.Getenv("MANIFEST_TREE")
	if dir == "" {
		t.Skip("no MANIFEST_TREE")
	}
	f, err := Open(context.Background(), []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v, %d problems", f.Counts(), len(f.Problems()))
	for _, p := range f.Problems() {
		if !p.Skipped {
			t.Log(p)
		}
	}
}
