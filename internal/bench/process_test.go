//go:build unix

package bench

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// usage is what one process took.
type usage struct {
	cpu    time.Duration // user and system
	rss    int64         // bytes at its peak
	stdout string
	stderr string
}

// command is a process to measure.
type command struct {
	name string
	args []string
	env  []string
	// findings tells that exit code 1 is a good one.
	findings bool
}

func (c command) run(tb testing.TB) usage {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), c.name, c.args...)
	cmd.Env = append(os.Environ(), c.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !(c.findings && errors.As(err, &exit) && (exit.ExitCode() == 1 || exit.ExitCode() == 3)) {
		tb.Fatalf("%s: %v\n%s", cmd, err, stderr.String())
	}
	u := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	rss := u.Maxrss
	if runtime.GOOS == "linux" {
		rss *= 1024
	}
	return usage{time.Duration(u.Utime.Nano() + u.Stime.Nano()), rss, stdout.String(), stderr.String()}
}

// pairs is how often two processes are measured one after the other.
func pairs() int {
	n, err := strconv.Atoi(os.Getenv("KSPM_BENCH_PAIRS"))
	if err != nil || n < 1 {
		return 7
	}
	return n
}

// compared is what interleaved runs of two processes took: medians, so that
// what else the machine does matters little.
type compared struct {
	ours, floor usage
	// ratio is the median of the pairs' ratios of CPU.
	ratio float64
}

func compare(tb testing.TB, ours, floor command) compared {
	tb.Helper()
	ours.run(tb) // files and servers warm up
	floor.run(tb)
	var a, b []usage
	var ratios []float64
	for i := range pairs() {
		var x, y usage
		if i%2 == 0 {
			x, y = ours.run(tb), floor.run(tb)
		} else {
			y, x = floor.run(tb), ours.run(tb)
		}
		a, b = append(a, x), append(b, y)
		ratios = append(ratios, x.cpu.Seconds()/y.cpu.Seconds())
	}
	return compared{typical(a), typical(b), median(ratios)}
}

// typical has the median of each figure.
func typical(runs []usage) usage {
	out := runs[0]
	var cpu []time.Duration
	var rss []int64
	for _, r := range runs {
		cpu, rss = append(cpu, r.cpu), append(rss, r.rss)
	}
	out.cpu, out.rss = median(cpu), median(rss)
	return out
}

func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// built is the folder of the binaries, once build has made it.
var built string

// build makes the binaries, once.
var build = sync.OnceValues(func() (dir string, err error) {
	dir, err = os.MkdirTemp("", "kspm-bench-")
	if err != nil {
		return "", err
	}
	built = dir
	for _, path := range []string{"cmd/kubectl-kspm", "internal/bench/floor", "internal/bench/fill", "internal/bench/watching"} {
		// As make build does.
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", dir, "../../"+path)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return dir, errors.Join(err, errors.New(string(out)))
		}
	}
	return dir, nil
})

func kspm(tb testing.TB, args ...string) command {
	return command{name: binary(tb, "kubectl-kspm"), args: args}
}

func floor(tb testing.TB, args ...string) command {
	return command{name: binary(tb, "floor"), args: args}
}

func binary(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := build()
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// with adds to the environment.
func (c command) with(env ...string) command {
	c.env = append(slices.Clone(c.env), env...)
	return c
}

// failing takes for good the exit codes of findings, and of kubelets that no
// loaded node has: what they would say is not assessed.
func (c command) failing() command {
	c.findings = true
	return c
}
