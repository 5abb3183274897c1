package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Profiles are the parts of a cluster that a benchmark's rules are about.
var Profiles = []string{"control-plane", "etcd", "worker", "policies"}

// How a benchmark has a rule assessed, whatever we make of it.
const (
	Automated = "automated"
	ByHand    = "manual"
)

// BenchmarkKeys are the keys of a header that a benchmark gives a rule.
type BenchmarkKeys struct {
	// Level is 1 for what every cluster can have, 2 for what costs more.
	Level int `yaml:"level"`
	// Type is how the benchmark assesses the rule: automated or manual.
	Type string `yaml:"type"`
	// Profile is one of Profiles.
	Profile string `yaml:"profile"`
	// Formerly are the ids of the same rule in earlier editions, by edition.
	Formerly map[string]string `yaml:"formerly"`
}

func (k BenchmarkKeys) check() error {
	if k.Level < 0 || k.Level > 2 {
		return fmt.Errorf("level %d: want 1 or 2", k.Level)
	}
	if k.Type != "" && k.Type != Automated && k.Type != ByHand {
		return fmt.Errorf("type %q: want automated or manual", k.Type)
	}
	if k.Profile != "" && !slices.Contains(Profiles, k.Profile) {
		return fmt.Errorf("profile %q: want one of %s", k.Profile, strings.Join(Profiles, ", "))
	}
	return nil
}

// Said is what the benchmark says of the rule, in one line: level 1, manual in
// the benchmark, 5.2.10 in edition 1.11. It is empty for most rules.
func (k BenchmarkKeys) Said() string {
	var parts []string
	if k.Level > 0 {
		parts = append(parts, fmt.Sprintf("level %d", k.Level))
	}
	if k.Type != "" {
		parts = append(parts, k.Type+" in the benchmark")
	}
	if k.Profile != "" {
		parts = append(parts, "profile "+k.Profile)
	}
	for _, edition := range slices.Sorted(maps.Keys(k.Formerly)) {
		parts = append(parts, fmt.Sprintf("%s in edition %s", k.Formerly[edition], edition))
	}
	return strings.Join(parts, ", ")
}

// Benchmark is the benchmark that the rule is of.
func (r *Rule) Benchmark() string { return posture.BenchmarkOf(r.ID) }
