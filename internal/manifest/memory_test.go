//go:build !race

package manifest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// TestMemory holds the peak memory of a process that reads 10,000 objects and
// gives each of them once. The whole program may use 150 MB.
func TestMemory(t *testing.T) {
	if dir := os.Getenv("MANIFEST_READ"); dir != "" {
		readAll(t, dir)
		printPeak(t)
		return
	}
	if testing.Short() {
		t.Skip("reads 10,000 objects")
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("no /proc")
	}
	dir, _ := corpus(t, 10_000)
	if mb, _, _ := peak(t, "TestMemory", "MANIFEST_READ="+dir); mb > 90 {
		t.Errorf("%d MB", mb)
	} else {
		t.Logf("%d MB", mb)
	}
}

func printPeak(t *testing.T) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s\n", regexp.MustCompile(`VmHWM:.*`).Find(status))
}

// peak runs one test in a process of its own, and returns the megabytes of
// memory that it says it had at most, its CPU time, and all that it said.
func peak(t *testing.T, test, env string) (mb int, cpu time.Duration, out string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), env)
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		t.Fatalf("no VmHWM in %s", bytes.TrimSpace(text))
	}
	kb, _ := strconv.Atoi(string(m[1]))
	return kb >> 10, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), string(text)
}
