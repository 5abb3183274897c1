package shell

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peterh/liner"
)

func TestPage(t *testing.T) {
	dir := t.TempDir()
	pager := "cat > " + filepath.Join(dir, "paged")
	rows := func(n int, cell string) *Result {
		r := &Result{Columns: []string{"a", "b"}}
		for range n {
			r.Rows = append(r.Rows, []any{"x", cell})
		}
		return r
	}
	long := strings.Repeat("long ", 10)
	for _, test := range []struct {
		name, pager, format string
		result              *Result
		paged               bool
		shown               string
	}{
		{"fits", pager, "table", rows(8, "y"), false, "table a b\nx y\n"},
		{"too long", pager, "table", rows(9, "y"), true, "table a b\nx y\n"},
		{"too wide", pager, "table", rows(6, long), true, "table a b\nx long"},
		{"too wide, few rows", pager, "wide", rows(2, long), false, "wide column row 1\na x\nb " + long + "\n\nwide column row 2\n"},
		{"not in columns", pager, "json", rows(2, long), false, "json a b\nx long"},
		{"no pager", "", "table", rows(100, "y"), false, "table a b\nx y\n"},
		{"no such pager", "no-such-pager-at-all", "table", rows(100, "y"), false, "table a b\nx y\n"},
		{"a pager that is ended", "kill -INT $$", "table", rows(100, "y"), false, ""},
	} {
		s, out, _ := newShell(&backend{})
		s.Pager, s.format = test.pager, test.format
		s.Size = func() (int, int) { return 40, 10 }
		if err := s.show(t.Context(), test.result); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		shown := out.String()
		paged, err := os.ReadFile(filepath.Join(dir, "paged"))
		if (err == nil) != test.paged {
			t.Errorf("%s: paged: %v", test.name, err == nil)
		}
		_ = os.Remove(filepath.Join(dir, "paged"))
		if shown += string(paged); !strings.HasPrefix(shown, test.shown) || test.shown == "" && shown != "" {
			t.Errorf("%s:\n%s", test.name, shown)
		}
	}
}

// The prompt begins a line of its own, whatever a template leaves.
func TestOutputEndsItsLine(t *testing.T) {
	s, out, _ := newShell(&withoutEnd{backend{}})
	s.format, s.Size = "jsonpath={.x}", func() (int, int) { return 40, 10 }
	if err := s.show(t.Context(), &Result{}); err != nil || out.String() != "x\n" {
		t.Errorf("%q, %v", out, err)
	}
}

type withoutEnd struct{ backend }

func (*withoutEnd) Print(w io.Writer, _ string, _ *Result) error {
	_, err := io.WriteString(w, "x")
	return err
}

func TestInterruptedOutput(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, out, _ := newShell(&backend{})
	if err := s.write(ctx, []byte("much")); err == nil || out.Len() > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// Two shells that are open at once, and one that is killed, lose nothing.
func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	one, two := &Shell{History: file}, &Shell{History: file}
	line := func() *liner.State { return &liner.State{} }
	first, second := line(), line()
	one.load(first)
	two.load(second)
	one.remember(first, "SELECT 1;")
	two.remember(second, "SELECT '"+strings.Repeat("long", 2000)+"';")
	one.remember(first, "SELECT 3;")
	third := line()
	(&Shell{History: file}).load(third)
	var b strings.Builder
	if _, err := third.WriteHistory(&b); err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(b.String(), "\n"); len(got) != 4 || got[0] != "SELECT 1;" || got[2] != "SELECT 3;" {
		t.Errorf("%.200s", got)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestHistoryIsCut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(file, []byte(strings.Repeat("SELECT 1;\nSELECT 2;\n", liner.HistoryLimit)+"SELECT '\xff';\nSELECT 3;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	line := &liner.State{}
	(&Shell{History: file}).load(line)
	text, err := os.ReadFile(file)
	if err != nil || strings.Count(string(text), "\n") != liner.HistoryLimit || !strings.HasSuffix(string(text), "SELECT 3;\n") {
		t.Errorf("%d lines, %v", strings.Count(string(text), "\n"), err)
	}
	(&Shell{}).load(line)
	(&Shell{}).remember(line, "SELECT 4;")
}
