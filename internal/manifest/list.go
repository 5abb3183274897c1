package manifest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// listItems calls f with the items of a List. Those of a PodList may leave out
// what the list says of them.
func listItems(d *document, p part, h head, k *kind, f func(part)) {
	lines := func(n, at int) int { return p.line }
	switch {
	case p.verbatim:
		line, from := p.line, 0
		lines = func(_, at int) int {
			line += bytes.Count(p.json[from:at], []byte("\n"))
			from = at
			return line
		}
	case len(p.items) > 0:
		lines = func(n, _ int) int { return p.items[min(n, len(p.items)-1)].Line }
	default:
		if found := lineOfItems(d, p.path+".items"); len(found) > 0 {
			lines = func(n, _ int) int { return found[min(n, len(found)-1)] }
		}
	}
	n := 0
	each(h.items, func(_ []byte, start, end int) bool {
		it := part{
			json: h.items[start:end], line: lines(n, h.itemsAt+start), verbatim: p.verbatim,
			path: p.path + ".items[" + strconv.Itoa(n) + "]",
		}
		if k.name != "List" {
			it.json = withKind(it.json, k.apiVersion, strings.TrimSuffix(k.name, "List"))
		}
		n++
		f(it)
		return true
	})
}

// withKind adds apiVersion and kind to an object that has none.
func withKind(text []byte, apiVersion, kind string) []byte {
	h, ok := readHead(text)
	if !ok || h.kind != nil || h.apiVersion != nil {
		return text
	}
	i := bytes.IndexByte(text, '{') + 1
	out := fmt.Appendf(nil, `{"apiVersion":%q,"kind":%q`, apiVersion, kind)
	if rest := text[i:]; len(rest) > 0 && rest[space(rest, 0)] != '}' {
		out = append(out, ',')
	}
	return append(out, text[i:]...)
}

// lineOfItems finds the lines of list items by reading the document again.
func lineOfItems(d *document, path string) []int {
	var root yaml.Node
	if err := yaml.Unmarshal(d.text, &root); err != nil {
		return nil
	}
	n, _ := walk(&root, parsePath(path))
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	lines := make([]int, len(n.Content))
	for i, c := range n.Content {
		lines[i] = d.line + c.Line - 1
	}
	return lines
}
