package manifest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// listItems are the items of a List. Those of a PodList may leave out what the
// list says of them.
func listItems(d *document, p part, h head) []part {
	kind := ""
	if h.kind != "List" {
		kind = strings.TrimSuffix(h.kind, "List")
	}
	var items []part
	line, from := p.line, 0
	each(h.items, func(_ []byte, start, end int) bool {
		n := len(items)
		it := part{json: h.items[start:end], line: p.line, path: p.path + "items[" + strconv.Itoa(n) + "]", verbatim: p.verbatim}
		switch {
		case p.verbatim:
			line += bytes.Count(p.json[from:h.itemsAt+start], []byte("\n"))
			it.line, from = line, h.itemsAt+start
		case n < len(p.items):
			it.line = p.items[n].Line
		}
		if kind != "" {
			it.json = withKind(it.json, h.apiVersion, kind)
		}
		items = append(items, it)
		return true
	})
	if !p.verbatim && len(p.items) != len(items) {
		lineOfItems(d, p.path+"items", items)
	}
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
