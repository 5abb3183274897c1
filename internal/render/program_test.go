package render

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// script writes a program of a shell's lines.
func script(t *testing.T, name, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestProgramIsBounded(t *testing.T) {
	for _, test := range []struct{ name, lines, want string }{
		{"its own words", "echo 'no such chart' >&2; exit 1", "render: no such chart"},
		{"no words", "exit 3", "render: exit status 3"},
		{"endless output", "yes", "render: more than 1 MiB of manifests"},
		{"endless time", "sleep 60 & sleep 60", "render: stopped after 1s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newProgram(script(t, "render", test.lines))
			p.most, p.wait = 1<<20, time.Second
			start := time.Now()
			_, _, err := p.run(t.Context(), "render")
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestProgramEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	start := time.Now()
	_, _, err := newProgram(script(t, "render", "exec sleep 60")).run(ctx, "render")
	if !errors.Is(err, context.Canceled) || time.Since(start) > 20*time.Second {
		t.Errorf("got %v after %s", err, time.Since(start))
	}
}

func TestDocuments(t *testing.T) {
	got := documents([]byte("---\na: 1\n--- \nb: |\n  ---\n  c\n---\n\n---\nd: 1"))
	var texts []string
	for _, d := range got {
		texts = append(texts, strings.TrimSpace(string(d)))
	}
	if diff := cmp.Diff([]string{"a: 1", "b: |\n  ---\n  c", "d: 1"}, texts); diff != "" {
		t.Error(diff)
	}
}
