package rule

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Parameter is something that a rule can be told: its SQL reads the value from
// kspm_parameters.
type Parameter struct {
	Name string `yaml:"name"`
	// Type is list (of texts), text, integer or boolean.
	Type string `yaml:"type"`
	// Default is the value where nothing is set; the rule says itself what it
	// does without one.
	Default any    `yaml:"default"`
	Doc     string `yaml:"doc"`

	rule     string // id of the rule that declares it
	fallback *string
	value    *string // what is set
}

// Info is the parameter as a row of kspm_parameters.
func (p *Parameter) Info() tables.ParameterInfo {
	info := tables.ParameterInfo{Rule: p.rule, Name: p.Name, Type: p.Type, Doc: strings.TrimSpace(p.Doc), Value: p.fallback, Default: p.fallback}
	if p.value != nil {
		info.Value, info.Set = p.value, true
	}
	return info
}

var parameterName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (r *Rule) checkParameters() error {
	seen := map[string]bool{}
	for _, p := range r.Parameters {
		switch {
		case !parameterName.MatchString(p.Name):
			return fmt.Errorf("parameters: name %q: want something like allowed_registries", p.Name)
		case seen[p.Name]:
			return fmt.Errorf("parameters: %s is there twice", p.Name)
		case strings.TrimSpace(p.Doc) == "":
			return fmt.Errorf("parameters: %s lacks doc", p.Name)
		case !slices.Contains([]string{"list", "text", "integer", "boolean"}, p.Type):
			return fmt.Errorf("parameters: %s: type %q: want list, text, integer or boolean", p.Name, p.Type)
		}
		seen[p.Name] = true
		p.rule = r.ID
		if p.Default != nil {
			value, err := p.text(p.Default)
			if err != nil {
				return fmt.Errorf("parameters: %s: default: %w", p.Name, err)
			}
			p.fallback = &value
		}
	}
	return nil
}

// Set gives a parameter its value.
func (r *Rule) Set(name string, value any) error {
	i := slices.IndexFunc(r.Parameters, func(p *Parameter) bool { return p.Name == name })
	if i < 0 {
		if len(r.Parameters) == 0 {
			return fmt.Errorf("%s has no parameters", r.ID)
		}
		var names []string
		for _, p := range r.Parameters {
			names = append(names, p.Name)
		}
		return fmt.Errorf("%s has no parameter %s: want %s", r.ID, name, strings.Join(names, " or "))
	}
	p := r.Parameters[i]
	text, err := p.text(value)
	if err != nil {
		return fmt.Errorf("%s.%s: %w", r.ID, name, err)
	}
	p.value = &text
	return nil
}

// With sets parameters until the returned function is called.
func (r *Rule) With(values map[string]any) (restore func(), err error) {
	before := map[*Parameter]*string{}
	for _, p := range r.Parameters {
		before[p] = p.value
	}
	restore = func() {
		for p, value := range before {
			p.value = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := r.Set(name, values[name]); err != nil {
			restore()
			return nil, err
		}
	}
	return restore, nil
}

// text is a value of a parameter as kspm_parameters holds it.
func (p *Parameter) text(value any) (string, error) {
	switch v := value.(type) {
	case string:
		if p.Type == "text" {
			return v, nil
		}
	case int:
		if p.Type == "integer" {
			return strconv.Itoa(v), nil
		}
	case bool:
		if p.Type == "boolean" && v {
			return "1", nil
		} else if p.Type == "boolean" {
			return "0", nil
		}
	case []any:
		if p.Type != "list" {
			break
		}
		for _, item := range v {
			if _, ok := item.(string); !ok {
				return "", fmt.Errorf("%v is no text: want a list of texts (quote it)", item)
			}
		}
		text, err := json.Marshal(v)
		return string(text), err
	}
	return "", fmt.Errorf("%v is not of type %s", value, p.Type)
}

// told are the parameters as people are told of them.
func (r *Rule) told() []posture.Parameter {
	var told []posture.Parameter
	for _, p := range r.Parameters {
		info := p.Info()
		told = append(told, posture.Parameter{Name: info.Name, Type: info.Type, Value: info.Value, Default: info.Default, Doc: info.Doc})
	}
	return told
}
