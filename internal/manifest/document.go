package manifest

import (
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Document is the text of one document within a file.
type Document struct {
	// Path leads to the file; it is empty for stdin.
	Path   string
	Offset int64
	// Line is where the document begins, from 1.
	Line int
	Text []byte
}

// Document returns the document of the object that begins in a line of a file.
func (f *Files) Document(name string, line int) (Document, bool) {
	i := slices.IndexFunc(f.files, func(x *file) bool { return tables.Clean(x.name) == tables.Clean(name) })
	if i < 0 {
		return Document{}, false
	}
	x := f.files[i]
	n, found := slices.BinarySearchFunc(x.docs, line, func(s span, line int) int { return int(s.line) - line })
	if !found {
		n--
	}
	if n < 0 {
		return Document{}, false
	}
	text := x.reread(n)
	doc := Document{Path: x.path, Offset: x.docs[n].offset, Line: int(x.docs[n].line), Text: text}
	if x.stdin {
		doc.Path = ""
	}
	return doc, len(text) > 0
}
