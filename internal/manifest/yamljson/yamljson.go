// Package yamljson turns one document of YAML into JSON, as
// sigs.k8s.io/yaml.YAMLToJSON does, some ten times faster.
//
// It reads the YAML that people and tools write for Kubernetes: block and flow
// collections, plain, quoted, literal and folded scalars, comments. Whatever
// else there is (anchors, tags, merges, complex keys, tabs between tokens, and
// everything that is an error) it does not try to understand: it returns
// ErrSubset, and the caller asks the real library. What it does convert means
// the same; a fuzz target holds it to that.
package yamljson

import (
	"bytes"
	"errors"
)

const (
	// MaxDepth bounds how deep collections nest; MaxEntries how many keys and
	// items a document has.
	MaxDepth   = 200
	MaxEntries = 1_000_000
)

var (
	// ErrSubset says that the text is not of the subset that is read here.
	ErrSubset = errors.New("not in the subset of YAML")
	// ErrDepth and ErrEntries say that the text is too deep or too large for
	// anybody to read.
	ErrDepth   = errors.New("nested too deep")
	ErrEntries = errors.New("too many fields")
)

// Item is an element of the list "items" at the top of a document, where it is
// a block sequence: its place in the JSON, and the line it begins in, from 0.
type Item struct {
	Start, End, Line int
}

// Converter converts one document after another in the same memory.
type Converter struct {
	// Out is the memory that JSON is written to; it grows where it must.
	Out []byte
	parser
}

// Convert converts a document. The JSON and the items are valid until the next
// call.
func (c *Converter) Convert(text []byte) ([]byte, []Item, error) {
	err := c.run(text, nil)
	c.Out = c.out
	return c.out, c.items, err
}

// Locate finds the line, from 0, of the field or item that a path of keys and
// indexes leads to, and how many steps of the path there are in the text.
func (c *Converter) Locate(text []byte, path []Step) (line, steps int, err error) {
	err = c.run(text, path)
	return c.foundLine, c.found, err
}

// Step is one step of a path: a key, or an index where Key is empty.
type Step struct {
	Key   string
	Index int
}

// Reached is the line, from 0, up to which the text has been read: after
// ErrSubset, that of the first thing that was not understood.
func (c *Converter) Reached() int { return c.line(min(c.pos, len(c.src))) }

func (c *Converter) run(text []byte, path []Step) error {
	text, ok := c.clean(text)
	c.parser = parser{src: text, path: path, out: c.Out[:0], items: c.items[:0], keys: c.keys[:0], tmp: c.tmp}
	if ok && c.document() {
		return nil
	}
	if c.err == nil {
		return ErrSubset
	}
	return c.err
}

// clean returns text with line feeds for line ends. It reports whether all
// characters are ones that may stand in YAML and do not end a line in secret.
func (c *Converter) clean(text []byte) ([]byte, bool) {
	var classes byte
	for _, b := range text {
		classes |= class[b]
	}
	if classes&bad != 0 || classes&high != 0 && !printable(text) {
		return text, false
	}
	if classes&cr != 0 {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
		return text, bytes.IndexByte(text, '\r') < 0
	}
	return text, true
}
