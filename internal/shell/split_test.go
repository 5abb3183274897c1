package shell

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		text       string
		statements []Statement
		rest       string
	}{
		{"", nil, ""},
		{"SELECT 1", nil, "SELECT 1"},
		{"SELECT 1;", []Statement{{"SELECT 1", 1}}, ""},
		{"SELECT 1; SELECT\n2;\n\nSELECT 3; SELECT", []Statement{{"SELECT 1", 1}, {"SELECT\n2", 1}, {"SELECT 3", 4}}, " SELECT"},
		{";; \n;SELECT 1;;", []Statement{{"SELECT 1", 2}}, ""},
		{"SELECT ';', 'it''s;', \"a;b\", `a;b`, [a;b];", []Statement{{"SELECT ';', 'it''s;', \"a;b\", `a;b`, [a;b]", 1}}, ""},
		{"SELECT 1 -- one; two\n;", []Statement{{"SELECT 1 -- one; two", 1}}, ""},
		{"SELECT /* ; ' */ 1;", []Statement{{"SELECT /* ; ' */ 1", 1}}, ""},
		{"-- only; this\n/* and; this */;SELECT 1", nil, "SELECT 1"},
		{"SELECT 'a;", nil, "SELECT 'a;"},
		{"SELECT /* a;", nil, "SELECT /* a;"},
		{"SELECT a-1, a - -1, 4/2;", []Statement{{"SELECT a-1, a - -1, 4/2", 1}}, ""},
	} {
		statements, rest := Split(test.text)
		if diff := cmp.Diff(test.statements, statements); diff != "" || rest != test.rest {
			t.Errorf("%q: rest %q\n%s", test.text, rest, diff)
		}
	}
}

func TestUnclosed(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"SELECT 1":              "",
		"SELECT 'it''s'":        "",
		"SELECT 'it":            "'",
		"SELECT 'it''":          "'",
		`SELECT "a`:             `"`,
		"SELECT `a":             "`",
		"SELECT [a":             "[",
		"SELECT 1 -- it's":      "--",
		"SELECT 1 -- it's\n":    "",
		"SELECT /* it's":        "/*",
		"SELECT /*/":            "/*",
		"SELECT /**/ '":         "'",
		"SELECT '--' || \"/*\"": "",
	} {
		if mark, at := unclosed(text); mark != want || mark != "" && !strings.HasSuffix(text[:at], mark) {
			t.Errorf("%q: %q at %d, want %q", text, mark, at, want)
		}
	}
}

func TestOneLine(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT  1":                              "SELECT 1",
		"SELECT 'a  b',\n\t2":                    "SELECT 'a  b', 2",
		"SELECT 1 -- the one\nFROM t":            "SELECT 1 FROM t",
		"SELECT 1/* the one */FROM t":            "SELECT 1 FROM t",
		"SELECT '-- no comment', \"/* nor  */\"": "SELECT '-- no comment', \"/* nor  */\"",
		"SELECT 'two\nlines'":                    "SELECT 'two lines'",
		"SELECT 1 -- end":                        "SELECT 1",
	} {
		if got := oneLine(sql); got != want {
			t.Errorf("%q: %q, want %q", sql, got, want)
		}
	}
}

// FuzzSplit: nothing is lost or made up, however the text comes in, and what the
// history keeps of a statement is that statement, in one line.
func FuzzSplit(f *testing.F) {
	for _, text := range []string{"SELECT 1;", "a;b", "'a;b';", "--;\n;", "/*;*/;", "[;]", "\"a", "'", ";-", "/", "a/*", "SELECT 'it''s' -- x\n\n, 2;\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		statements, rest := Split(text)
		if !strings.HasSuffix(text, rest) {
			t.Errorf("rest %q is not the end", rest)
		}
		if again, _ := Split(rest); len(again) > 0 {
			t.Errorf("rest %q holds %v", rest, again)
		}
		at := 0
		for _, st := range statements {
			i := strings.Index(text[at:], st.SQL)
			if i < 0 || st.SQL == "" {
				t.Fatalf("%q is not in the text", st.SQL)
			}
			at += i + len(st.SQL)
			if more, rest := Split(st.SQL + "\n;"); len(more) != 1 || more[0].SQL != st.SQL || rest != "" {
				t.Errorf("%q alone is %v, %q", st.SQL, more, rest)
			}
			line := oneLine(st.SQL)
			if strings.ContainsAny(line, "\n\r") || line != oneLine(line) {
				t.Errorf("history of %q: %q", st.SQL, line)
			}
			if diff := cmp.Diff(tokens(st.SQL), tokens(line)); diff != "" {
				t.Errorf("history of %q: %q: %s", st.SQL, line, diff)
			}
		}
		// Line by line, as a terminal has it.
		s := &Shell{}
		var lines []string
		for line := range strings.Lines(text + "\n") {
			for _, st := range s.add(strings.TrimSuffix(line, "\n")) {
				lines = append(lines, oneLine(st.SQL)) // a comment before it is dropped at once
			}
		}
		var all []string
		whole, _ := Split(text + "\n")
		for _, st := range whole {
			all = append(all, oneLine(st.SQL))
		}
		if diff := cmp.Diff(all, lines); diff != "" {
			t.Errorf("line by line: %s", diff)
		}
	})
}
