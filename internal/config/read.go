package config

import (
	"bytes"
	"path"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// pairs calls each for every key of a map; an absent one has none.
func (f *File) pairs(n *yaml.Node, what string, each func(key, value *yaml.Node) error) error {
	if n.Kind == 0 || n.Tag == "!!null" {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return f.Errorf(n.Line, "%s: want a map", what)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || seen[key.Value] {
			return f.Errorf(key.Line, "%s: %q is there twice, or is no name", what, key.Value)
		}
		seen[key.Value] = true
		if err := each(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) readParameters(n *yaml.Node) error {
	return f.pairs(n, "parameters", func(rule, values *yaml.Node) error {
		return f.pairs(values, "parameters of "+rule.Value, func(name, value *yaml.Node) error {
			s := Setting{Rule: rule.Value, Name: name.Value, Line: name.Line}
			if err := value.Decode(&s.Value); err != nil {
				return f.yamlError(err)
			}
			if s.Value == nil {
				return f.Errorf(name.Line, "parameters of %s: %s has no value", rule.Value, name.Value)
			}
			f.Settings = append(f.Settings, s)
			return nil
		})
	})
}

func (f *File) readSeverities(n *yaml.Node) error {
	return f.pairs(n, "severity", func(rule, value *yaml.Node) error {
		severity, err := posture.ParseSeverity(value.Value)
		if err != nil {
			return f.Errorf(value.Line, "severity of %s: %v", rule.Value, err)
		}
		f.Severities = append(f.Severities, Severity{rule.Value, severity, rule.Line})
		return nil
	})
}

func (f *File) readExclude(nodes []yaml.Node) error {
	for i := range nodes {
		n := &nodes[i]
		// A node decodes without regard to unknown keys.
		text, err := yaml.Marshal(n)
		if err != nil {
			return f.yamlError(err)
		}
		var s Selector
		dec := yaml.NewDecoder(bytes.NewReader(text))
		dec.KnownFields(true)
		if err := dec.Decode(&s); err != nil || s == (Selector{}) {
			return f.Errorf(n.Line, "exclude: want kind, namespace or name, and nothing else")
		}
		for _, glob := range []string{s.Kind, s.Namespace, s.Name} {
			if _, err := path.Match(glob, ""); err != nil {
				return f.Errorf(n.Line, "exclude: %q is not a pattern", glob)
			}
		}
		f.Exclude = append(f.Exclude, s)
	}
	return nil
}
