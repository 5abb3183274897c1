package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

// Ctrl-C ends a query, and a list that hangs, at once and with code 130.
func TestInterrupt(t *testing.T) {
	pod := filepath.Join(t.TempDir(), "pod.yaml")
	if err := os.WriteFile(pod, []byte("{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: []}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("query over manifests", func(t *testing.T) { interrupt(t, "sql", "-f", pod, endless) })
	t.Run("query over a cluster", func(t *testing.T) {
		interrupt(t, "sql", "--kubeconfig", cluster(t).AdminKubeconfig,
			"SELECT count(*) FROM k8s_containers a, k8s_containers b, k8s_containers c, k8s_containers d WHERE a.name || b.name || c.name < d.name")
	})
	t.Run("pipe that nobody writes to", func(t *testing.T) {
		dir := t.TempDir()
		fifo, config := filepath.Join(dir, "fifo"), filepath.Join(dir, "kspm.yaml") // it is spoken of first
		if err := errors.Join(syscall.Mkfifo(fifo, 0o600), os.WriteFile(config, []byte("apiVersion: kspm.io/v1\nkind: Config\n"), 0o600)); err != nil {
			t.Fatal(err)
		}
		interrupt(t, "check", "-f", fifo)
	})
	t.Run("list that hangs", func(t *testing.T) {
		interrupt(t, append([]string{"check"}, faulty(t, true, on(tables.Pods, -1, hangs))...)...)
	})
	t.Run("server that waits", func(t *testing.T) {
		interrupt(t, append([]string{"check"}, faulty(t, true, on(tables.Pods, -1, says(429, "slow down", "Retry-After", "20")))...)...)
	})
}

// interrupt sends SIGINT to a command that has begun to work.
func interrupt(t *testing.T, args ...string) {
	t.Helper()
	cmd := command(t, args...)
	var stdout strings.Builder
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(stderr)
	if _, err := reader.ReadString('\n'); err != nil { // what it looks at
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	began := time.Now()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 || stdout.Len() > 0 || !strings.HasSuffix(string(rest), "interrupted\n") {
		t.Errorf("exit code %d, stderr %q, stdout %q", code, rest, stdout.String())
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %s to end", took)
	}
}
