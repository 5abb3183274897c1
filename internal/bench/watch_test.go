//go:build unix

package bench

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// BenchmarkWatch watches clusters and changes their pods: a change is to cost the
// same whatever the size of the cluster.
func BenchmarkWatch(b *testing.B) {
	type cost struct {
		Change, Churn, Status, P99, Whole, Idle float64
		Live                                    int64
	}
	watching := func(pods int) (c cost) {
		u := command{name: binary(b, "watching"), args: []string{fmt.Sprint(pods)}}.run(b)
		if err := json.Unmarshal([]byte(u.stdout), &c); err != nil {
			b.Fatal(err)
		}
		return c
	}
	const pods, fewer = 50_000, 1000
	small, large := watching(fewer), watching(pods)
	cpu := func(what string, ours, floor, limit float64) {
		ratio := ours / floor
		figures = append(figures, figure{
			"watch: " + what + ": CPU", seconds(duration(1000 * ours)), seconds(duration(1000 * floor)), two(ratio),
			fmt.Sprintf("%.1f × that of %s pods", limit, thousands(fewer)), ratio > limit,
		})
	}
	cpu(fmt.Sprintf("a pod that changes, of %s", thousands(pods)), large.Change, small.Change, 1.5)
	const second = time.Second
	p99, idle := duration(1000*large.P99), duration(1000*large.Idle)
	figures = append(figures,
		figure{name: "watch: from a change to its findings, p99", ours: seconds(p99), limit: seconds(second), over: p99 > second},
		figure{name: "watch: a change of status that no rule sees: CPU", ours: seconds(duration(1000 * large.Status)), limit: "2.0 ms", over: large.Status > 0.002},
		figure{name: "watch: a second in which nothing changes: CPU", ours: seconds(idle), limit: "10.0 ms", over: idle > 10*time.Millisecond},
		figure{name: fmt.Sprintf("watch: memory in use, %s pods", thousands(pods)), ours: mb(large.Live), limit: mb(450e6), over: large.Live > 450e6},
	)
	b.ReportMetric(large.Change*1000, "ms-of-CPU/change")
	b.ReportMetric(float64(large.Live)/1e6, "live-MB")
	b.ReportMetric(0, "ns/op")
}
