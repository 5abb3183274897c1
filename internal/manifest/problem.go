package manifest

import (
	"cmp"
	"fmt"
	"slices"
)

// Problem is something that is wrong with a manifest.
type Problem struct {
	File string
	// Line and Column are 0 where they are not known.
	Line, Column int
	Msg          string
	// Fatal problems cost an object or more: the data is incomplete. Others
	// are notices.
	Fatal bool
	// Skipped marks the notice of a document, found in a folder, that is no
	// Kubernetes object: a tool's configuration, for example.
	Skipped bool
}

// String is the problem in one line, as a compiler would write it.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.File + ": " + p.Msg
	case p.Column == 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Msg)
}

// sortProblems sorts by line within each file and leaves files in their order.
func sortProblems(problems []Problem) {
	order := map[string]int{}
	for _, p := range problems {
		if _, ok := order[p.File]; !ok {
			order[p.File] = len(order)
		}
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line))
	})
}
