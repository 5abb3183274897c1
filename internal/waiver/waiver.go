// Package waiver knows which findings were accepted: by whom, why, until when.
// A reviewed file grants waivers; an annotation on an object only proposes one.
package waiver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Waiver accepts the findings of rules on the assets that its selector
// matches.
type Waiver struct {
	// Rules are ids, such as NSA-07.
	Rules    []string `yaml:"rules"`
	Selector Selector `yaml:"selector"`
	Reason   string   `yaml:"reason"`
	Owner    string   `yaml:"owner"`
	// Expires is the last day it holds, YYYY-MM-DD, in UTC.
	Expires string `yaml:"expires"`

	// Line is where the file has it.
	Line int `yaml:"-"`
	// used counts the findings it was granted to.
	used    int
	expires time.Time
}

// Selector says which assets are meant. Names are globs as of path.Match; what
// is left out matches everything. At least one part is mandatory.
type Selector struct {
	Cluster   string            `yaml:"cluster"`
	Namespace string            `yaml:"namespace"`
	Kind      string            `yaml:"kind"`
	Name      string            `yaml:"name"`
	Labels    map[string]string `yaml:"labels"`
}

// File is a file of waivers.
type File struct {
	APIVersion string    `yaml:"apiVersion"`
	Kind       string    `yaml:"kind"`
	Waivers    []*Waiver `yaml:"waivers"`

	// TrustAnnotations grants what annotations propose.
	TrustAnnotations bool `yaml:"-"`

	path      string
	mu        sync.Mutex
	labels    map[posture.Asset]map[string]string
	proposals map[posture.Asset]*proposal
	proposed  int
}

// New is a file without waivers: objects may propose some.
func New() *File {
	return &File{labels: map[posture.Asset]map[string]string{}, proposals: map[posture.Asset]*proposal{}}
}

// Load reads waivers. Every mistake is an error that names the line: a waiver
// that silently matched nothing would be trusted.
func Load(file string) (*File, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

// Parse reads the text of a file of waivers.
func Parse(file string, data []byte) (*File, error) {
	f := New()
	f.path = file
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%s", file, plain(err))
	}
	if f.APIVersion != "kspm.io/v1" || f.Kind != "Waivers" {
		return nil, fmt.Errorf("%s:1: want apiVersion: kspm.io/v1 and kind: Waivers", file)
	}
	f.lines(data)
	for _, w := range f.Waivers {
		if err := w.check(); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, w.Line, err)
		}
	}
	return f, nil
}

// plain is an error of the YAML parser as LINE: what is wrong.
func plain(err error) string {
	msg := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "unmarshal errors:\n  ", "")
	msg = strings.ReplaceAll(msg, "\n  ", "; ")
	msg = strings.NewReplacer("type waiver.Waiver", "a waiver", "type waiver.Selector", "a selector", "type waiver.File", "the file").Replace(msg)
	if line, ok := strings.CutPrefix(msg, "line "); ok {
		return line
	}
	return "1: " + msg
}

// lines finds where each waiver begins.
func (f *File) lines(data []byte) {
	var doc struct {
		Waivers []yaml.Node `yaml:"waivers"`
	}
	if yaml.Unmarshal(data, &doc) == nil && len(doc.Waivers) == len(f.Waivers) {
		for i, n := range doc.Waivers {
			f.Waivers[i].Line = n.Line
		}
	}
}

func (w *Waiver) check() error {
	var missing []string
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"rules", len(w.Rules) > 0},
		{"reason", strings.TrimSpace(w.Reason) != ""},
		{"owner", strings.TrimSpace(w.Owner) != ""},
		{"expires", w.Expires != ""},
		{"selector", !w.Selector.empty()},
	} {
		if !field.set {
			missing = append(missing, field.name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the waiver lacks %s", strings.Join(missing, ", "))
	}
	for _, glob := range []string{w.Selector.Cluster, w.Selector.Namespace, w.Selector.Kind, w.Selector.Name} {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("%q is not a pattern: %w", glob, err)
		}
	}
	day, err := time.Parse(time.DateOnly, w.Expires)
	if err != nil {
		return fmt.Errorf("expires %q: want a day such as 2027-01-31", w.Expires)
	}
	w.expires = day.AddDate(0, 0, 1)
	return nil
}

func (s Selector) empty() bool {
	return s.Cluster == "" && s.Namespace == "" && s.Kind == "" && s.Name == "" && len(s.Labels) == 0
}

func (s Selector) matches(cluster string, f *posture.Finding, labels map[string]string) bool {
	glob := func(pattern, value string) bool {
		if pattern == "" {
			return true
		}
		ok, _ := path.Match(pattern, value)
		return ok
	}
	for key, value := range s.Labels {
		if got, ok := labels[key]; !ok || got != value {
			return false
		}
	}
	namespace := f.Namespace
	if f.Kind == "Namespace" {
		namespace = f.Name
	}
	return glob(s.Cluster, cluster) && glob(s.Namespace, namespace) && glob(s.Kind, f.Kind) && glob(s.Name, f.Name)
}

// Expired reports whether the waiver has stopped holding.
func (w *Waiver) Expired(now time.Time) bool { return !now.Before(w.expires) }

// Grant sets the waiver of a finding of a rule, if one holds now, or what the
// asset itself proposes. The objects have been noticed before.
func (f *File) Grant(cluster string, rule string, finding *posture.Finding, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	labels := finding.Labels
	if labels == nil {
		labels = f.labels[finding.Asset]
	}
	for _, w := range f.Waivers {
		if !slices.Contains(w.Rules, rule) || !w.Selector.matches(cluster, finding, labels) {
			continue
		}
		w.used++
		if !w.Expired(now) && finding.Waiver == nil {
			finding.Waiver = &posture.Waiver{Reason: w.Reason, Owner: w.Owner, Expires: w.Expires}
		}
	}
	f.propose(rule, finding, now)
}
