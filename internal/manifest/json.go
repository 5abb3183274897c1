package manifest

import (
	"bytes"
	"encoding/json"
)

// The functions here walk JSON text without decoding it. They expect valid
// JSON; of anything else they make nothing, but do not panic.

// each calls f for the members of an object or the elements of an array (whose
// key is nil), with the place of each value, until f returns false. It reports
// whether text held such a thing and was walked to its end.
func each(text []byte, f func(key []byte, start, end int) bool) bool {
	i := space(text, 0)
	if i >= len(text) || text[i] != '{' && text[i] != '[' {
		return false
	}
	object := text[i] == '{'
	for i = space(text, i+1); i < len(text) && text[i] != '}' && text[i] != ']'; {
		var key []byte
		if object {
			end := value(text, i)
			key = text[i:min(end, len(text))]
			if i = space(text, end); i >= len(text) || text[i] != ':' {
				return false
			}
			i = space(text, i+1)
		}
		end := value(text, i)
		if end > len(text) || end <= i || !f(key, i, end) {
			return false
		}
		if i = space(text, end); i < len(text) && text[i] == ',' {
			i = space(text, i+1)
		}
	}
	return i < len(text)
}

func space(text []byte, i int) int {
	for i < len(text) && isBlank(text[i]) {
		i++
	}
	return i
}

// value returns the end of the value that begins at i.
func value(text []byte, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			i = stringEnd(text, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			for i++; i < len(text) && bytes.IndexByte([]byte(",:]} \t\n\r"), text[i]) < 0; {
				i++
			}
		}
		if depth <= 0 {
			return i
		}
	}
	return len(text) + 1
}

func stringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return len(text)
}

// unquote returns what a JSON string says, or "" for anything else.
func unquote(text []byte) string {
	if len(text) < 2 || text[0] != '"' {
		return ""
	}
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1])
	}
	var s string
	if json.Unmarshal(text, &s) != nil {
		return ""
	}
	return s
}

// head is what a document says of itself at its top.
type head struct {
	// apiVersion and kind are values, quotes and all; nil where absent.
	apiVersion, kind []byte
	meta             []byte
	// items is the list of that name, and where in the text it is.
	items   []byte
	itemsAt int
}

func readHead(text []byte) (h head, ok bool) {
	if i := space(text, 0); i >= len(text) || text[i] != '{' {
		return h, false
	}
	ok = each(text, func(key []byte, start, end int) bool {
		switch v := text[start:end]; string(key) {
		case `"apiVersion"`:
			h.apiVersion = v
		case `"kind"`:
			h.kind = v
		case `"metadata"`:
			h.meta = v
		case `"items"`:
			if v[0] == '[' {
				h.items, h.itemsAt = v, start
			}
		}
		return true
	})
	return h, ok
}
