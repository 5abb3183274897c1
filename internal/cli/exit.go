package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
)

// The exit codes.
const (
	exitClean      = 0
	exitFindings   = 1
	exitError      = 2 // usage or runtime error
	exitIncomplete = 3 // something that was asked for could not be assessed
	exitInterrupt  = 130
)

// codeError ends the program with a code; without a message it was said
// already.
type codeError struct {
	code int
	msg  string
}

func (e *codeError) Error() string { return e.msg }

func usagef(format string, args ...any) error {
	return &codeError{exitError, fmt.Sprintf(format, args...)}
}

// exit prints an error, if there is one to print, and returns the exit code.
func (a *app) exit(ctx context.Context, err error) int {
	var code *codeError
	var unread *rows.UnreadError
	var sql *engine.Error
	switch {
	case err == nil:
		return exitClean
	case errors.Is(err, io.ErrClosedPipe), errors.Is(err, syscall.EPIPE):
		return exitClean // the reader, such as head, has seen enough
	case errors.As(err, &code):
		if code.msg != "" {
			a.note("error: %s", code.msg)
		}
		return code.code
	case ctx.Err() != nil:
		a.note("interrupted")
		return exitInterrupt
	case errors.As(err, &unread):
		a.note("error: %v", err)
		return exitIncomplete
	case errors.As(err, &sql):
		a.note("error: %v", err)
		if caret := sql.Caret(); caret != "" {
			a.note("%s", caret)
		}
		return exitError
	}
	var path *os.PathError
	if errors.As(err, &path) {
		a.note("error: %s: %v", path.Path, path.Err)
		return exitError
	}
	a.note("error: %v", err)
	return exitError
}
