package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/shell"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// shellBackend answers the shell from the sources of an sql command.
type shellBackend struct {
	*sqlOptions
	db         *engine.DB
	namespaces func() []string
}

func (o *sqlOptions) runShell(ctx context.Context) error {
	if _, err := report.RowsNamed(o.output); err != nil {
		return usagef("-o: %v", err)
	}
	if slices.Contains(o.source.files, "-") {
		return usagef("with -f - manifests come on stdin: the query must be an argument")
	}
	db, err := o.openDB()
	if err != nil {
		return err
	}
	defer db.Close()
	if o.past.dsn != "" {
		err = o.past.open(ctx, o.app) // which may be all that is asked
	} else {
		_, err = o.open(ctx)
	}
	if err != nil {
		return err
	}
	b := &shellBackend{sqlOptions: o, db: db}
	b.namespaces = sync.OnceValue(b.listNamespaces)
	sh := &shell.Shell{Backend: b, Out: o.Out, Err: o.Err}
	if isTerminal(o.Out) && readsTerminal(o.In) {
		sh.History, sh.Pager, sh.Size = historyFile(), pager(), terminalSize
		err := sh.Run(ctx, o.output)
		if errors.Is(err, context.Canceled) {
			o.note("interrupted")
			return &codeError{code: exitInterrupt}
		}
		return err
	}
	err = sh.Script(ctx, o.In, o.output)
	switch {
	case errors.Is(err, shell.ErrEmpty):
		return usagef("want one query, in quotes: %s sql \"SELECT name FROM k8s_pods\", or statements on stdin", o.name)
	case err == nil && o.incomplete:
		return o.partial()
	}
	return err
}

func readsTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// historyFile is where the XDG base directory specification has state.
func historyFile() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	dir = filepath.Join(dir, "kubectl-kspm")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ""
	}
	return filepath.Join(dir, "history")
}

func pager() string {
	if p, ok := os.LookupEnv("PAGER"); ok {
		return p
	}
	if _, err := exec.LookPath("less"); err == nil {
		return "less"
	}
	return ""
}

func terminalSize() (width, height int) {
	width, height, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		return 1 << 30, 1 << 30
	}
	return width, height
}

// Query implements shell.Backend.
func (b *shellBackend) Query(ctx context.Context, sql string, explain bool) (*shell.Result, error) {
	columns, result, data, err := b.ask(ctx, b.db, sql)
	if err != nil {
		return nil, err
	}
	out := &shell.Result{Columns: columns, Rows: result}
	if explain || b.explain {
		out.Notes = b.describeReads(data.Reads())
	}
	for _, f := range data.Failures() {
		out.Notes = append(out.Notes, tables.Clean("error: "+f.Member+": "+f.Err.Error()))
		b.incomplete = true
	}
	return out, nil
}

// Print implements shell.Backend.
func (b *shellBackend) Print(w io.Writer, format string, r *shell.Result) error {
	f, err := report.RowsNamed(format)
	if err != nil {
		return err
	}
	return f(w, r.Columns, r.Rows)
}

// CheckFormat implements shell.Backend.
func (b *shellBackend) CheckFormat(format string) error {
	_, err := report.RowsNamed(format)
	return err
}

// Formats implements shell.Backend.
func (b *shellBackend) Formats() []string { return report.RowFormats() }

// Table implements shell.Backend: it has the engine find the table.
func (b *shellBackend) Table(ctx context.Context, name string) (*tables.Table, error) {
	stmt, err := b.db.Prepare(ctx, `SELECT count(*) FROM "`+strings.ReplaceAll(name, `"`, `""`)+`"`)
	if err != nil {
		var sql *engine.Error
		if errors.As(err, &sql) {
			return nil, errors.New(sql.Msg)
		}
		return nil, err
	}
	for t := range stmt.Reads {
		return t, nil
	}
	return nil, fmt.Errorf("no such table: %s", name)
}

// Tables implements shell.Backend.
func (b *shellBackend) Tables() []*tables.Table { return tables.All() }

// Resources implements shell.Backend. What cannot be found out soon is not
// waited for: it is for completion.
func (b *shellBackend) Resources(ctx context.Context) []*tables.Resource {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := b.names.discover(ctx); err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(b.names.served), func(r *tables.Resource) bool { return r.New != nil })
}

// Namespaces implements shell.Backend.
func (b *shellBackend) Namespaces(context.Context) []string { return b.namespaces() }

func (b *shellBackend) listNamespaces() []string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var names []string
	for _, m := range b.sources {
		_ = m.Each(ctx, tables.Namespaces, rows.Scope{}, func(o *tables.Object) { names = append(names, tables.Clean(o.Meta.Name)) })
	}
	return names
}

// Rule implements shell.Backend.
func (b *shellBackend) Rule(id string) (string, error) {
	all, err := rule.Load(queries.Files)
	if err != nil {
		return "", err
	}
	r, err := findRule(all, id)
	if err != nil {
		return "", err
	}
	if r.SQL == "" {
		return "", errors.New(r.ID + " is for a human to judge: it has no query")
	}
	return r.SQL, nil
}

// RuleIDs implements shell.Backend.
func (b *shellBackend) RuleIDs() []string {
	all, err := rule.Load(queries.Files)
	if err != nil {
		return nil
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	return ids
}

// Explain implements shell.Backend.
func (b *shellBackend) Explain(err error) string {
	text := "error: " + tables.Clean(err.Error())
	var sql *engine.Error
	if errors.As(err, &sql) {
		if caret := sql.Caret(); caret != "" {
			text += "\n" + caret
		}
	}
	return text
}
