package benchmark

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// Selection is what of the benchmarks is asked for.
type Selection struct {
	// Names are benchmarks, or All.
	Names []string
	// Level is the highest level of a rule; 0 is no limit. A benchmark's level
	// 2 holds its level 1.
	Level int
	// Profiles are parts of the cluster that rules are about; none is all.
	Profiles []string
}

// Check refuses what cannot be asked for. Each error begins with the name of
// the flag that says it.
func (s Selection) Check() error {
	if s.Level < 0 || s.Level > 2 {
		return fmt.Errorf("--level %d: want 1 or 2", s.Level)
	}
	for _, p := range s.Profiles {
		if !slices.Contains(rule.Profiles, p) {
			return fmt.Errorf("--profile %q: want one of %s", p, strings.Join(rule.Profiles, ", "))
		}
	}
	return nil
}

// Pick returns the rules that are asked for, in their order. Rules without a
// level are of every level; rules without a profile are of none.
func (s Selection) Pick(rules []*rule.Rule) ([]*rule.Rule, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	known := Names(rules)
	for _, name := range s.Names {
		if !slices.Contains(known, strings.ToLower(name)) && name != All {
			return nil, fmt.Errorf("--benchmark %q: want one of %s, %s", name, strings.Join(known, ", "), All)
		}
	}
	var picked []*rule.Rule
	for _, r := range rules {
		if s.has(r) {
			picked = append(picked, r)
		}
	}
	if len(picked) == 0 {
		return nil, fmt.Errorf("--benchmark %s has no rules of %s", strings.Join(s.Names, ","), s.narrowed())
	}
	return picked, nil
}

func (s Selection) has(r *rule.Rule) bool {
	named := slices.ContainsFunc(s.Names, func(name string) bool { return name == All || strings.EqualFold(name, r.Benchmark()) })
	return named && (s.Level == 0 || r.Level <= s.Level) && (len(s.Profiles) == 0 || slices.Contains(s.Profiles, r.Profile))
}

// narrowed says what the benchmarks were narrowed to.
func (s Selection) narrowed() string {
	var parts []string
	if s.Level > 0 {
		parts = append(parts, fmt.Sprintf("level %d", s.Level))
	}
	if len(s.Profiles) > 0 {
		parts = append(parts, "profile "+strings.Join(s.Profiles, ", "))
	}
	return strings.Join(parts, " and ")
}
