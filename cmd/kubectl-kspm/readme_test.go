package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	blockStart = "```console\n$ go run ./cmd/kubectl-kspm "
	blockEnd   = "```\n"
)

// TestReadme runs the commands of the README and compares what it shows. With
// -update it writes what they print.
func TestReadme(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "README.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	rest, blocks := string(text), 0
	for {
		before, after, ok := strings.Cut(rest, blockStart)
		if !ok {
			break
		}
		command, after, _ := strings.Cut(after, "\n")
		_, rest, ok = strings.Cut(after, blockEnd)
		if !ok {
			t.Fatal("README.md: a block is not closed")
		}
		out.WriteString(before + blockStart + command + "\n" + output(t, root, command) + blockEnd)
		blocks++
	}
	out.WriteString(rest)
	if blocks < 3 {
		t.Errorf("%d commands found, want 3 or more", blocks)
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(out.String(), string(text)); diff != "" {
		t.Errorf("README.md is out of date; -update rewrites it (-want +got):\n%s", diff)
	}
}

// output is what the command writes to stdout when a shell runs it.
func output(t *testing.T, root, command string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", `exec kubectl-kspm `+command)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); err != nil && code != 1 {
		t.Fatalf("%s: exit %d\n%s", command, code, errs.String())
	}
	return out.String()
}
