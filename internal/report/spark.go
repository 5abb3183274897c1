package report

import (
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const (
	sparkWidth = 15
	// sparkSpan is how many percent the height of a sparkline is at least, so that
	// little does not look like much.
	sparkSpan = 10.0
)

var sparks = []rune("▁▂▃▄▅▆▇█")

// spark draws the share of compliant assets from a time to another, blank where
// it is not known.
func spark(trend []posture.Sample, from, to time.Time) string {
	values := make([]float64, sparkWidth)
	low, high := 100.0, 0.0
	for i := range values {
		values[i] = -1
		end := from.Add(to.Sub(from) * time.Duration(i+1) / sparkWidth)
		for _, s := range trend {
			if s.At.After(end) {
				break
			}
			if percent, ok := s.Assets.Percent(); ok {
				values[i] = percent
			}
		}
		if values[i] >= 0 {
			low, high = min(low, values[i]), max(high, values[i])
		}
	}
	if low > high {
		return ""
	}
	if narrow := sparkSpan - (high - low); narrow > 0 {
		low = min(max(0, low-narrow/2), 100-sparkSpan)
		high = max(high, low+sparkSpan)
	}
	var b strings.Builder
	for _, v := range values {
		if v < 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(sparks[int((v-low)/(high-low)*float64(len(sparks)-1)+0.5)])
	}
	return b.String()
}

// spanned is a duration in words.
func spanned(d time.Duration) string {
	switch hours := int(d.Hours() + 0.5); {
	case hours < 1:
		return counted(max(1, int(d.Minutes()+0.5)), "minute")
	case hours < 48:
		return counted(hours, "hour")
	default:
		return counted((hours+12)/24, "day")
	}
}
