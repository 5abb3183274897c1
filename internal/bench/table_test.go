//go:build unix

package bench

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// figure is a line of the table.
type figure struct {
	name               string
	ours, floor, ratio string
	limit              string
	over               bool
}

var figures []figure

// TestMain prints the table after the benchmarks. A figure over its limit makes
// the run fail.
func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(built)
	print(os.Stdout)
	for _, f := range figures {
		if f.over {
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

func (r compared) reportCPU(b *testing.B, name string, limit float64) {
	figures = append(figures, figure{
		name + ": CPU", seconds(r.ours.cpu), seconds(r.floor.cpu), two(r.ratio),
		fmt.Sprintf("%.1f × floor", limit), r.ratio > limit,
	})
	b.ReportMetric(r.ours.cpu.Seconds(), "cpu-s")
	b.ReportMetric(r.floor.cpu.Seconds(), "floor-cpu-s")
	b.ReportMetric(r.ratio, "x-floor")
	b.ReportMetric(0, "ns/op")
}

func (r compared) reportMemory(b *testing.B, name string, limit int64) {
	figures = append(figures, figure{name + ": peak memory", mb(r.ours.rss), mb(r.floor.rss), "", mb(limit), r.ours.rss > limit})
	b.ReportMetric(float64(r.ours.rss)/1e6, "peak-MB")
}

func seconds(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.3f s", d.Seconds())
}

func two(ratio float64) string { return fmt.Sprintf("%.2f", ratio) }

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func mb(bytes int64) string { return fmt.Sprintf("%.0f MB", float64(bytes)/1e6) }

func print(w io.Writer) {
	if len(figures) == 0 {
		return
	}
	lines := [][]string{{"", "ours", "floor", "ratio", "limit", ""}}
	for _, f := range figures {
		verdict := "ok"
		if f.over {
			verdict = "OVER"
		}
		lines = append(lines, []string{f.name, f.ours, f.floor, f.ratio, f.limit, verdict})
	}
	widths := make([]int, len(lines[0]))
	for _, l := range lines {
		for i, cell := range l {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	fmt.Fprintln(w)
	for _, l := range lines {
		var b strings.Builder
		for i, cell := range l {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 || i == len(l)-1 {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
			b.WriteString("  ")
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	fmt.Fprintln(w)
}
