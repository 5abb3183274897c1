package manifest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxDocument bounds the bytes of one document.
const maxDocument = 32 << 20

// file is one file of manifests, or stdin, and what it gave.
type file struct {
	name, path string
	// named files are those the user named, not found in a folder.
	named bool
	stdin bool

	docs     []span
	objects  []object
	problems []Problem
	// templated is set once a template was reported.
	templated bool
	kept      int
}

// span is where a document lies in its file.
type span struct {
	offset int64
	length int32
	line   int32
	// text is kept of what cannot be read twice.
	text []byte
}

// maxKept bounds the text of stdin that is kept to find lines in; beyond it
// findings point to the object.
const maxKept = 64 << 20

// begin notes a document.
func (f *file) begin(d *document, twice bool) {
	s := span{offset: d.offset, length: int32(len(d.text)), line: int32(d.line)}
	if twice && f.kept+len(d.text) <= maxKept {
		s.text = bytes.Clone(d.text)
		f.kept += len(d.text)
	}
	f.docs = append(f.docs, s)
}

// read reads the file's documents, a broken one being no reason to stop.
func (f *file) read(ctx context.Context, r *reader, stdin io.Reader) {
	in, once := stdin, true
	if !f.stdin {
		h, err := os.Open(f.path)
		if err != nil {
			f.fatal(0, 0, "cannot be read: "+cause(err).Error())
			return
		}
		defer h.Close()
		in = h
		if info, err := h.Stat(); err == nil {
			once = !info.Mode().IsRegular()
			r.expect(int(min(info.Size(), maxDocument)))
		}
	}
	if in == nil {
		f.fatal(0, 0, "nothing to read")
		return
	}
	s := newSplitter(in, r.buf, maxDocument)
	for ctx.Err() == nil {
		d, err := s.next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				f.fatal(s.line, 0, "cannot be read: "+cause(err).Error())
			}
			break
		}
		if s.off > maxTotal {
			f.fatal(d.line, 0, fmt.Sprintf("refused: more than %d MiB in one stream", maxTotal>>20))
			break
		}
		r.document(f, &d, once)
	}
	r.buf = s.buf
	r.release()
}

func (f *file) fatal(line, column int, msg string) {
	f.problems = append(f.problems, Problem{File: f.name, Line: line, Column: column, Msg: msg, Fatal: true})
}

func (f *file) notice(line int, msg string) {
	f.problems = append(f.problems, Problem{File: f.name, Line: line, Msg: msg})
}

func (f *file) skipped(line int, msg string) {
	f.problems = append(f.problems, Problem{File: f.name, Line: line, Msg: msg, Skipped: true})
}
