package yamljson

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// same compares what is converted with what sigs.k8s.io/yaml makes of it, and
// reports whether it was converted at all.
func same(t *testing.T, text string) bool {
	t.Helper()
	var c Converter
	got, items, err := c.Convert([]byte(text))
	if err != nil {
		return false
	}
	want, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatalf("converted, and is an error: %v\n%q\n%s", err, text, got)
	}
	var g, w any
	if err := json.UnmarshalCaseSensitivePreserveInts(want, &w); err != nil {
		t.Fatal(err)
	}
	if err := json.UnmarshalCaseSensitivePreserveInts(got, &g); err != nil {
		t.Fatalf("not JSON: %v\n%q\n%s", err, text, got)
	}
	if d := cmp.Diff(w, g); d != "" {
		t.Fatalf("(-sigs.k8s.io/yaml +ours)\n%s%q", d, text)
	}
	for _, it := range items {
		var v any
		if err := json.UnmarshalCaseSensitivePreserveInts(got[it.Start:it.End], &v); err != nil {
			t.Fatalf("item is not JSON: %v", err)
		}
	}
	return true
}

func TestConvert(t *testing.T) {
	texts, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(texts) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, name := range texts {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, doc := range strings.Split(string(b), "\n---\n") {
			converted := same(t, doc)
			if want := !strings.Contains(filepath.Base(name), "subset"); converted != want {
				t.Errorf("%s: document %d: converted %v, want %v\n%s", name, i, converted, want, doc)
			}
			same(t, strings.ReplaceAll(doc, "\n", "\r\n"))
			for cut := range len(doc) {
				same(t, doc[:cut])
			}
		}
	}
}

func FuzzConvert(f *testing.F) {
	texts, _ := filepath.Glob("testdata/*.yaml")
	for _, name := range texts {
		b, _ := os.ReadFile(name)
		for _, doc := range strings.Split(string(b), "\n---\n") {
			f.Add(doc)
		}
	}
	f.Fuzz(func(t *testing.T, text string) { same(t, text) })
}
