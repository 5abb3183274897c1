package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
)

// ErrEmpty says that a script has nothing in it to do.
var ErrEmpty = errors.New("no statement")

// run runs one statement at the terminal: Ctrl-C stops it, and what is wrong
// with it is shown.
func (s *Shell) run(ctx context.Context, sql string) (stopped bool) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	err := s.answer(ctx, sql)
	switch {
	case err != nil && ctx.Err() != nil:
		fmt.Fprintln(s.Err, "stopped")
	case err != nil:
		fmt.Fprintln(s.Err, s.Explain(err))
	}
	return ctx.Err() != nil
}

// answer runs one statement and prints its result.
func (s *Shell) answer(ctx context.Context, sql string) error {
	start := time.Now()
	result, err := s.Query(ctx, sql, s.explain)
	took := time.Since(start)
	if err != nil {
		return err
	}
	if err := s.show(ctx, result); err != nil {
		return err
	}
	for _, n := range result.Notes {
		fmt.Fprintln(s.Err, n)
	}
	if s.timing {
		fmt.Fprintf(s.Err, "%s in %s\n", count(len(result.Rows), "row"), took.Round(time.Millisecond))
	}
	return nil
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Script runs the statements and commands of a text, and stops at the first
// error.
func (s *Shell) Script(ctx context.Context, in io.Reader, format string) error {
	s.format = format
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // a byte order mark, as Windows' editors write
	empty, n := true, 0
	for line := range strings.Lines(string(text)) {
		n++
		if name, ok := s.commandIn(line); ok {
			empty = false
			switch err := s.command(ctx, name); {
			case errors.Is(err, errQuit):
				return nil
			case err != nil:
				return fmt.Errorf("line %d: %w", n, err)
			}
			continue
		}
		begins := n - strings.Count(s.pending, "\n")
		for _, st := range s.add(strings.TrimSuffix(line, "\n")) {
			empty = false
			if err := s.scripted(ctx, st, begins); err != nil {
				return err
			}
		}
	}
	if last, ok := statement(s.pending, 0, len(s.pending)); ok {
		return s.scripted(ctx, last, n+1-strings.Count(s.pending, "\n"))
	}
	if empty {
		return ErrEmpty
	}
	return nil
}

// scripted runs one statement of a script, of a part that begins in a line of
// it: errors count lines from the beginning of the script.
func (s *Shell) scripted(ctx context.Context, st Statement, begins int) error {
	return s.answer(ctx, strings.Repeat("\n", begins+st.Line-2)+st.SQL)
}
