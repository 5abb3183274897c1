package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// document is one document of a YAML stream, or one file of JSON.
type document struct {
	// text is valid until the next document is asked for.
	text []byte
	// line and offset say where in the file text begins.
	line   int
	offset int64
	// large documents are over the limit; their text is not kept.
	large bool
	// sep is what follows the --- that begins the document on its line, where
	// that is not allowed.
	sep   string
	index lines
}

// splitter cuts a stream into documents at lines of --- and .... It holds one
// document in memory.
type splitter struct {
	r     io.Reader
	limit int
	buf   []byte // unread bytes are buf[pos:]
	pos   int
	line  int // line and offset of buf[pos]
	off   int64
	eof   bool
	err   error
	begun bool
}

func newSplitter(r io.Reader, buf []byte, limit int) *splitter {
	return &splitter{r: r, buf: buf[:0], line: 1, limit: limit}
}

// endless is how many bytes of a document are passed over before its end is no
// longer looked for: a device or a pipe may have none.
const endless = 256 << 20

// next returns the next document, or io.EOF.
func (s *splitter) next() (document, error) {
	if !s.begun {
		s.begun = true
		s.more(4)
		if bytes.HasPrefix(s.buf, []byte("\xef\xbb\xbf")) {
			s.pos, s.off = 3, 3
		}
	}
	for s.at() == sepEnd {
		s.skipLine()
	}
	if s.pos == len(s.buf) && !s.more(1) {
		if s.err != nil {
			return document{}, s.err
		}
		return document{}, io.EOF
	}
	d := document{}
	if s.at() == sepStart {
		s.skip(3)
		d.sep = s.afterSep()
	}
	d.line, d.offset = s.line, s.off
	n := 0
	for {
		end, kind := s.boundary(n)
		if kind == sepStart && !d.large && directives(s.buf[s.pos:s.pos+end]) {
			n = end + 3
			continue
		}
		if kind == sepNone && end > s.limit+4 {
			d.large = true
			s.skip(max(0, end-4))
			if s.off-d.offset > endless {
				s.err = fmt.Errorf("a document of more than %d MiB: nothing that follows was read", endless>>20)
				return document{line: d.line}, s.err
			}
			s.more(1 << 16)
			n = 0
			continue
		}
		if kind == sepNone && s.more(len(s.buf)-s.pos+1) {
			n = max(0, end-4)
			continue
		}
		if end > s.limit {
			d.large = true
		}
		if !d.large {
			d.text = s.buf[s.pos : s.pos+end]
		}
		s.skip(end)
		return d, nil
	}
}

// directives reports whether text is nothing but comments and at least one
// directive: the --- after it does not end a document but begins its content.
func directives(text []byte) bool {
	found := false
	for line := range bytes.Lines(text) {
		switch t := bytes.TrimSpace(line); {
		case line[0] == '%':
			found = true
		case len(t) > 0 && t[0] != '#':
			return false
		}
	}
	return found
}

type sepKind int

const (
	sepNone  sepKind = iota
	sepStart         // ---
	sepEnd           // ...
)

// boundary finds the first separator at or after n bytes on; without one it
// returns all that is buffered.
func (s *splitter) boundary(n int) (int, sepKind) {
	b := s.buf[s.pos:]
	start := s.sepIndex(b, n, "\n---", false)
	if start >= 0 {
		b = b[:start+1]
	}
	switch end := s.sepIndex(b, n, "\n...", true); {
	case end >= 0:
		return end + 1, sepEnd
	case start >= 0:
		return start + 1, sepStart
	}
	return len(b), sepNone
}

// sepIndex finds a separator, which may have to be followed by a blank.
func (s *splitter) sepIndex(b []byte, from int, sep string, blank bool) int {
	for {
		i := bytes.Index(b[from:], []byte(sep))
		if i < 0 {
			return -1
		}
		i += from
		if after := i + len(sep); !blank || after < len(b) && isBlank(b[after]) || after == len(b) && s.eof {
			return i
		}
		from = i + 1
	}
}

// at says which separator the unread bytes begin with.
func (s *splitter) at() sepKind {
	s.more(4)
	b := s.buf[s.pos:]
	switch {
	case bytes.HasPrefix(b, []byte("---")):
		return sepStart
	case bytes.HasPrefix(b, []byte("...")) && (len(b) == 3 || isBlank(b[3])):
		return sepEnd
	}
	return sepNone
}

// afterSep returns what follows a --- if it is neither blank nor a flow
// collection, which may stand there.
func (s *splitter) afterSep() string {
	for !s.eof && bytes.IndexByte(s.buf[s.pos:], '\n') < 0 && len(s.buf)-s.pos < 1<<10 {
		s.more(len(s.buf) - s.pos + 1)
	}
	line, _, _ := bytes.Cut(s.buf[s.pos:], []byte("\n"))
	rest := bytes.TrimSpace(line)
	if len(rest) == 0 || rest[0] == '#' || isBlank(line[0]) && bytes.IndexByte([]byte("{[!&"), rest[0]) >= 0 {
		return ""
	}
	return string(rest[:min(len(rest), 40)])
}

// skip moves on by n bytes.
func (s *splitter) skip(n int) {
	s.line += bytes.Count(s.buf[s.pos:s.pos+n], []byte("\n"))
	s.off += int64(n)
	s.pos += n
}

func (s *splitter) skipLine() {
	for {
		if i := bytes.IndexByte(s.buf[s.pos:], '\n'); i >= 0 {
			s.skip(i + 1)
			return
		}
		s.skip(len(s.buf) - s.pos)
		if !s.more(1) {
			return
		}
	}
}

// more reads until n bytes are unread, and reports whether there are.
func (s *splitter) more(n int) bool {
	for len(s.buf)-s.pos < n && !s.eof {
		if s.pos > 0 {
			s.buf = s.buf[:copy(s.buf, s.buf[s.pos:])]
			s.pos = 0
		}
		if len(s.buf) == cap(s.buf) {
			grown := make([]byte, len(s.buf), max(64<<10, 2*cap(s.buf)))
			copy(grown, s.buf)
			s.buf = grown
		}
		m, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+m]
		if err != nil {
			s.eof = true
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
		}
	}
	return len(s.buf)-s.pos >= n
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
