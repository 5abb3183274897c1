package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A file that is a pipe, as a shell makes for -o json=>(jq .), is written into
// and not replaced.
func TestOutputIntoPipe(t *testing.T) {
	dir := t.TempDir()
	pod, pipe := filepath.Join(dir, "pod.yaml"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(pod, []byte("{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: []}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	end, err := os.OpenFile(pipe, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	if e := kspm(t, "check", "-f", pod, "--rule", "NSA-07", "-o", "json="+pipe); e.code != 0 {
		t.Fatalf("exit code %d: %s", e.code, e.stderr)
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is gone: %v %v", info, err)
	}
	var report struct{ Kind string }
	if err := json.NewDecoder(end).Decode(&report); err != nil || report.Kind != "Report" {
		t.Errorf("%+v came out: %v", report, err)
	}
}
