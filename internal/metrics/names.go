package metrics

import (
	"cmp"
	"slices"
	"strings"
)

// maxClusters is how many have series of their own.
const maxClusters = 500

// other is the label of the clusters beyond, which are summed up.
const other = "other"

// names are the labels of clusters by uid: what people call them, or the uid
// where two are called alike. Which of them have their own does not depend on
// how they stand, so that series last.
func names(n int, of func(i int) (uid, name string)) map[string]string {
	type cluster struct{ uid, name string }
	var all []cluster
	called := map[string]int{}
	for i := range n {
		uid, name := of(i)
		name = strings.ToValidUTF8(cmp.Or(name, uid), "?")
		all = append(all, cluster{uid, name})
		called[name]++
	}
	slices.SortFunc(all, func(a, b cluster) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.uid, b.uid)) })
	labels := make(map[string]string, n)
	for i, c := range all {
		switch {
		case i >= maxClusters:
			labels[c.uid] = other
		case called[c.name] > 1 || c.name == other:
			labels[c.uid] = c.uid
		default:
			labels[c.uid] = c.name
		}
	}
	return labels
}
