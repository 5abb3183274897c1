package manifest

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/json"
)

// maxPerObject bounds the problems that are told of one object.
const maxPerObject = 3

// misfit is a value that does not fit its field.
type misfit struct {
	path  string
	text  []byte
	shape *shape
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
		found = []misfit{{path, text, s}}
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

// String says what does not fit, as cannot put string "three" into int32. What
// was to be text it does not show: it may be a password.
func (m misfit) String() string {
	value, c := "a number", m.text[0]
	switch {
	case c == '"':
		value = "a string"
	case c == '{':
		value = "a mapping"
	case c == '[':
		value = "a list"
	case c == 't' || c == 'f':
		value = "a bool"
	}
	if kind := m.shape.typ.Kind(); kind != reflect.String && kind != reflect.Slice && c != '{' && c != '[' {
		value = value[2:] + " " + shorten(string(m.text), 60)
	}
	into := m.shape.typ.Kind().String()
	switch {
	case m.shape.fields != nil || m.shape.typ.Kind() == reflect.Map:
		into = "a mapping"
	case m.shape.elem != nil:
		into = "a list"
	case m.shape.typ == reflect.TypeFor[resource.Quantity]():
		into = "a quantity, such as 500m or 128Mi"
	case m.shape.typ == reflect.TypeFor[metav1.Time](), m.shape.typ == reflect.TypeFor[metav1.MicroTime]():
		into = "a time, such as 2006-01-02T15:04:05Z"
	case m.shape.typ == reflect.TypeFor[intstr.IntOrString]():
		into = "a number or a string"
	case m.shape.typ.Kind() == reflect.Slice:
		into = "base64 text"
	case m.shape.typ.Kind() == reflect.String && c != '{' && c != '[':
		into += "; quote it"
	case m.shape.typ.Kind() == reflect.Struct:
		into = m.shape.typ.Name()
	}
	return "cannot put " + value + " into " + into
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

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
		msg := path + ": " + m.String()
		if k.version != k.resource.Version {
			msg += ", in " + k.resource.GVK().GroupVersion().String() + ", as which this object is read"
		}
		f.fatal(line, 0, msg)
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
