package manifest

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"sigs.k8s.io/json"
)

// maxPerObject bounds the problems that are told of one object.
const maxPerObject = 3

// misfit is a value that does not fit its field.
type misfit struct {
	path string
	text []byte
	typ  reflect.Type
	err  error
}

// misfits finds all values in JSON that cannot be decoded, each as deep down
// as it can be said. It is slow: for what has already failed.
func misfits(text []byte, s *shape, path string) []misfit {
	err := json.UnmarshalCaseSensitivePreserveInts(text, reflect.New(s.typ).Interface())
	if err == nil {
		return nil
	}
	var found []misfit
	object := text[0] == '{'
	if object == (s.typ.Kind() != reflect.Slice) && (s.fields != nil || s.elem != nil) {
		n := 0
		each(text, func(key []byte, start, end int) bool {
			child := s.elem
			if s.fields != nil {
				child = s.fields[unquote(key)]
			}
			if child != nil {
				found = append(found, misfits(text[start:end], child, joinPath(path, key, n))...)
			}
			n++
			return true
		})
	}
	if found == nil {
		found = []misfit{{path, text, s.typ, err}}
	}
	return found
}

// joinPath adds a key, as it stands in JSON, or an index to a path.
func joinPath(path string, key []byte, n int) string {
	switch name := unquote(key); {
	case key == nil:
		return path + "[" + strconv.Itoa(n) + "]"
	case strings.ContainsAny(name, `.[]"' `) || name == "":
		return path + "[" + strconv.Quote(name) + "]"
	case path == "":
		return name
	default:
		return path + "." + name
	}
}

// String says what does not fit, as "cannot put string "three" into int32".
func (m misfit) String() string {
	kind := "number"
	switch m.text[0] {
	case '"':
		kind = "string"
	case '{':
		kind = "a mapping"
	case '[':
		kind = "a list"
	case 't', 'f':
		kind = "bool"
	}
	if m.text[0] != '{' && m.text[0] != '[' {
		kind += " " + shorten(string(m.text), 60)
	}
	into := typeName(m.typ)
	switch {
	case m.typ.Kind() == reflect.String && (m.text[0] == 't' || m.text[0] == 'f' || isDigit(m.text[0]) || m.text[0] == '-'):
		return fmt.Sprintf("cannot put %s into %s; quote it", kind, into)
	case m.typ.Kind() == reflect.Struct && m.text[0] == '"':
		return fmt.Sprintf("cannot put %s into %s: %s", kind, into, shorten(m.err.Error(), 120))
	}
	return fmt.Sprintf("cannot put %s into %s", kind, into)
}

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "base64 text"
		}
		return "a list"
	case reflect.Map:
		return "a mapping"
	case reflect.Struct:
		return t.Name()
	}
	return t.Kind().String()
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// typeProblems reports what keeps an object from being decoded.
func (f *file) typeProblems(d *document, p part, k *kind, err error) {
	if strings.Contains(string(p.json), "{{") && f.template(d) {
		return
	}
	if f.full() {
		f.lost++
		return
	}
	var all []misfit
	if k.shape != nil {
		all = misfits(p.json, k.shape, "")
	}
	if len(all) == 0 {
		f.fatal(p.line, 0, fmt.Sprintf("%s: %v", k.name, err))
		return
	}
	line := p.line
	for i, m := range all {
		if i == maxPerObject {
			f.fatal(line, 0, fmt.Sprintf("and %d more fields of this %s", len(all)-i, k.name))
			break
		}
		path := m.path
		if path == "" {
			path = k.name
		}
		line = d.lineOf(p.line, m.path)
		f.fatal(line, 0, path+": "+m.String())
	}
}

// noteUnknown reports fields that the type does not have, which an API server
// drops, or refuses where kubectl asks it to.
func (f *file) noteUnknown(d *document, p part, k *kind) {
	n, line, full := 0, 0, f.full()
	unknownFields(p.json, k.shape, func(at int, parent *shape) {
		if n++; n > maxPerObject || full {
			return
		}
		path := pathTo(p.json, at)
		name := path[strings.LastIndexAny(path, ".")+1:]
		msg := path + ": " + k.resource.Kind + " has no such field in " + k.resource.GVK().GroupVersion().String()
		if k.version != k.resource.Version || k.group != k.resource.Group {
			msg = path + ": not known in " + k.resource.GVK().GroupVersion().String() + ", as which this object is read"
		}
		if like := parent.like(name); like != "" {
			msg += "; did you mean " + like + "?"
		}
		line = d.lineOf(p.line, path)
		f.notice(line, msg)
	})
	switch {
	case n > 0 && full:
		f.noted++
	case n > maxPerObject:
		f.notice(line, fmt.Sprintf("and %d more unknown fields in this %s", n-maxPerObject, k.name))
	}
}

// pathTo is the path of the key at a place in JSON.
func pathTo(text []byte, at int) string {
	path, from := "", 0
	for from >= 0 {
		next, n := -1, 0
		each(text[from:], func(key []byte, start, end int) bool {
			if n++; at >= from+end {
				return true
			}
			path = joinPath(path, key, n-1)
			if at >= from+start {
				next = from + start
			}
			return false
		})
		from = next
	}
	return path
}
