package manifest

import (
	"bytes"
	"fmt"
	"strings"
)

// listItems are the items of a List. Those of a PodList may leave out what the
// list says of them.
func listItems(f *file, d document, p part, h head) []part {
	kind := ""
	if h.kind != "List" {
		kind = strings.TrimSuffix(h.kind, "List")
	}
	var items []part
	each(h.items, func(_ []byte, start, end int) bool {
		item := part{json: h.items[start:end], line: p.line, path: fmt.Sprintf("%sitems[%d].", p.path, len(items))}
		if kind != "" {
			item.json = withKind(item.json, h.apiVersion, kind)
		}
		items = append(items, item)
		return true
	})
	itemLines(d, p, items)
	return items
}

// withKind adds apiVersion and kind to an object that has none.
func withKind(text []byte, apiVersion, kind string) []byte {
	h, ok := readHead(text)
	if !ok || h.hasKind || h.hasVersion {
		return text
	}
	i := bytes.IndexByte(text, '{') + 1
	out := fmt.Appendf(nil, `{"apiVersion":%q,"kind":%q`, apiVersion, kind)
	if rest := text[i:]; len(rest) > 0 && rest[space(rest, 0)] != '}' {
		out = append(out, ',')
	}
	return append(out, text[i:]...)
}

func itemLines(d document, p part, items []part) {}
