package manifest

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// shape is the form that JSON has to have for a Go type.
type shape struct {
	typ reflect.Type
	// fields are those of a struct. elem is what maps and lists hold. Both are
	// nil of what is decoded as a whole.
	fields map[string]*shape
	elem   *shape
}

var (
	shapes      = map[reflect.Type]*shape{}
	shapesLock  sync.Mutex
	unmarshaler = reflect.TypeFor[json.Unmarshaler]()
)

func shapeOf(t reflect.Type) *shape {
	shapesLock.Lock()
	defer shapesLock.Unlock()
	return makeShape(t)
}

func makeShape(t reflect.Type) *shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := shapes[t]; ok {
		return s
	}
	s := &shape{typ: t}
	shapes[t] = s
	switch {
	case reflect.PointerTo(t).Implements(unmarshaler):
	case t.Kind() == reflect.Struct:
		s.fields = map[string]*shape{}
		addFields(s.fields, t)
	case t.Kind() == reflect.Map, t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		s.elem = makeShape(t.Elem())
	}
	return s
}

func addFields(fields map[string]*shape, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case name == "" && f.Anonymous:
			addFields(fields, f.Type)
		case name == "":
			fields[f.Name] = makeShape(f.Type)
		default:
			fields[name] = makeShape(f.Type)
		}
	}
}

// unknownFields calls f with the place of every key in valid JSON that its
// struct, the parent, does not have.
func unknownFields(text []byte, s *shape, f func(at int, parent *shape)) {
	w := fieldWalk{text: text, f: f}
	w.value(space(text, 0), s)
}

type fieldWalk struct {
	text []byte
	f    func(at int, parent *shape)
}

// value walks the value at i and returns its end.
func (w *fieldWalk) value(i int, s *shape) int {
	if s == nil || s.fields == nil && s.elem == nil || i >= len(w.text) || w.text[i] != '{' && w.text[i] != '[' {
		return value(w.text, i)
	}
	object := w.text[i] == '{'
	for i = space(w.text, i+1); i < len(w.text) && w.text[i] != '}' && w.text[i] != ']'; {
		child := s.elem
		if object {
			key := i
			i = stringEnd(w.text, i)
			if s.fields != nil {
				name := w.text[key+1 : i-1]
				if child = s.fields[string(name)]; child == nil {
					w.f(key, s)
				}
			}
			i = space(w.text, space(w.text, i)+1)
		}
		i = space(w.text, w.value(i, child))
		if i < len(w.text) && w.text[i] == ',' {
			i = space(w.text, i+1)
		}
	}
	return i + 1
}

// like finds the field that was probably meant by a name that is not one.
func (s *shape) like(name string) string {
	best, least := "", 3
	for f := range s.fields {
		if strings.EqualFold(f, name) {
			return f
		}
		if d := distance(f, name); len(name) > 3 && (d < least || d == least && f < best) {
			best, least = f, d
		}
	}
	return best
}

// distance counts the letters to change, add or drop to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := left
			if a[i] != b[j] {
				d = 1 + min(left, row[j], row[j+1])
			}
			left, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
