//go:build unix

package bench

import (
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// result is a line of internal/engine's benchmark:
// BenchmarkAgainstSQLite/like-2   100   1.2 ms   0.9 ratio   1.3 sqlite-ms
var result = regexp.MustCompile(`(?m)^BenchmarkAgainstSQLite/(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// BenchmarkEngine has internal/engine compare its queries, on 100,000 rows,
// with SQLite's own tables in memory.
func BenchmarkEngine(b *testing.B) {
	const limit = 1.5
	cmd := exec.CommandContext(b.Context(), "go", "test", "-run=^$", "-bench=AgainstSQLite", "../engine")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	lines := result.FindAllStringSubmatch(string(out), -1)
	if len(lines) == 0 {
		b.Fatalf("no result:\n%s", out)
	}
	for _, line := range lines {
		metric := func(unit string) float64 {
			m := regexp.MustCompile(`([\d.e+-]+) ` + unit + `\b`).FindStringSubmatch(line[2])
			if m == nil {
				b.Fatalf("no %s in %q", unit, line[0])
			}
			v, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			return v
		}
		ours, theirs, ratio := metric("ms"), metric("sqlite-ms"), metric("ratio")
		figures = append(figures, figure{"engine, 100,000 rows: " + line[1], seconds(duration(ours)), seconds(duration(theirs)), two(ratio), "1.5 × SQLite", ratio > limit})
		b.ReportMetric(ratio, line[1]+"-ratio")
	}
	b.ReportMetric(0, "ns/op")
}

func duration(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
