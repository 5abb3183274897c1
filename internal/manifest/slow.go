package manifest

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest/yamljson"
)

const (
	// maxNodes bounds what the YAML library, which takes some 500 bytes for
	// each scalar, is given to read; anchors count as often as they are used.
	maxNodes = 250_000
	maxSlow  = 8 << 20
	// largeText is how much of it only one goroutine at a time may read.
	largeText = 1 << 20
)

var largeTexts sync.Mutex

// slow converts a document that package yamljson does not know how to read:
// one with anchors or tags, or a broken one.
func (r *reader) slow(f *file, d *document) {
	if !f.goodText(d) || !f.affordable(d) {
		return
	}
	if len(d.text) > largeText {
		largeTexts.Lock()
		defer largeTexts.Unlock()
	}
	out, err := sigsyaml.YAMLToJSONStrict(d.text)
	if err != nil && strings.Contains(err.Error(), "already set in map") {
		f.twice(d, err)
		out, err = sigsyaml.YAMLToJSON(d.text)
	}
	if err != nil {
		f.yamlProblem(d, err, r.yaml.Reached())
		return
	}
	if string(out) == "null" {
		return
	}
	if err := measure(out); err != nil {
		f.tooMuch(d.line, err)
		return
	}
	r.part(f, d, part{json: out, line: d.line}, 0)
}

// affordable reports whether a document can be read within the limits,
// whatever its aliases expand to. The YAML libraries have a check of their own
// against aliases, which lets some hundred megabytes pass.
func (f *file) affordable(d *document) bool {
	if n := bytes.Count(d.text, []byte("\n")) + bytes.Count(d.text, []byte(",")) + bytes.Count(d.text, []byte("[")) +
		bytes.Count(d.text, []byte("{")); n > maxNodes {
		f.fatal(d.line, 0, fmt.Sprintf("refused: more than %d lines and fields in a document that only a slow parser reads", maxNodes))
		return false
	}
	if len(d.text) > maxSlow {
		f.fatal(d.line, 0, fmt.Sprintf("refused: more than %d MiB in a document that only a slow parser reads", maxSlow>>20))
		return false
	}
	if !bytes.ContainsRune(d.text, '&') || !bytes.ContainsRune(d.text, '*') {
		return true
	}
	var root yaml.Node
	if yaml.Unmarshal(d.text, &root) != nil {
		return true // which is for the other library to say
	}
	if expanded(&root, map[*yaml.Node]int{}) > maxNodes {
		f.fatal(d.line, 0, fmt.Sprintf("refused: its aliases expand to more than %d fields", maxNodes))
		return false
	}
	return true
}

// expanded counts the nodes below n with all aliases replaced; it stops
// counting where it is too many. An anchor within itself is too many.
func expanded(n *yaml.Node, known map[*yaml.Node]int) int {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if count, ok := known[n]; ok {
		return count
	}
	known[n] = maxNodes + 1
	count := 1
	for _, c := range n.Content {
		if count += expanded(c, known); count > maxNodes {
			return count
		}
	}
	known[n] = count
	return count
}

var alreadySet = regexp.MustCompile(`line (\d+): key (".*?") already set in map`)

// twice notes keys that a mapping has more than once, of which the last counts.
func (f *file) twice(d *document, err error) {
	for _, m := range alreadySet.FindAllStringSubmatch(err.Error(), 3) {
		f.notice(d.line+atoi(m[1])-1, fmt.Sprintf("key %s is there twice; the last one counts", m[2]))
	}
}

// walk follows a path from a node as far as it goes, and returns the last node
// and the line, from 1, of the last key or item on the way.
func walk(n *yaml.Node, path []yamljson.Step) (*yaml.Node, int) {
	line := 0
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, s := range path {
		for n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		next := (*yaml.Node)(nil)
		switch {
		case n.Kind == yaml.SequenceNode && s.Key == "" && s.Index < len(n.Content):
			next = n.Content[s.Index]
			line = next.Line
		case n.Kind == yaml.MappingNode && s.Key != "":
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == s.Key {
					next, line = n.Content[i+1], n.Content[i].Line
				}
			}
		}
		if next == nil {
			return nil, line
		}
		n = next
	}
	return n, line
}
