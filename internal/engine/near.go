package engine

import (
	"slices"
	"strings"
)

// nearest returns the candidate that name is most likely a slip for, or "".
func nearest(name string, candidates []string) string {
	want := plain(name)
	best, bestDistance := "", 1+len(want)/3
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		have := plain(c)
		d := distance(want, have)
		switch {
		case have == want || have == want+"s" || have+"s" == want || have == want+"es":
			d = 0
		case len(want) >= 4 && (strings.HasPrefix(have, want) || strings.HasSuffix(have, want)):
			d = min(d, 1)
		}
		if d < bestDistance || d == bestDistance && best == "" {
			best, bestDistance = c, d
		}
	}
	return best
}

// plain leaves of a name what people remember: no prefix, underscores or case.
func plain(name string) string {
	name = strings.TrimPrefix(strings.ToLower(name), "k8s_")
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return -1
		}
		return r
	}, name)
}

// distance is the number of edits, a swap of neighbours being one, that turn a
// into b (optimal string alignment).
func distance(a, b string) int {
	prev2 := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, prev[j]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}
