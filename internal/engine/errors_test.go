package engine

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrors(t *testing.T) {
	db := open(t)
	for _, tt := range []struct{ sql, want, caret string }{
		{"", "the query is empty", ""},
		{" -- nothing\n;", "the query is empty", ""},
		{"SELECT 1\x00", "the query holds a NUL byte (line 1, column 9)", "SELECT 1 \n        ^"},
		{"SELECT '" + strings.Repeat("x", 1<<20) + "'", "the query is longer than 1024 KiB", ""},
		{"SELCT 1", `near "SELCT": syntax error (line 1, column 1)`, "SELCT 1\n^^^^^"},
		{"SELECT name\nFORM k8s_pods", `near "k8s_pods": syntax error (line 2, column 6)`, "FORM k8s_pods\n     ^^^^^^^^"},
		{
			"/* ü */ ; SELECT\tnäme FROM k8s_pods;", "no such column: näme (did you mean name?) (line 1, column 18)",
			"/* ü */ ; SELECT näme FROM k8s_pods;\n                 ^^^^",
		},
		{"SELECT name FROM k8s_pods GROUP", "incomplete input (line 1, column 32)", "SELECT name FROM k8s_pods GROUP\n                               ^"},
		{"SELECT 1; SELECT 2", "one statement at a time (line 1, column 11)", "SELECT 1; SELECT 2\n          ^^^^^^"},
		{"SELECT * FROM pods", "no such table: pods (did you mean k8s_pods?) (line 1, column 15)", "SELECT * FROM pods\n              ^^^^"},
		{
			"SELECT * FROM k8s_namespace", "no such table: k8s_namespace (did you mean k8s_namespaces?) (line 1, column 15)",
			"SELECT * FROM k8s_namespace\n              ^^^^^^^^^^^^^",
		},
		{"SELECT * FROM \"no such\"", "no such table: no such (line 1, column 15)", "SELECT * FROM \"no such\"\n              ^^^^^^^^^"},
		{
			"SELECT p.fase FROM k8s_namespaces n JOIN k8s_pods AS p ON true", "no such column: p.fase (did you mean phase?) (line 1, column 8)",
			"SELECT p.fase FROM k8s_namespaces n JOIN k8s_pods AS p ON true\n       ^^^^^^",
		},
		{
			"SELECT n.phase FROM k8s_namespaces n, k8s_pods p", "no such column: n.phase (line 1, column 8)",
			"SELECT n.phase FROM k8s_namespaces n, k8s_pods p\n       ^^^^^^^",
		},
		{"SELECT lengtch('x')", "no such function: lengtch (did you mean length?) (line 1, column 8)", "SELECT lengtch('x')\n       ^^^^^^^"},
		{
			"SELECT name FROM k8s_pods WHERE name = \"web\"",
			`no such column: "web" - should this be a string literal in single-quotes? (line 1, column 40)`,
			"SELECT name FROM k8s_pods WHERE name = \"web\"\n                                       ^^^^^",
		},
		{"SELECT json_extract('{', '$')", "malformed JSON", ""},
		{
			"SELECT * FROM k8s_pods WHERE name = :who", "no value for parameter :who (line 1, column 38)",
			"SELECT * FROM k8s_pods WHERE name = :who\n                                     ^^^",
		},
		{"SELECT ?", "no value for parameter 1", ""},
		{"SELECT printf('%.*c', 500000000, 'x')", "the query makes a string or row that is too long", ""},
	} {
		_, err := run(db, fixture(), tt.sql)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", tt.sql, err)
			continue
		}
		if diff := cmp.Diff([]string{tt.want, tt.caret}, []string{e.Error(), e.Caret()}); diff != "" {
			t.Errorf("%s:\n%s", tt.sql, diff)
		}
	}
}

func TestCaretOfALongLine(t *testing.T) {
	sql := "SELECT '"
	for range 300 {
		sql += "x"
	}
	_, err := open(t).Prepare(context.Background(), sql+"', nome FROM k8s_pods")
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	want := strings.Repeat("x", 79) + "', nome FROM k8s_pods\n" + strings.Repeat(" ", 82) + "^^^^"
	if diff := cmp.Diff(want, e.Caret()); diff != "" {
		t.Error(diff)
	}
}

func TestCaretIsHarmless(t *testing.T) {
	_, err := open(t).Prepare(context.Background(), "SELECT '\x1b[31m' FORM x")
	var e *Error
	if !errors.As(err, &e) || e.Caret() != "SELECT ' [31m' FORM x\n                    ^" {
		t.Errorf("%v: %+v", err, e)
	}
}
