// Package owner knows which team an asset belongs to: by its own annotation,
// by its namespace, or by a file of owners.
package owner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Key is the annotation that names the team of an object; on a namespace it may
// be a label as well.
const Key = "kspm.io/team"

// Entry gives the assets that it matches to a team. Kind, Namespace and Name
// are globs as of path.Match; what is left out matches everything.
type Entry struct {
	Team      string `yaml:"team"`
	Kind      string `yaml:"kind"`
	Namespace string `yaml:"namespace"`
	Name      string `yaml:"name"`
}

// Owners is a file of owners, and what objects say of themselves.
type Owners struct {
	entries []Entry

	mu         sync.Mutex
	assets     map[posture.Asset]string
	namespaces map[string]string
}

// New are owners without a file.
func New() *Owners {
	return &Owners{assets: map[posture.Asset]string{}, namespaces: map[string]string{}}
}

// Load reads a file of owners. Every mistake is an error that names the line.
func Load(file string) (*Owners, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

// Parse reads the text of a file of owners.
func Parse(file string, data []byte) (*Owners, error) {
	var doc struct {
		APIVersion string      `yaml:"apiVersion"`
		Kind       string      `yaml:"kind"`
		Owners     []yaml.Node `yaml:"owners"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%s", file, plain(err))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: want one YAML document", file)
	}
	if doc.APIVersion != "kspm.io/v1" || doc.Kind != "Owners" {
		return nil, fmt.Errorf("%s:1: want apiVersion: kspm.io/v1 and kind: Owners", file)
	}
	o := New()
	for i := range doc.Owners {
		e, line, err := read(&doc.Owners[i])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		o.entries = append(o.entries, e)
	}
	return o, nil
}

// read decodes an entry; the line is that of the mistake.
func read(n *yaml.Node) (e Entry, line int, err error) {
	if n.Kind != yaml.MappingNode {
		return e, n.Line, errors.New("want team, and kind, namespace or name")
	}
	fields := map[string]*string{"team": &e.Team, "kind": &e.Kind, "namespace": &e.Namespace, "name": &e.Name}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field := fields[key.Value]
		switch {
		case field == nil:
			return e, key.Line, fmt.Errorf("%q is no key of an owner, or is there twice: want team, kind, namespace or name", key.Value)
		case value.Kind != yaml.ScalarNode || strings.TrimSpace(value.Value) == "":
			return e, value.Line, fmt.Errorf("%s: want a text", key.Value)
		}
		if _, err := path.Match(value.Value, ""); err != nil && key.Value != "team" {
			return e, value.Line, fmt.Errorf("%s: %q is not a pattern", key.Value, value.Value)
		}
		*field = strings.TrimSpace(value.Value)
		delete(fields, key.Value)
	}
	if e.Team == "" || e == (Entry{Team: e.Team}) {
		return e, n.Line, errors.New("want team, and kind, namespace or name")
	}
	return e, n.Line, nil
}

// plain is an error of the YAML parser as LINE: what is wrong.
func plain(err error) string {
	msg := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "unmarshal errors:\n  ", "")
	msg, _, _ = strings.Cut(msg, "\n")
	msg, _, _ = strings.Cut(msg, " in type struct")
	if line, ok := strings.CutPrefix(msg, "line "); ok {
		return line
	}
	return "1: " + msg
}
