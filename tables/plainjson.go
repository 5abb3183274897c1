package tables

import (
	"slices"
	"strings"
)

// Most maps are labels and selectors, whose characters are themselves in JSON:
// encoding/json, and cleaning what it made, takes ten times as long.

// plainMap reports whether a map holds nothing but printable ASCII that JSON,
// as encoding/json writes it, leaves alone.
func plainMap(m map[string]string) bool {
	for k, v := range m {
		if !plain(k) || !plain(v) {
			return false
		}
	}
	return true
}

func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x20, c > 0x7e, c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}

// plainJSON is a plain map as encoding/json writes it.
func plainJSON(m map[string]string) string {
	size := len("{}")
	keys := make([]string, 0, 16)
	for k, v := range m {
		keys = append(keys, k)
		size += len(k) + len(v) + len(`"":"",`)
	}
	slices.Sort(keys)
	var b strings.Builder
	b.Grow(size)
	b.WriteByte('{')
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(k)
		b.WriteString(`":"`)
		b.WriteString(m[k])
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}
