package manifest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest/yamljson"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// LineOf returns the line in which a field of an object stands. The object is
// the one whose File and Line are given; path is as in evidence:
// spec.containers[0].image, or metadata.labels["app.kubernetes.io/name"]. Where
// the field is absent it is the line of the deepest part of the path that is
// there, and at worst that of the object.
//
// The document is read again for this. Lookups are cheapest when those of one
// document follow each other.
func (f *Files) LineOf(file string, line int, path string) int {
	f.locating.Lock()
	defer f.locating.Unlock()
	if f.located.file != file || line < f.located.line || line >= f.located.line+f.located.height {
		f.located = f.relocate(file, line)
	}
	return f.located.lineOf(line, path)
}

// located is the text of a document that LineOf has read again.
type located struct {
	document
	file   string
	height int // in lines
}

func (f *Files) relocate(name string, line int) located {
	if f.byName == nil {
		f.byName = map[string]*file{}
		for _, x := range f.files {
			f.byName[tables.Clean(x.name)] = x
		}
	}
	x := f.byName[tables.Clean(name)]
	if x == nil {
		return located{}
	}
	n, found := slices.BinarySearchFunc(x.docs, line, func(s span, line int) int { return int(s.line) - line })
	if !found {
		n--
	}
	if n < 0 {
		return located{}
	}
	text := x.reread(n)
	return located{
		file: name, height: bytes.Count(text, []byte("\n")) + 1,
		document: document{line: int(x.docs[n].line), text: text},
	}
}

// reread returns the text of a document, or nothing where the file is gone.
func (f *file) reread(n int) []byte {
	if text, ok := f.kept[n]; ok {
		return text
	}
	s := f.docs[n]
	h, err := os.Open(f.path)
	if err != nil {
		return nil
	}
	defer h.Close()
	text := make([]byte, s.length)
	read, err := h.ReadAt(text, s.offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	return text[:read]
}

// lineOf finds the line of a path in the object that begins in a line.
func (d *document) lineOf(object int, path string) int {
	text := d.index.from(d.text, d.line, object)
	steps := parsePath(path)
	column := space(text, 0)
	switch {
	case column == len(text) || len(steps) == 0:
		return object
	case text[column] == '{':
		return object + jsonLine(text, column, steps)
	case text[column] == '-' && column+1 < len(text) && isBlank(text[column+1]):
		text = item(text, column)
	}
	var c yamljson.Converter
	line, found, err := c.Locate(text, steps)
	if err == nil || found == len(steps) {
		return object + line
	}
	var root yaml.Node
	if yaml.Unmarshal(text, &root) == nil {
		if _, line := walk(&root, steps); line > 0 {
			return object + line - 1
		}
	}
	return object
}

// item is the text of a list item, whose dash becomes a space.
func item(text []byte, dash int) []byte {
	end := bytes.IndexByte(text, '\n') + 1
	for end > 0 && end < len(text) {
		line, _, _ := bytes.Cut(text[end:], []byte("\n"))
		i := 0
		for i < len(line) && line[i] == ' ' {
			i++
		}
		if i < len(line) && i <= dash && line[i] != '#' && line[i] != '\r' {
			break
		}
		end = min(end+len(line)+1, len(text))
	}
	if end == 0 {
		end = len(text)
	}
	text = bytes.Clone(text[:end])
	text[dash] = ' '
	return text
}

// jsonLine follows a path into the JSON at i and returns the line, from 0.
func jsonLine(text []byte, i int, steps []yamljson.Step) int {
	at, end := i, min(value(text, i), len(text))
	for _, s := range steps {
		next, n := -1, 0
		each(text[at:end], func(key []byte, start, stop int) bool {
			if key != nil && s.Key != "" && unquote(key) == s.Key || key == nil && s.Key == "" && n == s.Index {
				next, end = at+start, at+stop
				return false
			}
			n++
			return true
		})
		if next < 0 {
			break
		}
		at = next
	}
	return bytes.Count(text[:at], []byte("\n"))
}

// parsePath cuts a path into steps. Keys that have dots in them are in
// brackets and quotes.
func parsePath(path string) []yamljson.Step {
	var steps []yamljson.Step
	for path != "" {
		if path[0] != '[' {
			path = strings.TrimPrefix(path, ".")
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			if end > 0 {
				steps = append(steps, yamljson.Step{Key: path[:end]})
			} else if path != "" && path[0] == '.' {
				return steps
			}
			path = path[end:]
			continue
		}
		inner, rest, ok := cutBracket(path[1:])
		if !ok {
			return steps
		}
		if key, err := strconv.Unquote(inner); err == nil {
			steps = append(steps, yamljson.Step{Key: key})
		} else if n := len(inner); n > 1 && inner[0] == '\'' && inner[n-1] == '\'' {
			steps = append(steps, yamljson.Step{Key: inner[1 : n-1]})
		} else if i, err := strconv.Atoi(inner); err == nil {
			steps = append(steps, yamljson.Step{Index: i})
		} else {
			return steps
		}
		path = rest
	}
	return steps
}

// cutBracket cuts after the bracket that closes, which quotes may hide.
func cutBracket(s string) (inner, rest string, ok bool) {
	end := strings.IndexByte(s, ']')
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end = strings.Index(s[1:], s[:1]+"]"); end >= 0 {
			end += 2
		}
	}
	if end < 0 {
		return "", "", false
	}
	return s[:end], s[end+1:], true
}
