package manifest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
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
	last := func(p Problem) int { return cmp.Or(p.Line, math.MaxInt) }
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(last(a), last(b)))
	})
}

func (f *file) fatal(line, column int, msg string) {
	f.report(Problem{Line: line, Column: column, Msg: msg, Fatal: true})
}

func (f *file) notice(line int, msg string) { f.report(Problem{Line: line, Msg: msg}) }

func (f *file) skipped(line int, msg string) { f.report(Problem{Line: line, Msg: msg, Skipped: true}) }

// full reports whether no more problems of the file are told, only counted.
func (f *file) full() bool { return len(f.problems) >= maxProblems }

// report adds a problem. Its message may quote the file, and is made harmless.
func (f *file) report(p Problem) {
	if f.full() {
		if p.Fatal {
			f.lost++
		} else {
			f.noted++
		}
		return
	}
	p.File = tables.Clean(f.name)
	if f.rendered {
		p.Line, p.Column = 0, 0
	}
	p.Msg = strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(tables.Clean(p.Msg))
	f.problems = append(f.problems, p)
}

// hopeless reports whether so much is wrong that reading on is of no use.
func (f *file) hopeless(line int) bool {
	if f.lost+f.noted < hopeless {
		return false
	}
	if !f.givenUp {
		f.givenUp = true
		f.problems = append(f.problems, Problem{File: tables.Clean(f.name), Line: line, Msg: "given up: too much is wrong with this file", Fatal: true})
	}
	return true
}

// finish tells of the problems that were not told.
func (f *file) finish() {
	if f.lost+f.noted > 0 {
		msg := fmt.Sprintf("and %d more problems in this file, %d of which cost an object", f.lost+f.noted, f.lost)
		f.problems = append(f.problems, Problem{File: tables.Clean(f.name), Msg: msg, Fatal: f.lost > 0})
	}
}
