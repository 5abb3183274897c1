package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

var certificates = &tables.Resource{Group: "cert-manager.io", Version: "v1", Plural: "certificates", Kind: "Certificate", Short: []string{"cert"}, Namespaced: true}

// backend answers from memory, and remembers what it was asked.
type backend struct {
	asked  []string
	result *Result
	err    error
}

func (b *backend) Query(_ context.Context, sql string, explain bool) (*Result, error) {
	b.asked = append(b.asked, sql)
	if b.err != nil {
		return nil, b.err
	}
	r := &Result{Columns: []string{"n"}, Rows: [][]any{{int64(len(b.asked))}}}
	if b.result != nil {
		r = b.result
	}
	if explain {
		r.Notes = []string{"read everything"}
	}
	return r, nil
}

func (b *backend) Print(w io.Writer, format string, r *Result) error {
	fmt.Fprintln(w, format, strings.Join(r.Columns, " "))
	for _, row := range r.Rows {
		fmt.Fprintln(w, row...)
	}
	return nil
}

func (b *backend) CheckFormat(format string) error {
	if format != "table" && format != "json" {
		return errors.New("unknown format")
	}
	return nil
}
func (b *backend) Formats() []string       { return []string{"json", "jsonpath=TEMPLATE", "table"} }
func (b *backend) Tables() []*tables.Table { return tables.All() }
func (b *backend) Resources(context.Context) []*tables.Resource {
	return []*tables.Resource{certificates}
}

func (b *backend) Table(_ context.Context, name string) (*tables.Table, error) {
	if t := (&Shell{Backend: b}).tableNamed(context.Background(), name); t != nil {
		return t, nil
	}
	return nil, errors.New("no such table: " + name)
}

func (b *backend) Namespaces(context.Context) []string {
	return []string{"kube-system", "shop", "shopping"}
}

func (b *backend) Rule(id string) (string, error) {
	if id != "NSA-07" {
		return "", errors.New("no rule " + id)
	}
	return "SELECT 'rule'", nil
}
func (b *backend) RuleIDs() []string        { return []string{"NSA-07", "NSA-08", "CIS-1.1"} }
func (b *backend) Explain(err error) string { return "explained: " + err.Error() }

func newShell(b Backend) (*Shell, *bytes.Buffer, *bytes.Buffer) {
	var out, err bytes.Buffer
	return &Shell{Backend: b, Out: &out, Err: &err, format: "table"}, &out, &err
}

func TestCommands(t *testing.T) {
	for _, test := range []struct {
		command     string
		out, stderr string // a part of each
		err         string
	}{
		{".help", ".schema TABLE ", "", ""},
		{"help", ".quit ", "", ""},
		{".tables", "k8s_pods pod\n", "", ""},
		{".TABLES POD_SP;", "k8s_pod_specs ", "", ""},
		{".schema k8s_pods", "k8s_pods: one row per pod\n", "", ""},
		{".schema\tpods ;", "namespace TEXT ", "", ""},
		{".schema podz", "", "", "no such table: podz"},
		{".schema", "", "", "want a table"},
		{".rule NSA-07", "table n\n1\n", "SELECT 'rule';\n", ""},
		{".rule NSA-99", "", "", "no rule NSA-99"},
		{".rule", "", "", "want the id"},
		{".output", "", "output is table\n", ""},
		{".output xml", "", "", "unknown format"},
		{".timing", "", "timing is off\n", ""},
		{".timing perhaps", "", "", "want .timing on or .timing off"},
		{".explain", "", "explain is off\n", ""},
		{".nonsense", "", "", "no command .nonsense: .help lists them"},
		{".quit", "", "", "quit"},
		{".exit;", "", "", "quit"},
		{"exit", "", "", "quit"},
		{`\q`, "", "", "quit"},
	} {
		s, out, stderr := newShell(&backend{})
		name, ok := s.commandIn(test.command)
		if !ok {
			t.Errorf("%s is no command", test.command)
			continue
		}
		err := s.command(t.Context(), name)
		if got := fmt.Sprint(err); (err == nil) != (test.err == "") || !strings.Contains(got, test.err) && err != nil {
			t.Errorf("%s: %v, want %q", test.command, err, test.err)
		}
		if !strings.Contains(out.String(), test.out) || !strings.Contains(stderr.String(), test.stderr) {
			t.Errorf("%s:\n%s\n%s", test.command, out, stderr)
		}
	}
	s, _, _ := newShell(&backend{})
	s.pending = "SELECT 1\n"
	if _, ok := s.commandIn(".quit"); ok {
		t.Error("a command in the middle of a statement")
	}
}

func TestSettings(t *testing.T) {
	s, out, stderr := newShell(&backend{})
	script := ".output json\n.timing on\n.explain on\nSELECT 1;\n.output table\n.timing off\n.explain off\nSELECT 2;"
	if err := s.Script(t.Context(), strings.NewReader(script), "table"); err != nil {
		t.Fatal(err)
	}
	if out.String() != "json n\n1\ntable n\n2\n" {
		t.Errorf("out: %s", out)
	}
	if got := stderr.String(); !strings.HasPrefix(got, "read everything\n1 row in ") || strings.Count(got, "\n") != 2 {
		t.Errorf("err: %s", got)
	}
}

func TestScript(t *testing.T) {
	for _, test := range []struct {
		script string
		asked  []string
		err    string
	}{
		{"SELECT 1", []string{"SELECT 1"}, ""},
		{"SELECT 1;\n\n-- two\nSELECT\n 2; SELECT 3 -- three\n", []string{"SELECT 1", "\n\n-- two\nSELECT\n 2", "\n\n\n\nSELECT 3 -- three"}, ""},
		{"SELECT 1;\n.quit\nSELECT 2;", []string{"SELECT 1"}, ""},
		{"SELECT 1;\n.nonsense\nSELECT 2;", []string{"SELECT 1"}, "line 2: no command .nonsense: .help lists them"},
		{"SELECT '\n.quit\n';", []string{"SELECT '\n.quit\n'"}, ""},
		{"", nil, "no statement"},
		{"\n-- nothing\n;;\n/* here */", nil, "no statement"},
		{".tables", nil, ""},
	} {
		b := &backend{}
		s, _, _ := newShell(b)
		err := s.Script(t.Context(), strings.NewReader(test.script), "table")
		if got := fmt.Sprint(err); (err == nil) != (test.err == "") || err != nil && got != test.err {
			t.Errorf("%q: %v", test.script, err)
		}
		// What the engine gets is the place of each statement in the script;
		// comments before it do not matter.
		if len(b.asked) != len(test.asked) {
			t.Errorf("%q: asked %q", test.script, b.asked)
			continue
		}
		for i, sql := range b.asked {
			word := func(s string) int { return strings.Count(s[:strings.Index(s, "SELECT")], "\n") }
			if word(sql) != word(test.asked[i]) || oneLine(sql) != oneLine(test.asked[i]) {
				t.Errorf("%q: asked %q, want %q", test.script, sql, test.asked[i])
			}
		}
	}
	b := &backend{err: errors.New("broken")}
	s, out, _ := newShell(b)
	if err := s.Script(t.Context(), strings.NewReader("SELECT 1; SELECT 2;"), "table"); !errors.Is(err, b.err) || len(b.asked) != 1 || out.Len() > 0 {
		t.Errorf("%v after %q: %s", err, b.asked, out)
	}
}

func TestPrompt(t *testing.T) {
	s, _, _ := newShell(&backend{})
	for _, step := range []struct {
		line, prompt string
		statements   []Statement
	}{
		{"", "kspm> ", nil},
		{"SELECT 1; -- done", "kspm> ", []Statement{{"SELECT 1", 1}}},
		{"SELECT 'it", "   '> ", nil},
		{"''s', /* a", "  /*> ", nil},
		{"note */ 2", "  ... ", nil},
		{";", "kspm> ", []Statement{{"SELECT 'it\n''s', /* a\nnote */ 2", 1}}},
		{"/* a note */", "kspm> ", nil},
		{"-- a note", "kspm> ", nil},
	} {
		if diff := cmp.Diff(step.statements, s.add(step.line)); diff != "" || s.prompt() != step.prompt {
			t.Errorf("after %q: prompt %q\n%s", step.line, s.prompt(), diff)
		}
	}
}

// Scripts from Windows begin with a byte order mark, and end their lines in
// two characters.
func TestScriptFromWindows(t *testing.T) {
	b := &backend{}
	s, _, stderr := newShell(b)
	if err := s.Script(t.Context(), strings.NewReader("\ufeffSELECT 1;\r\n.timing on\r\nSELECT\r\n2;\r\n"), "table"); err != nil {
		t.Fatal(err)
	}
	if len(b.asked) != 2 || strings.TrimSpace(b.asked[0]) != "SELECT 1" || !strings.Contains(stderr.String(), "1 row in") {
		t.Errorf("%q\n%s", b.asked, stderr)
	}
}

// .explain with a query gives notes for that one alone.
func TestExplainOne(t *testing.T) {
	s, _, stderr := newShell(&backend{})
	if err := s.Script(t.Context(), strings.NewReader(".explain SELECT 1;\nSELECT 2;\n"), "table"); err != nil {
		t.Fatal(err)
	}
	if strings.Count(stderr.String(), "read everything") != 1 {
		t.Error(stderr)
	}
}
