package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest/yamljson"
)

// convert makes JSON of a document, one value or several where it is a stream
// of JSON, and reads the objects in it. What cannot be converted is a problem
// of the file.
func (r *reader) convert(f *file, d *document) {
	if c := d.text[0]; (c == '{' || c == '[') && r.stream(f, d) {
		return
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
		r.part(f, d, part{json: out, line: d.line, items: items}, 0)
	case errors.Is(err, yamljson.ErrSubset):
		r.slow(f, d)
	default:
		f.tooMuch(d.line, err)
	}
}

// stream reads one JSON value after the other. It returns false where the
// text is no JSON from the start, and so may be YAML that looks like it.
func (r *reader) stream(f *file, d *document) bool {
	isJSON := !f.rendered && strings.EqualFold(filepath.Ext(f.name), ".json")
	text, line := d.text, d.line
	for i := 0; i < len(text) && !f.hopeless(line); {
		end := min(value(text, i), len(text))
		if end == i || !json.Valid(text[i:end]) {
			if i == 0 && (!isJSON || bytes.Contains(text, []byte("{{"))) {
				return false
			}
			f.jsonProblem(d, i)
			return true
		}
		if err := measure(text[i:end]); err != nil {
			f.tooMuch(line, err)
		} else {
			r.part(f, d, part{json: text[i:end], line: line, verbatim: true}, 0)
		}
		next := space(text, end)
		line += bytes.Count(text[i:next], []byte("\n"))
		i = next
	}
	return true
}

// jsonProblem reports the syntax error in the JSON that begins at i.
func (f *file) jsonProblem(d *document, i int) {
	var raw json.RawMessage
	err := json.NewDecoder(bytes.NewReader(d.text[i:])).Decode(&raw)
	before := d.text[:i]
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		err = errors.New("more text after the value")
	case errors.As(err, &syntax):
		before = d.text[:min(i+max(int(syntax.Offset)-1, 0), len(d.text))]
	default:
		before = d.text
	}
	line := d.line + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	f.fatal(line, column, "broken JSON: "+err.Error())
}
