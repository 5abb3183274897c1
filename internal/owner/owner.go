// Package owner knows which team an asset belongs to: by its own annotation,
// by its namespace, or by a file of owners.
package owner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Key is the annotation or label that names the team of an object.
const Key = "kspm.io/team"

// Entry gives the assets that it matches to a team. Kind, Namespace and Name
// are globs as of path.Match, and Labels are those of the asset itself; what is
// left out matches everything.
type Entry struct {
	Team      string
	Kind      string
	Namespace string
	Name      string
	Labels    map[string]string
}

// Owners is a file of owners, and what objects say of themselves.
type Owners struct {
	entries []Entry
	// keys are the annotations and labels that name a team, the first first.
	keys []string
	// selecting are the labels that some entry asks for.
	selecting map[string]bool

	mu         sync.Mutex
	assets     map[posture.Asset]string
	namespaces map[string]string
	labels     map[posture.Asset]map[string]string
}

// New are owners without a file.
func New() *Owners { return (&Owners{keys: []string{Key}}).Fresh() }

// Fresh has the same file, and has noticed nothing yet.
func (o *Owners) Fresh() *Owners {
	return &Owners{
		entries: o.entries, keys: o.keys, selecting: o.selecting,
		assets: map[posture.Asset]string{}, namespaces: map[string]string{}, labels: map[posture.Asset]map[string]string{},
	}
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
		Keys       []yaml.Node `yaml:"keys"`
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
	o.selecting = map[string]bool{}
	for _, n := range doc.Keys {
		if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" {
			return nil, fmt.Errorf("%s:%d: keys: want the name of an annotation or a label", file, n.Line)
		}
		o.keys = append(o.keys, strings.TrimSpace(n.Value))
	}
	for i := range doc.Owners {
		e, line, err := readEntry(&doc.Owners[i])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		o.entries = append(o.entries, e)
		for key := range e.Labels {
			o.selecting[key] = true
		}
	}
	return o, nil
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
