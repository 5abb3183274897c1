package manifest

import (
	"context"
	"errors"
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
	// text is kept of what cannot be read twice.
	text []byte
}

// span is where a document lies in its file.
type span struct {
	offset int64
	length int32
	line   int32
}

// read reads the file's documents, a broken one being no reason to stop.
func (f *file) read(ctx context.Context, r *reader, stdin io.Reader) {
	in := stdin
	if !f.stdin {
		h, err := os.Open(f.path)
		if err != nil {
			f.fatal(0, 0, "cannot be read: "+cause(err).Error())
			return
		}
		defer h.Close()
		in = h
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
		if len(d.text) > 0 || d.large {
			r.document(f, d)
		}
	}
	r.buf = s.buf
}

func (f *file) fatal(line, column int, msg string) {
	f.problems = append(f.problems, Problem{File: f.name, Line: line, Column: column, Msg: msg, Fatal: true})
}

func (f *file) notice(line int, msg string) {
	f.problems = append(f.problems, Problem{File: f.name, Line: line, Msg: msg})
}
