package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"unicode/utf8"
)

// fewRows is how many rows that are wider than the screen are shown one below
// the other, a column a line.
const fewRows = 5

// show prints a result: through the pager when it is larger than the screen.
func (s *Shell) show(ctx context.Context, r *Result) error {
	var b bytes.Buffer
	if err := s.Print(&b, s.format, r); err != nil {
		return err
	}
	inColumns := s.format == "table" || s.format == "wide"
	if text := b.Bytes(); s.Size != nil && len(text) > 0 && text[len(text)-1] != '\n' {
		b.WriteByte('\n') // of a jsonpath: the prompt begins a line of its own
	}
	if s.Size == nil || !inColumns || len(r.Rows) > fewRows {
		return s.page(ctx, b.Bytes(), inColumns)
	}
	if screen, _ := s.Size(); width(b.Bytes()) <= screen {
		return s.page(ctx, b.Bytes(), inColumns)
	}
	b.Reset()
	if err := s.upright(&b, r); err != nil {
		return err
	}
	return s.page(ctx, b.Bytes(), false)
}

// upright prints each row as a table of its columns.
func (s *Shell) upright(w io.Writer, r *Result) error {
	for i, row := range r.Rows {
		if i > 0 {
			fmt.Fprintln(w)
		}
		t := &Result{Columns: []string{"column", fmt.Sprintf("row %d", i+1)}}
		for j, v := range row {
			t.Rows = append(t.Rows, []any{r.Columns[j], v})
		}
		if err := s.Print(w, "wide", t); err != nil {
			return err
		}
	}
	return nil
}

// page writes a text, through the pager when the screen does not hold it. Long
// lines are cut there, to be moved over, or else go on in the next one.
func (s *Shell) page(ctx context.Context, text []byte, cut bool) error {
	if s.Pager == "" || s.fits(text, cut) {
		return s.write(ctx, text)
	}
	cmd := exec.Command("sh", "-c", s.Pager) //nolint:gosec,noctx // the user's own PAGER, run as git and kubectl do; Ctrl-C is for it
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), s.Out, s.Err
	cmd.Env = os.Environ()
	if _, set := os.LookupEnv("LESS"); !set && cut {
		cmd.Env = append(cmd.Env, "LESS=RSX")
	} else if !set {
		cmd.Env = append(cmd.Env, "LESS=RX")
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err == nil || errors.As(err, &exit) && exit.ExitCode() != 126 && exit.ExitCode() != 127 {
		return nil // it did run: what it was told, and how it was ended, is the user's affair
	}
	return s.write(ctx, text)
}

// write writes until Ctrl-C.
func (s *Shell) write(ctx context.Context, text []byte) error {
	for len(text) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := s.Out.Write(text[:min(len(text), 1<<14)])
		if err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

func (s *Shell) fits(text []byte, cut bool) bool {
	if s.Size == nil {
		return true
	}
	w, h := s.Size()
	if cut && width(text) > w {
		return false
	}
	lines := 0
	for line := range bytes.Lines(text) {
		lines += 1 + (utf8.RuneCount(line)-2)/max(w, 1)
	}
	return lines < h
}

// width is that of the longest line, in characters.
func width(text []byte) int {
	longest := 0
	for line := range bytes.Lines(text) {
		longest = max(longest, utf8.RuneCount(bytes.TrimRight(line, "\n")))
	}
	return longest
}
