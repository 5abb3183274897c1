package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest/yamljson"
)

// part is an object, or a list of them, within a document.
type part struct {
	json []byte
	line int
	// path is where in the document it is: "items[3]", or "".
	path string
	// verbatim is set where json is as it stands in the file, so that its
	// line feeds count.
	verbatim bool
	// items are those of the list "items", where their lines are known.
	items []yamljson.Item
}

// convert makes JSON of a document: one value, or several where it is a stream
// of JSON. What cannot be converted is a problem of the file.
func (r *reader) convert(f *file, d *document) []part {
	if c := d.text[0]; c == '{' || c == '[' {
		parts, err := jsonParts(d)
		switch {
		case err == nil:
			return r.allowed(f, parts)
		case strings.EqualFold(filepath.Ext(f.name), ".json"):
			f.jsonProblem(d, err)
			return nil
		}
	}
	if cap(r.yaml.Out) < len(d.text) {
		r.yaml.Out = make([]byte, 0, len(d.text)+len(d.text)/8)
	}
	out, items, err := r.yaml.Convert(d.text)
	switch {
	case err == nil:
		for i := range items {
			items[i].Line += d.line
		}
		return []part{{json: out, line: d.line, items: items}}
	case errors.Is(err, yamljson.ErrSubset):
		return r.slow(f, d)
	}
	f.tooMuch(d.line, err)
	return nil
}

func (f *file) tooMuch(line int, err error) {
	msg := fmt.Sprintf("refused: more than %d fields in one document", yamljson.MaxEntries)
	if errors.Is(err, yamljson.ErrDepth) {
		msg = fmt.Sprintf("refused: nested more than %d levels deep", yamljson.MaxDepth)
	}
	f.fatal(line, 0, msg)
}

// jsonParts cuts a stream of JSON values.
func jsonParts(d *document) ([]part, error) {
	var parts []part
	text, line := d.text, d.line
	for i := 0; i < len(text); {
		end := min(value(text, i), len(text))
		if end == i || !json.Valid(text[i:end]) {
			var raw json.RawMessage
			return nil, json.Unmarshal(text[i:], &raw)
		}
		parts = append(parts, part{json: text[i:end], line: line, verbatim: true})
		next := space(text, end)
		line += bytes.Count(text[i:next], []byte("\n"))
		i = next
	}
	return parts, nil
}

// jsonProblem reports the place of a syntax error.
func (f *file) jsonProblem(d *document, err error) {
	line, column := d.line, 0
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := d.text[:min(max(int(syntax.Offset)-1, 0), len(d.text))]
		line += bytes.Count(before, []byte("\n"))
		column = len(before) - bytes.LastIndexByte(before, '\n')
	}
	f.fatal(line, column, "broken JSON: "+err.Error())
}

// allowed drops values that nobody should have to read.
func (r *reader) allowed(f *file, parts []part) []part {
	kept := parts[:0]
	for _, p := range parts {
		if err := measure(p.json); err != nil {
			f.tooMuch(p.line, err)
			continue
		}
		kept = append(kept, p)
	}
	return kept
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
