package owner

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

var errEntry = errors.New("want team, and kind, namespace, name or labels")

// readEntry decodes an entry; the line is that of the mistake.
func readEntry(n *yaml.Node) (e Entry, line int, err error) {
	if n.Kind != yaml.MappingNode {
		return e, n.Line, errEntry
	}
	fields := map[string]*string{"team": &e.Team, "kind": &e.Kind, "namespace": &e.Namespace, "name": &e.Name}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Value == "labels" && e.Labels == nil {
			if e.Labels, line, err = readLabels(value); err != nil {
				return e, line, err
			}
			continue
		}
		field := fields[key.Value]
		switch {
		case field == nil:
			return e, key.Line, fmt.Errorf("%q is no key of an owner, or is there twice: want team, kind, namespace, name or labels", key.Value)
		case value.Kind != yaml.ScalarNode || strings.TrimSpace(value.Value) == "":
			return e, value.Line, fmt.Errorf("%s: want a text", key.Value)
		}
		if _, err := path.Match(value.Value, ""); err != nil && key.Value != "team" {
			return e, value.Line, fmt.Errorf("%s: %q is not a pattern", key.Value, value.Value)
		}
		*field = strings.TrimSpace(value.Value)
		delete(fields, key.Value)
	}
	if e.Team == "" || e.Kind+e.Namespace+e.Name == "" && len(e.Labels) == 0 {
		return e, n.Line, errEntry
	}
	return e, n.Line, nil
}

func readLabels(n *yaml.Node) (labels map[string]string, line int, err error) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return nil, n.Line, errors.New("labels: want labels and their values, as in {app: web}")
	}
	labels = map[string]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if _, twice := labels[key.Value]; twice || value.Kind != yaml.ScalarNode {
			return nil, key.Line, fmt.Errorf("labels: %s: want one text", key.Value)
		}
		labels[key.Value] = value.Value
	}
	return labels, n.Line, nil
}

// matches reports whether an asset that is in a namespace and has labels is the
// entry's.
func (e Entry) matches(a posture.Asset, namespace string, labels map[string]string) bool {
	for _, part := range [][2]string{{e.Kind, a.Kind}, {e.Namespace, namespace}, {e.Name, a.Name}} {
		if ok, _ := path.Match(part[0], part[1]); part[0] != "" && !ok {
			return false
		}
	}
	for key, value := range e.Labels {
		if got, ok := labels[key]; !ok || got != value {
			return false
		}
	}
	return true
}
