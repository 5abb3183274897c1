package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// ended is a command that has ended.
type ended struct {
	code           int
	stdout, stderr string
}

// command is kubectl-kspm with no configuration but what args give it.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "kubectl-kspm", args...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	return cmd
}

func kspm(t *testing.T, args ...string) ended {
	t.Helper()
	cmd := command(t, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// check runs check -o json, which must end with the code, and reads its
// report.
func check(t *testing.T, code int, args ...string) (*posture.Report, string) {
	t.Helper()
	e := kspm(t, append([]string{"check", "-o", "json"}, args...)...)
	var r posture.Report
	if err := json.Unmarshal([]byte(e.stdout), &r); err != nil {
		t.Fatalf("%v: %v, exit code %d\n%s%s", args, err, e.code, e.stdout, e.stderr)
	}
	if e.code != code {
		t.Errorf("%v: exit code %d, want %d\n%s", args, e.code, code, e.stderr)
	}
	return &r, e.stderr
}

// reads are the resources that each rule needs, by rule id.
func reads(t *testing.T) map[string][]*tables.Resource {
	t.Helper()
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rules, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	reads := map[string][]*tables.Resource{}
	for _, r := range rules {
		compiled, err := assess.Compile(t.Context(), db, []*rule.Rule{r})
		if err != nil {
			t.Fatal(err)
		}
		reads[r.ID] = compiled.Needs()
	}
	return reads
}
