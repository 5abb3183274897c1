//go:build race

package watch

// With -race all is several times as slow.
const (
	ordinaryChanges = "300"
	briefPods       = 300
)
