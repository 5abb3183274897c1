// Package shell is the interactive half of SQL: statements over many lines,
// commands that begin with a dot, completion, history, paging. It knows
// nothing of where rows come from.
package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/peterh/liner"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Result is what a query returned.
type Result struct {
	Columns []string
	Rows    [][]any
	// Notes are lines for people: what was read, what could not be.
	Notes []string
}

// Backend answers the shell's questions.
type Backend interface {
	// Query runs one statement. explain asks for notes on what was read.
	Query(ctx context.Context, sql string, explain bool) (*Result, error)
	// Print writes a result in a format; it refuses formats it does not know.
	Print(w io.Writer, format string, r *Result) error
	// CheckFormat refuses formats that Print does not know.
	CheckFormat(format string) error
	Tables() []*tables.Table
	// Namespaces are those of the live cluster, for completion.
	Namespaces(ctx context.Context) []string
	// Rule is the query of a rule.
	Rule(id string) (sql string, err error)
	RuleIDs() []string
	// Explain renders an error for people, with a mark under the offending
	// word where that is known.
	Explain(err error) string
}

// Shell is a session at a terminal.
type Shell struct {
	Backend
	Out, Err io.Writer
	// Pager is the command that long results go through; empty for none.
	Pager string
	// Height is the terminal's height in lines.
	Height func() int
	// History is the file that remembers statements; empty for none.
	History string

	format  string
	timing  bool
	explain bool
}

// errQuit ends the shell.
var errQuit = errors.New("quit")

const (
	prompt     = "kspm> "
	promptMore = "  ... "
)

// Run reads statements from the terminal until .quit or the end of input.
func (s *Shell) Run(ctx context.Context, format string) error {
	s.format = format
	// The terminal's Ctrl-C stops the query and not the shell.
	ctx = context.WithoutCancel(ctx)
	line := liner.NewLiner()
	defer line.Close()
	line.SetCtrlCAborts(true)
	line.SetMultiLineMode(true)
	line.SetTabCompletionStyle(liner.TabPrints)
	line.SetWordCompleter(func(text string, pos int) (string, []string, string) { return s.complete(ctx, text, pos) })
	s.load(line)
	defer s.save(line)
	fmt.Fprintln(s.Err, "SQL over Kubernetes. Statements end with ;   .help lists commands   Tab completes   Ctrl-D quits")
	var pending strings.Builder
	for {
		text := prompt
		if pending.Len() > 0 {
			text = promptMore
		}
		in, err := line.Prompt(text)
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			pending.Reset()
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(s.Err)
			return nil
		case err != nil:
			return err
		}
		if pending.Len() == 0 && strings.TrimSpace(in) == "" {
			continue
		}
		if pending.Len() == 0 && strings.HasPrefix(strings.TrimSpace(in), ".") {
			line.AppendHistory(in)
			if err := s.command(ctx, strings.TrimSpace(in)); errors.Is(err, errQuit) {
				return nil
			}
			continue
		}
		pending.WriteString(in + "\n")
		statements, rest := Split(pending.String())
		for _, st := range statements {
			line.AppendHistory(strings.Join(strings.Fields(st.SQL), " ") + ";")
			s.run(ctx, st.SQL)
		}
		pending.Reset()
		if strings.TrimSpace(rest) != "" {
			pending.WriteString(rest)
		}
	}
}

// run runs one statement and prints its result, or what is wrong.
func (s *Shell) run(ctx context.Context, sql string) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	start := time.Now()
	result, err := s.Query(ctx, sql, s.explain)
	took := time.Since(start)
	if err != nil {
		if ctx.Err() != nil {
			fmt.Fprintln(s.Err, "stopped")
			return
		}
		fmt.Fprintln(s.Err, s.Explain(err))
		return
	}
	s.show(result)
	for _, n := range result.Notes {
		fmt.Fprintln(s.Err, n)
	}
	if s.timing {
		fmt.Fprintf(s.Err, "%d rows in %s\n", len(result.Rows), took.Round(time.Millisecond))
	}
}

func (s *Shell) load(line *liner.State) {
	if f, err := os.Open(s.History); err == nil {
		_, _ = line.ReadHistory(f)
		f.Close()
	}
}

func (s *Shell) save(line *liner.State) {
	if s.History == "" {
		return
	}
	if f, err := os.OpenFile(s.History, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err == nil {
		_, _ = line.WriteHistory(f)
		f.Close()
	}
}

// Script runs statements from a reader, and stops at the first error.
func (s *Shell) Script(ctx context.Context, in io.Reader, format string) error {
	s.format = format
	text, err := io.ReadAll(bufio.NewReader(in))
	if err != nil {
		return err
	}
	statements, rest := Split(string(text))
	if last, ok := statement(string(text), len(text)-len(rest), len(text)); ok {
		statements = append(statements, last)
	}
	for _, st := range statements {
		// Errors count lines from the beginning of the script.
		result, err := s.Query(ctx, strings.Repeat("\n", st.Line-1)+st.SQL, s.explain)
		if err == nil {
			err = s.Print(s.Out, s.format, result)
		}
		if err != nil {
			return err
		}
		for _, n := range result.Notes {
			fmt.Fprintln(s.Err, n)
		}
	}
	return nil
}
