package tables

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Clean makes a string of the cluster harmless to a terminal, a page or a log:
// control characters other than newline and tab, bidirectional overrides
// (CVE-2021-42574) and line separators are written out as \uXXXX, invalid
// UTF-8 as U+FFFD. Escape sequences in object names were CVE-2021-25743.
func Clean(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 && c != '\n' && c != '\t' || c >= 0x7f {
			return cleanFrom(s, i)
		}
	}
	return s
}

// CleanAny cleans a cell of a query's result: a query can bring to light what
// a clean string held, such as an escape in JSON in an annotation.
func CleanAny(v any) any {
	if s, ok := v.(string); ok {
		if c := Clean(s); c != s {
			return c
		}
	}
	return v
}

func cleanFrom(s string, from int) string {
	if utf8.ValidString(s) && strings.IndexFunc(s[from:], unsafeRune) < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:from])
	for _, r := range s[from:] {
		if unsafeRune(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unsafeRune(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f: // C0, DEL, C1
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // bidi embeddings, overrides, isolates
		return true
	case r == 0x200e || r == 0x200f || r == 0x061c: // bidi marks
		return true
	case r == 0x2028 || r == 0x2029 || r == 0xfeff: // line and paragraph separators, BOM
		return true
	case r == 0xfffe || r == 0xffff: // no characters: YAML and XML have no way to write them
		return true
	}
	return false
}

// JSON is v as a JSON document, its strings cleaned; nil, and a nil or empty
// map or slice, are NULL.
func JSON(v any) Value {
	if empty(v) {
		return Null
	}
	if m, ok := v.(map[string]string); ok && plainMap(m) {
		return Value{kind: KindText, text: plainJSON(m)}
	}
	data, err := json.Marshal(v)
	if err != nil {
		// API types marshal: only a corrupt number can come here.
		return Null
	}
	return Value{kind: KindText, text: cleanJSON(string(data))}
}

// JSONList is a JSON array that is kept when empty but not nil: for fields
// where [] and unset differ.
func JSONList[T any](v []T) Value {
	if v == nil {
		return Null
	}
	data, err := json.Marshal(v)
	if err != nil {
		return Null
	}
	return Value{kind: KindText, text: cleanJSON(string(data))}
}

// cleanJSON cleans the strings inside a JSON document, so that extracting one
// gives the same text as Clean. encoding/json writes C0 controls as \u00XX,
// which becomes \\u00XX: the escape itself as text.
func cleanJSON(doc string) string {
	doc = cleanFromStart(doc)
	if !strings.Contains(doc, `\u`) && !strings.Contains(doc, `\r`) && !strings.Contains(doc, `\b`) && !strings.Contains(doc, `\f`) {
		return doc
	}
	var b strings.Builder
	b.Grow(len(doc) + 16)
	for i := 0; i < len(doc); i++ {
		if doc[i] != '\\' || i+1 >= len(doc) {
			b.WriteByte(doc[i])
			continue
		}
		switch next := doc[i+1]; {
		case next == 'r':
			b.WriteString(`\\u000d`)
		case next == 'b':
			b.WriteString(`\\u0008`)
		case next == 'f':
			b.WriteString(`\\u000c`)
		case next == 'u' && i+6 <= len(doc) && unsafeEscape(doc[i+2:i+6]):
			b.WriteString(`\`)
			b.WriteString(doc[i : i+2])
		default:
			b.WriteString(doc[i : i+2])
		}
		i++
	}
	return b.String()
}

func unsafeEscape(hex string) bool {
	var r rune
	if _, err := fmt.Sscanf(hex, "%04x", &r); err != nil {
		return false
	}
	return unsafeRune(r)
}

// cleanFromStart is Clean for JSON text: what it writes out needs a second
// backslash to be the same text inside a JSON string.
func cleanFromStart(doc string) string {
	if strings.IndexFunc(doc, unsafeRune) < 0 {
		return doc
	}
	var b strings.Builder
	for _, r := range doc {
		if unsafeRune(r) {
			fmt.Fprintf(&b, `\\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func empty(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Map, reflect.Slice:
		return r.Len() == 0
	case reflect.Pointer:
		return r.IsNil()
	}
	return false
}
