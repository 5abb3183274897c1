package posture

import (
	"fmt"
	"strings"
)

// Gate says which reports fail a run.
type Gate struct {
	// Severity is the least that fails; info never does.
	Severity Severity
	// Review has evidence that a human must judge fail as well, None nothing.
	Review, None bool
	// MinCompliance is the least percentage of compliant assets; 0 asks for none.
	MinCompliance float64
}

// ParseFailOn reads the value of --fail-on.
func ParseFailOn(name string) (Gate, error) {
	switch strings.ToLower(name) {
	case "review":
		return Gate{Severity: Low, Review: true}, nil
	case "none":
		return Gate{None: true}, nil
	}
	s, err := ParseSeverity(name)
	if err != nil || s == Info {
		return Gate{}, fmt.Errorf("%q: want critical, high, medium, low, review or none", name)
	}
	return Gate{Severity: s}, nil
}

// String is the gate in words: "severity high or worse".
func (g Gate) String() string {
	switch {
	case g.None:
		return "nothing"
	case g.Review:
		return "severity low or worse, or for review"
	case g.Severity == Critical:
		return "severity critical"
	}
	return "severity " + g.Severity.String() + " or worse"
}

// Fails reports whether a finding of a rule with a status fails the run.
func (g Gate) Fails(status Status, f Finding) bool {
	if g.None || !f.Counts() {
		return false
	}
	return (status == Fail || status == Review && g.Review) && f.Severity >= max(g.Severity, Low)
}

// Check returns why a report fails, in a line each; nothing where it passes.
// With a comparison to a baseline, only what is new fails by severity.
func (g Gate) Check(r *Report, since *Comparison) []string {
	var why []string
	n := 0
	if since != nil {
		if n = g.count(since); n > 0 {
			why = append(why, fmt.Sprintf("%s of %s that the baseline does not have", counted(n, "finding"), g))
		}
	} else {
		for _, rule := range r.Rules {
			for _, f := range rule.Findings {
				if g.Fails(rule.Status, f) {
					n++
				}
			}
		}
		if n > 0 {
			why = append(why, fmt.Sprintf("%s of %s", counted(n, "finding"), g))
		}
	}
	if percent, ok := r.Summary.Assets.Percent(); ok && percent < g.MinCompliance {
		why = append(why, fmt.Sprintf("%.1f%% of the assets are compliant, less than %g%%", percent, g.MinCompliance))
	}
	return why
}

// count counts the new findings of a comparison that fail.
func (g Gate) count(c *Comparison) (n int) {
	for _, change := range c.New {
		if g.Fails(change.Status, change.Finding) {
			n++
		}
	}
	return n
}

// FailsComparison reports whether what is new in a comparison fails.
func (g Gate) FailsComparison(c *Comparison) bool { return g.count(c) > 0 }

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
