package yamledit

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// members removes what is not kept from a collection and puts more at its end.
// size is 2 for the pairs of a mapping and 1 for the items of a list.
func (e *editor) members(n *yaml.Node, size int, kept func(i int) bool, more any) error {
	last := -size // of those that are kept
	for i := 0; i < len(n.Content); i += size {
		if kept(i) {
			last = i
		}
	}
	if last < 0 && len(n.Content) > 0 {
		return ErrShape
	}
	for i := 0; i < len(n.Content); i += size {
		if kept(i) || flowStyle(n) && i > last {
			continue
		}
		next, err := e.remove(n, i, size, kept)
		if err != nil {
			return err
		}
		i = next - size
	}
	return e.add(n, last+size-1, more)
}

// remove takes the pair or item i away, and returns the index of what to look
// at next.
func (e *editor) remove(n *yaml.Node, i, size int, kept func(i int) bool) (int, error) {
	start, _, err := e.extent(n.Content[i], n.Column-1)
	if err != nil {
		return 0, err
	}
	_, end, err := e.extent(n.Content[i+size-1], n.Column-1)
	if err != nil {
		return 0, err
	}
	line := e.lines[n.Content[i].Line-1]
	before := strings.TrimSpace(string(e.text[line:start]))
	if !flowStyle(n) && (before == "" || before == "-" && size == 1) {
		e.replace(line, min(e.lineEndOf(end)+1, len(e.text)), "")
		return i + size, nil
	}
	// What follows takes the place: in a line with the dash of a list, say.
	for i += size; i < len(n.Content) && !kept(i); i += size {
	}
	if i == len(n.Content) {
		return 0, ErrShape
	}
	e.replace(start, e.at(n.Content[i].Line, n.Content[i].Column), "")
	return i, nil
}

// add puts more after the node at index last, which ends the last pair or item
// that is kept. In a flow collection what follows it goes.
func (e *editor) add(n *yaml.Node, last int, more any) error {
	var err error
	end, gone := e.at(n.Line, n.Column)+1, 0
	if last >= 0 {
		if _, end, err = e.extent(n.Content[last], n.Column-1); err != nil {
			return err
		}
		if _, gone, err = e.extent(n.Content[len(n.Content)-1], n.Column-1); err != nil {
			return err
		}
	}
	if !flowStyle(n) {
		if !empty(more) {
			end = e.lineEndOf(end)
			e.replace(end, end, "\n"+strings.Repeat(" ", n.Column-1)+indented(e.block(more), n.Column-1))
		}
		return nil
	}
	if c := e.text[e.at(n.Line, n.Column)]; c != '{' && c != '[' {
		return ErrShape
	}
	text := e.flow(more)
	text = text[1 : len(text)-1]
	if text != "" && last >= 0 {
		text = ", " + text
	}
	if text != "" || gone > end {
		e.replace(end, max(end, gone), text)
	}
	return nil
}

// replacePair writes a key anew, with its value.
func (e *editor) replacePair(n *yaml.Node, i int, want any) error {
	start, _, err := e.extent(n.Content[i], n.Column-1)
	if err != nil {
		return err
	}
	_, end, err := e.extent(n.Content[i+1], n.Column-1)
	if err != nil {
		return err
	}
	pair := map[string]any{n.Content[i].Value: want}
	if flowStyle(n) {
		text := e.flow(pair)
		e.replace(start, end, text[1:len(text)-1])
		return nil
	}
	e.replace(start, end, indented(e.block(pair), n.Column-1))
	return nil
}

// whole writes a collection anew.
func (e *editor) whole(n *yaml.Node, want any) error {
	start, end, err := e.extent(n, n.Column-1)
	if err != nil {
		return err
	}
	if flowStyle(n) {
		e.replace(start, end, e.flow(want))
		return nil
	}
	if empty(want) {
		return ErrShape
	}
	e.replace(start, end, indented(e.block(want), n.Column-1))
	return nil
}

func empty(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// block is a value as lines of YAML.
func (e *editor) block(v any) string {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if e.compact {
		enc.CompactSeqIndent()
	}
	if enc.Encode(v) != nil {
		return ""
	}
	return b.String()
}

// flow is a value in one line.
func (e *editor) flow(v any) string {
	if e.json {
		out, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(out)
	}
	var n yaml.Node
	if n.Encode(v) != nil {
		return ""
	}
	inFlow(&n)
	out, err := yaml.Marshal(&n)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(out), "\n")
}

func inFlow(n *yaml.Node) {
	if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
		n.Style |= yaml.FlowStyle
	}
	for _, c := range n.Content {
		inFlow(c)
	}
}

func useNumber(d *json.Decoder) *json.Decoder {
	d.UseNumber()
	return d
}

// whole numbers stay whole.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = whole(value)
		}
	case []any:
		for i, value := range v {
			v[i] = whole(value)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		n, _ := v.Float64()
		return n
	}
	return v
}
