package manifest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest/yamljson"
)

// file is one file of manifests, or stdin, and what it gave.
type file struct {
	name, path string
	// named files are those the user named, not found in a folder.
	named bool
	stdin bool
	// rendered files are read from text, which is let go of then.
	rendered bool
	text     []byte

	docs     []span
	objects  []object
	problems []Problem
	// lost and noted count the problems that are not told, beyond maxProblems.
	lost, noted int
	givenUp     bool
	// templated is set once a template was reported.
	templated bool
	// kept is the text of documents that cannot be read twice.
	kept     map[int][]byte
	keptSize int
}

// span is where a document lies in its file.
type span struct {
	offset int64
	length int32
	line   int32
}

// maxKept bounds the text of stdin that is kept to find lines in; beyond it
// findings point to the object.
const maxKept = 64 << 20

// begin notes a document, with its text where that cannot be read again.
func (f *file) begin(s span, text []byte, once bool) {
	if once && f.keptSize+len(text) <= maxKept {
		if f.kept == nil {
			f.kept = map[int][]byte{}
		}
		f.kept[len(f.docs)] = bytes.Clone(text)
		f.keptSize += len(text)
	}
	f.docs = append(f.docs, s)
}

// largeFile is what only one goroutine at a time may read, for the memory.
const largeFile = 4 << 20

var largeFiles sync.Mutex

// read reads the file's documents, a broken one being no reason to stop.
func (f *file) read(ctx context.Context, r *reader, stdin io.Reader) {
	in, once := stdin, true
	switch {
	case f.rendered:
		in, once = bytes.NewReader(f.text), false
		f.text = nil
	case !f.stdin:
		h, err := os.Open(f.path)
		if err != nil {
			f.fatal(0, 0, "cannot be read: "+cause(err).Error())
			return
		}
		defer h.Close()
		in = h
		if info, err := h.Stat(); err == nil {
			once = !info.Mode().IsRegular()
			if info.Size() > largeFile {
				largeFiles.Lock()
				defer largeFiles.Unlock()
			}
			r.expect(int(min(info.Size(), maxDocument)))
		}
	}
	if in == nil {
		f.fatal(0, 0, "nothing to read")
		return
	}
	s := newSplitter(in, r.buf, maxDocument)
	for before := int64(0); ctx.Err() == nil && r.quota.read(s.off-before) && r.quota.err() == nil && !f.hopeless(s.line); {
		before = s.off
		d, err := s.next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				f.fatal(cmp.Or(d.line, s.line), 0, "cannot be read: "+cause(err).Error())
			}
			break
		}
		r.document(f, &d, once)
	}
	r.buf = s.buf
	r.release()
}

// expect makes room for a file of so many bytes.
func (r *reader) expect(size int) {
	if size++; size > cap(r.buf) { // the one more makes the end of the file known
		r.buf = make([]byte, 0, max(size, 64<<10))
	}
}

// release lets go of memory that a large document has needed.
func (r *reader) release() {
	if cap(r.buf) > 4<<20 {
		r.buf = nil
	}
	if cap(r.yaml.Out) > 4<<20 {
		r.yaml = yamljson.Converter{}
	}
}
