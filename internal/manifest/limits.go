package manifest

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest/yamljson"
)

const (
	// maxTotal bounds the bytes that are read in one run, and maxObjects what
	// comes of them.
	maxTotal   = 1 << 30
	maxObjects = 250_000
	// maxDocument bounds the bytes of one document.
	maxDocument = 32 << 20
	// maxEntries bounds what folders may hold.
	maxEntries = 1_000_000
	// maxProblems bounds what is told of one file. After hopeless ones it is
	// not read on.
	maxProblems = 100
	hopeless    = 10_000
)

// quota is what all readers of a run may take together.
type quota struct {
	bytes, objects atomic.Int64
}

// object counts one object and reports whether it is one too many.
func (q *quota) object() bool { return q.objects.Add(1) <= maxObjects }

func (q *quota) read(n int64) bool { return q.bytes.Add(n) <= maxTotal }

// err is what to say if the quota was used up.
func (q *quota) err() error {
	switch {
	case q.objects.Load() > maxObjects:
		return fmt.Errorf("more than %d objects in these manifests", maxObjects)
	case q.bytes.Load() > maxTotal:
		return fmt.Errorf("more than %d MiB of manifests", maxTotal>>20)
	}
	return nil
}

// arena allocates small pieces of memory that live as long as the source.
type arena struct{ free []byte }

func (a *arena) alloc(n int) []byte {
	const chunk = 256 << 10
	if n > chunk/8 {
		return make([]byte, n)
	}
	if n > len(a.free) {
		a.free = make([]byte, chunk)
	}
	b := a.free[:n:n]
	a.free = a.free[n:]
	return b
}

// measure checks JSON against the limits of depth and of fields.
func measure(text []byte) error {
	depth, entries := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = stringEnd(text, i) - 1
		case '{', '[':
			if depth++; depth > yamljson.MaxDepth {
				return yamljson.ErrDepth
			}
		case '}', ']':
			depth--
		case ',':
			if entries++; entries > yamljson.MaxEntries {
				return yamljson.ErrEntries
			}
		}
	}
	return nil
}

func (f *file) tooMuch(line int, err error) {
	msg := fmt.Sprintf("refused: more than %d fields in one document", yamljson.MaxEntries)
	if errors.Is(err, yamljson.ErrDepth) {
		msg = fmt.Sprintf("refused: nested more than %d levels deep", yamljson.MaxDepth)
	}
	f.fatal(line, 0, msg)
}
