// Package benchmark knows the benchmarks that rules belong to: which there
// are, for which platform and versions of Kubernetes, and which of their rules
// a level or a profile asks for.
package benchmark

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// All stands for every benchmark.
const All = "all"

// Benchmark is an ordered set of rules: those whose ids begin with its name.
type Benchmark struct {
	// Name is nsa, cis, cis-eks …
	Name  string `yaml:"name"`
	Title string `yaml:"title"`
	// Platform is the managed service that it is written for; empty for any.
	Platform string `yaml:"platform"`
	// Versions are its editions, oldest first.
	Versions []Version `yaml:"versions"`
}

// Version is an edition of a benchmark.
type Version struct {
	Version string `yaml:"version"`
	// From is the first minor version of Kubernetes that it is for, as 1.34.
	From string `yaml:"from"`
}

// List is what is known of benchmarks. Rules of a user's own belong to
// benchmarks that are not in it.
type List []Benchmark

// Load reads the benchmark.yaml of every folder.
func Load(files fs.FS) (List, error) {
	names, err := fs.Glob(files, "*/benchmark.yaml")
	if err != nil {
		return nil, err
	}
	var list List
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		b, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if b.Name != path.Dir(name) {
			return nil, fmt.Errorf("%s: name %q is not that of its folder", name, b.Name)
		}
		list = append(list, b)
	}
	return list, nil
}

func parse(text []byte) (Benchmark, error) {
	var b Benchmark
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&b); err != nil {
		return b, err
	}
	if b.Title == "" {
		return b, errors.New("no title")
	}
	for _, v := range b.Versions {
		if v.From != "" && minor(v.From) < 0 {
			return b, fmt.Errorf("version %s: from %q: want a version of Kubernetes such as 1.34", v.Version, v.From)
		}
	}
	return b, nil
}

// Named finds a benchmark.
func (l List) Named(name string) (Benchmark, bool) {
	i := slices.IndexFunc(l, func(b Benchmark) bool { return b.Name == name })
	if i < 0 {
		return Benchmark{Name: name}, false
	}
	return l[i], true
}

// For is the benchmark that is written for a platform: eks, gke, aks.
func (l List) For(platform string) (Benchmark, bool) {
	i := slices.IndexFunc(l, func(b Benchmark) bool { return platform != "" && b.Platform == platform })
	if i < 0 {
		return Benchmark{}, false
	}
	return l[i], true
}

// VersionFor is the edition for a cluster: the newest one that is not for a
// later Kubernetes. Where the cluster's version is not known it is the newest.
func (b Benchmark) VersionFor(kubernetes string) string {
	cluster := minor(kubernetes)
	for _, v := range slices.Backward(b.Versions) {
		if cluster < 0 || v.From == "" || minor(v.From) <= cluster {
			return v.Version
		}
	}
	if len(b.Versions) > 0 {
		return b.Versions[0].Version
	}
	return ""
}

// Has reports whether there is such an edition.
func (b Benchmark) Has(version string) bool {
	return slices.ContainsFunc(b.Versions, func(v Version) bool { return v.Version == version })
}

// minor is 34 of 1.34 and of v1.34.2-eks-1a2b3c; -1 when there is none.
func minor(version string) int {
	major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		rest = rest[:end]
	}
	n, err := strconv.Atoi(rest)
	if err != nil || major != "1" {
		return -1
	}
	return n
}

// Names are the benchmarks that rules belong to, sorted.
func Names(rules []*rule.Rule) []string {
	var names []string
	for _, r := range rules {
		if !slices.Contains(names, r.Benchmark()) {
			names = append(names, r.Benchmark())
		}
	}
	slices.Sort(names)
	return names
}
