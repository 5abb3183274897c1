package report

import (
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

func TestSpark(t *testing.T) {
	from := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return from.AddDate(0, 0, n) }
	at := func(n, compliant int) posture.Sample {
		return posture.Sample{At: day(n), Assets: posture.AssetSummary{Total: 100, Compliant: compliant}}
	}
	for _, tt := range []struct {
		name  string
		trend []posture.Sample
		want  string
	}{
		{"nothing is known", nil, ""},
		{"nothing was judged", []posture.Sample{{At: from}}, ""},
		{"it rises", []posture.Sample{at(0, 0), at(7, 50), at(15, 100)}, "▁▁▁▁▁▁▅▅▅▅▅▅▅▅█"},
		{"known later", []posture.Sample{at(10, 80)}, "         ▅▅▅▅▅▅"},
		{"all is well", []posture.Sample{at(0, 100)}, "███████████████"},
		{"all is bad", []posture.Sample{at(0, 0)}, "▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁"},
		{"little is little", []posture.Sample{at(0, 70), at(8, 71)}, "▄▄▄▄▄▄▄▅▅▅▅▅▅▅▅"},
	} {
		if got := spark(tt.trend, from, day(15)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
