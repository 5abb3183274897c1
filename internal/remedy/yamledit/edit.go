// Package yamledit changes values within the text of a YAML document, and
// leaves everything else as its author wrote it: comments, order, blank lines,
// quotes, indentation.
package yamledit

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	syaml "sigs.k8s.io/yaml"
)

// ErrShape is the error for documents that cannot be edited in place: those
// with anchors where the change is, for example.
var ErrShape = errors.New("the YAML is written in a way that cannot be changed in place")

// splice replaces a range of the text.
type splice struct {
	start, end int
	text       string
}

type editor struct {
	text    []byte
	lines   []int // where each line begins
	json    bool  // the document is JSON
	compact bool  // dashes of lists stand below their key
	splices []splice
}

// Edit returns the text of a document, changed so that it says want. Numbers
// in want are int64 or float64, as encoding/json and its kin give them.
func Edit(text []byte, want any) ([]byte, error) {
	if bytes.Contains(text, []byte("\r\n")) {
		out, err := Edit(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), want)
		return bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n")), err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, err
	}
	have, err := value(text)
	if err != nil {
		return nil, err
	}
	if len(root.Content) != 1 {
		return nil, ErrShape
	}
	e := &editor{text: text, lines: []int{0}, json: bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")), compact: compact(&root)}
	for i, c := range text {
		if c == '\n' {
			e.lines = append(e.lines, i+1)
		}
	}
	if err := e.change(root.Content[0], have, want, 0); err != nil {
		return nil, err
	}
	out := e.spliced()
	if got, err := value(out); err != nil || !reflect.DeepEqual(got, want) {
		return nil, ErrShape
	}
	return out, nil
}

// value is what a document says, numbers as Edit has them.
func value(text []byte) (any, error) {
	var v any
	if err := syaml.Unmarshal(text, &v, useNumber); err != nil {
		return nil, err
	}
	return whole(v), nil
}

// change brings the text of a node from have to want. indent is that of the
// line which holds the node.
func (e *editor) change(n *yaml.Node, have, want any, indent int) error {
	if reflect.DeepEqual(have, want) {
		return nil
	}
	switch h := have.(type) {
	case map[string]any:
		if w, ok := want.(map[string]any); ok && n.Kind == yaml.MappingNode {
			return e.mapping(n, h, w)
		}
	case []any:
		if w, ok := want.([]any); ok && n.Kind == yaml.SequenceNode && len(h) > 0 && len(w) > 0 {
			return e.sequence(n, h, w)
		}
	}
	if n.Kind != yaml.ScalarNode || !scalar(want) {
		return ErrShape
	}
	start, end, err := e.extent(n, indent)
	if err != nil {
		return err
	}
	e.replace(start, end, e.flow(want))
	return nil
}

// mapping changes the pairs of a mapping: first those it has, then new ones.
func (e *editor) mapping(n *yaml.Node, have, want map[string]any) error {
	if len(n.Content) == 0 && n.Style&yaml.FlowStyle == 0 {
		return ErrShape
	}
	kept := 0
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Kind != yaml.ScalarNode || n.Content[i].Tag == "!!merge" {
			return ErrShape
		}
		if _, ok := want[n.Content[i].Value]; ok {
			kept++
		}
	}
	if kept == 0 && len(n.Content) > 0 {
		return e.whole(n, want)
	}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i].Value
		w, ok := want[key]
		var err error
		switch {
		case !ok || reflect.DeepEqual(have[key], w):
		case e.inPlace(n.Content[i+1], have[key], w):
			err = e.change(n.Content[i+1], have[key], w, n.Content[i].Column-1)
		default:
			err = e.replacePair(n, i, w)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	more := map[string]any{}
	for key := range want {
		if _, ok := have[key]; !ok {
			more[key] = want[key]
		}
	}
	return e.members(n, 2, func(i int) bool {
		_, ok := want[n.Content[i].Value]
		return ok
	}, more)
}

// inPlace reports whether the value of a key can be changed where it stands,
// rather than be written anew with its key.
func (e *editor) inPlace(n *yaml.Node, have, want any) bool {
	switch h := have.(type) {
	case map[string]any:
		w, ok := want.(map[string]any)
		return ok && len(h) > 0 && len(w) > 0 && n.Kind == yaml.MappingNode || ok && n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0
	case []any:
		w, ok := want.([]any)
		return ok && len(h) > 0 && len(w) > 0 && n.Kind == yaml.SequenceNode
	}
	return scalar(want) && n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && (have != nil || n.Value != "")
}

// sequence changes the items of a list: those that are gone are removed, those
// that stay are changed, new ones come last.
func (e *editor) sequence(n *yaml.Node, have, want []any) error {
	next, matched := 0, 0
	pair := make([]int, len(have)) // have[i] becomes want[pair[i]], or goes
	for i, h := range have {
		pair[i] = -1
		for j := next; j < len(want); j++ {
			if same(h, want[j]) || len(have) == len(want) && i == j && !named(h) {
				pair[i], next = j, j+1
				matched++
				break
			}
		}
	}
	if matched == 0 || slices.ContainsFunc(pair, func(j int) bool { return j >= matched }) {
		return e.whole(n, want)
	}
	for i, item := range n.Content {
		if pair[i] < 0 {
			continue
		}
		if err := e.change(item, have[i], want[pair[i]], item.Column-1); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return e.members(n, 1, func(i int) bool { return pair[i] >= 0 }, want[matched:])
}

// same reports whether items of two lists are the same thing: equal, or of one
// name.
func same(a, b any) bool {
	if m, ok := a.(map[string]any); ok && named(a) {
		other, ok := b.(map[string]any)
		return ok && m["name"] == other["name"]
	}
	return reflect.DeepEqual(a, b)
}

func named(v any) bool {
	m, ok := v.(map[string]any)
	return ok && m["name"] != nil
}

func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

func (e *editor) replace(start, end int, text string) {
	e.splices = append(e.splices, splice{start, end, text})
}

// spliced makes the changes from the last to the first. Of those at one place
// the one that was noted first comes first.
func (e *editor) spliced() []byte {
	order := make([]int, len(e.splices))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(e.splices[b].start, e.splices[a].start), cmp.Compare(b, a))
	})
	out := string(e.text)
	for _, i := range order {
		s := e.splices[i]
		if s.end > len(out) {
			s.end = len(out)
		}
		out = out[:s.start] + s.text + out[max(s.end, s.start):]
	}
	return []byte(out)
}

// compact reports whether lists are written with their dashes below the key.
func compact(n *yaml.Node) bool {
	if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 {
		for i := 0; i+1 < len(n.Content); i += 2 {
			v := n.Content[i+1]
			if v.Kind == yaml.SequenceNode && v.Style&yaml.FlowStyle == 0 && len(v.Content) > 0 {
				return v.Column == n.Content[i].Column
			}
		}
	}
	return slices.ContainsFunc(n.Content, compact)
}

func indented(text string, by int) string {
	return strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+strings.Repeat(" ", by))
}
