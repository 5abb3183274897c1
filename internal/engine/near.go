package engine

import (
	"slices"
	"strings"
)

// nearest returns the candidate that name is most likely a slip for, or "".
func nearest(name string, candidates []string) string {
	want := plain(name)
	best, bestDistance, bestShared := "", (len(want)+2)/3, -1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		have := plain(c)
		d, common := distance(want, have), shared(want, have)
		switch {
		case have == want || have == want+"s" || have+"s" == want || have == want+"es":
			d = 0
		case len(want) >= 4 && (strings.HasPrefix(have, want) || strings.HasSuffix(have, want)):
			d = min(d, 1)
		}
		if d < bestDistance || d == bestDistance && common > bestShared {
			best, bestDistance, bestShared = c, d, common
		}
	}
	return best
}

// shared counts the bytes with which both begin, and with which both end.
func shared(a, b string) int {
	n := min(len(a), len(b))
	front, back := 0, 0
	for front < n && a[front] == b[front] {
		front++
	}
	for back < n && a[len(a)-1-back] == b[len(b)-1-back] {
		back++
	}
	return front + back
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
