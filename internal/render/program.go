// Package render has kubectl, kustomize or helm make manifests, and says of
// each object which file a person would edit to change it.
package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
)

const (
	// maxOutput bounds the bytes that a program may print.
	maxOutput = 64 << 20
	// maxWords bounds what it may say on stderr.
	maxWords = 64 << 10
	maxTime  = 60 * time.Second
)

// Result is what was rendered.
type Result struct {
	Objects []manifest.Rendered
	// Words are what the program said on stderr though it succeeded.
	Words string
}

// program is one run of a program. Its limits are fields for tests alone.
type program struct {
	path string
	args []string
	most int
	wait time.Duration
}

func newProgram(path string, args ...string) *program {
	return &program{path: path, args: args, most: maxOutput, wait: maxTime}
}

// run returns what the program printed. An error is in the program's own words.
func (p *program) run(ctx context.Context, name string) (out []byte, words string, err error) {
	tooLong := fmt.Errorf("%s: stopped after %s", name, p.wait)
	limited, cancel := context.WithTimeoutCause(ctx, p.wait, tooLong)
	defer cancel()
	cmd := exec.CommandContext(limited, p.path, p.args...) //nolint:gosec // the program and the folder that the user named
	cmd.WaitDelay = 2 * time.Second                        // what it started may hold its output open
	stdout, stderr := &bounded{most: p.most, stop: cancel}, &bounded{most: maxWords}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	words = strings.TrimSpace(stderr.kept.String())
	switch {
	case ctx.Err() != nil:
		return nil, "", context.Cause(ctx)
	case stdout.over:
		return nil, "", fmt.Errorf("%s: more than %d MiB of manifests", name, p.most>>20)
	case errors.Is(context.Cause(limited), tooLong):
		return nil, "", tooLong
	case err != nil && words != "":
		return nil, "", fmt.Errorf("%s: %s", name, words)
	case err != nil:
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	return stdout.kept.Bytes(), words, nil
}

// bounded keeps the beginning of what is written. It stops the writer where it
// can, and else takes the rest and forgets it.
type bounded struct {
	kept bytes.Buffer // not embedded: its ReadFrom would take everything
	most int
	over bool
	stop func()
}

func (b *bounded) Write(p []byte) (int, error) {
	keep := p[:min(len(p), b.most-b.kept.Len())]
	b.kept.Write(keep)
	if len(keep) < len(p) {
		b.over = true
		if b.stop != nil {
			b.stop()
		}
	}
	return len(p), nil
}

// documents cuts what a program printed at its lines of ---.
func documents(out []byte) (docs [][]byte) {
	start := 0
	keep := func(doc []byte) {
		if len(bytes.TrimSpace(doc)) > 0 {
			docs = append(docs, doc)
		}
	}
	for i := 0; i < len(out); {
		end := len(out)
		if n := bytes.IndexByte(out[i:], '\n'); n >= 0 {
			end = i + n + 1
		}
		if string(bytes.TrimRight(out[i:end], " \t\r\n")) == "---" {
			keep(out[start:i])
			start = end
		}
		i = end
	}
	keep(out[start:])
	return docs
}
