// Package shell is the interactive half of SQL: statements over many lines,
// commands that begin with a dot, completion, history, paging. It knows
// nothing of where rows come from.
package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"

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
	// Formats are those that Print knows, for completion.
	Formats() []string
	Tables() []*tables.Table
	// Table finds a table as a query would, by any name that it may have.
	Table(ctx context.Context, name string) (*tables.Table, error)
	// Resources are those of the live cluster that no table is about.
	Resources(ctx context.Context) []*tables.Resource
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
	// Size is the terminal's, in characters and lines; nil where there is no
	// terminal.
	Size func() (width, height int)
	// History is the file that remembers statements; empty for none.
	History string

	format  string
	timing  bool
	explain bool
	// pending is what was typed of a statement that has not ended.
	pending string
}

// errQuit ends the shell.
var errQuit = errors.New("quit")

// Run reads statements from the terminal until .quit or the end of input.
func (s *Shell) Run(ctx context.Context, format string) error {
	s.format = format
	// The terminal's Ctrl-C stops the query and not the shell.
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM)
	defer stop()
	line := liner.NewLiner()
	defer line.Close()
	line.SetCtrlCAborts(true)
	line.SetMultiLineMode(true)
	line.SetTabCompletionStyle(liner.TabPrints)
	line.SetWordCompleter(func(text string, pos int) (string, []string, string) { return s.complete(ctx, text, pos) })
	s.load(line)
	fmt.Fprintln(s.Err, "SQL over Kubernetes. Statements end with ;   .help lists commands   Tab completes   Ctrl-D quits")
	for {
		in, err := s.ask(ctx, line)
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			s.pending = ""
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(s.Err)
			return nil
		case err != nil:
			return err
		}
		if name, ok := s.commandIn(in); ok {
			s.remember(line, strings.TrimSpace(in))
			err := s.command(ctx, name)
			if errors.Is(err, errQuit) {
				return nil
			}
			if err != nil {
				fmt.Fprintln(s.Err, "error:", tables.Clean(err.Error()))
			}
			continue
		}
		for _, st := range s.add(in) {
			s.remember(line, oneLine(st.SQL)+";")
			if s.run(ctx, st.SQL) {
				break
			}
		}
	}
}

// prompt says what a statement that has not ended is waiting for.
func (s *Shell) prompt() string {
	if s.pending == "" {
		return "kspm> "
	}
	if mark, _ := unclosed(s.pending); mark != "" {
		return fmt.Sprintf("%4s> ", mark)
	}
	return "  ... "
}

// ask prompts for a line. A signal that ends the process does not wait for it.
func (s *Shell) ask(ctx context.Context, line *liner.State) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err // before the terminal is made ready for a prompt
	}
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := line.Prompt(s.prompt())
		got <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.Err) // ends the prompt's line
		return "", ctx.Err()
	case a := <-got:
		return a.text, a.err
	}
}

// commandIn is the command that a line holds, if it begins no statement and
// goes on with none.
func (s *Shell) commandIn(in string) (string, bool) {
	in = strings.TrimSpace(in)
	if s.pending != "" {
		return "", false
	}
	switch strings.ToLower(strings.TrimSuffix(in, ";")) {
	case "quit", "exit", `\q`:
		return ".quit", true
	case "help", "?", `\?`:
		return ".help", true
	}
	return in, strings.HasPrefix(in, ".")
}

// add takes a line, and returns the statements that end in it.
func (s *Shell) add(in string) []Statement {
	statements, rest := Split(s.pending + in + "\n")
	s.pending = ""
	if !blank(rest) {
		s.pending = rest
	}
	return statements
}
