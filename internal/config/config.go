// Package config reads kspm.yaml: what rules are told, how severe they are,
// what is left out, and where waivers are.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Name is what a configuration file is called where nobody names one.
const Name = "kspm.yaml"

// File is a configuration file.
type File struct {
	// Benchmarks are judged by where no flag says otherwise.
	Benchmarks []string
	// Settings are the parameters of rules, in the order of the file.
	Settings []Setting
	// Severities are the overrides, in the order of the file.
	Severities []Severity
	Exclude    []Selector
	// Waivers is a file, found from where this one is; empty without.
	Waivers string
	// Owners is a file, found likewise; empty without.
	Owners string

	path string
	data []byte
}

// Setting is a value of a parameter: a string, int, bool or []any of what YAML
// has there.
type Setting struct {
	Rule, Name string
	Value      any
	Line       int
}

// Severity is that of a rule.
type Severity struct {
	Rule     string
	Severity posture.Severity
	Line     int
}

// Selector says which assets are meant. Its parts are globs as of path.Match;
// what is left out matches everything. At least one part is mandatory.
type Selector struct {
	Kind      string `yaml:"kind"`
	Namespace string `yaml:"namespace"`
	Name      string `yaml:"name"`
}

// Load reads a configuration file. Every mistake is an error that names the
// line.
func Load(file string) (*File, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

// document is the file as YAML has it. The maps are nodes for the sake of
// their lines.
type document struct {
	APIVersion string      `yaml:"apiVersion"`
	Kind       string      `yaml:"kind"`
	Benchmarks []string    `yaml:"benchmarks"`
	Parameters yaml.Node   `yaml:"parameters"`
	Severity   yaml.Node   `yaml:"severity"`
	Exclude    []yaml.Node `yaml:"exclude"`
	Waivers    string      `yaml:"waivers"`
	Owners     string      `yaml:"owners"`
}

// Parse reads the text of a configuration file.
func Parse(file string, data []byte) (*File, error) {
	f := &File{path: file, data: data}
	var doc document
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, f.yamlError(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: want one YAML document", file)
	}
	if doc.APIVersion != "kspm.io/v1" || doc.Kind != "Config" {
		return nil, fmt.Errorf("%s:1: want apiVersion: kspm.io/v1 and kind: Config", file)
	}
	f.Benchmarks = doc.Benchmarks
	f.Waivers = f.beside(doc.Waivers)
	f.Owners = f.beside(doc.Owners)
	for _, read := range []func() error{
		func() error { return f.readParameters(&doc.Parameters) },
		func() error { return f.readSeverities(&doc.Severity) },
		func() error { return f.readExclude(doc.Exclude) },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Path is where the file is.
func (f *File) Path() string { return f.path }

// Text identifies what rules are told: nothing where the file tells them
// nothing.
func (f *File) Text() string {
	if len(f.Settings)+len(f.Severities)+len(f.Exclude) == 0 {
		return ""
	}
	return fmt.Sprint(f.Settings, f.Severities, f.Exclude)
}

// Errorf is an error of a line of the file.
func (f *File) Errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", f.path, line, fmt.Sprintf(format, args...))
}

// Excludes reports whether an asset is left out. A namespace is left out with
// what is in it.
func (f *File) Excludes(a posture.Asset) bool {
	for _, s := range f.Exclude {
		if s.matches(a) {
			return true
		}
	}
	return false
}

func (s Selector) matches(a posture.Asset) bool {
	namespace := a.Namespace
	if a.Kind == "Namespace" {
		namespace = a.Name
	}
	for _, part := range [][2]string{{s.Kind, a.Kind}, {s.Namespace, namespace}, {s.Name, a.Name}} {
		if ok, _ := path.Match(part[0], part[1]); part[0] != "" && !ok {
			return false
		}
	}
	return true
}

// beside is a path of the file, which is from where the file is.
func (f *File) beside(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(f.path), name)
}

// yamlError puts the file before the line that the YAML parser names.
func (f *File) yamlError(err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	msg = strings.TrimSpace(strings.TrimPrefix(msg, "unmarshal errors:"))
	msg, _, _ = strings.Cut(msg, "\n")
	msg = strings.NewReplacer("in type config.document", "in a configuration", "in type config.Selector", "in a selector").Replace(msg)
	if line, rest, ok := strings.Cut(msg, ": "); ok && strings.HasPrefix(line, "line ") {
		return fmt.Errorf("%s:%s: %s", f.path, strings.TrimPrefix(line, "line "), rest)
	}
	return fmt.Errorf("%s: %s", f.path, msg)
}
