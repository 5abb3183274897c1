//go:build !race

package watch

const (
	ordinaryChanges = "2000"
	briefPods       = 1000
)
