package posture

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Delta is what an evaluation found out about one cluster since the one before
// it: what a store merges, and what an agent sends to its hub.
type Delta struct {
	Source Source    `json:"source"` // ClusterUID is the cluster's identity
	At     time.Time `json:"at"`
	// RuleDigest identifies the rules and the configuration that judged.
	RuleDigest string `json:"ruleDigest"`
	// Complete deltas hold every rule, each Whole: a rule that is not among them
	// is not judged any more, and its findings are resolved.
	Complete bool `json:"complete"`
	// Only says that a Complete delta is of the benchmarks of its rules alone:
	// the rules of others stay as they are.
	Only  bool        `json:"only,omitempty"`
	Rules []RuleDelta `json:"rules"`
	// Assets are all that some rule judged, in a Complete delta: a finding that is
	// no more and whose asset is not among them ends as Deleted, else as Fixed.
	Assets []Asset `json:"assets,omitempty"`
	// NotAssessed, Problems, Summary and Sections are the cluster's as they are
	// now, whatever part of it was evaluated.
	NotAssessed []Unread  `json:"notAssessed"`
	Problems    []string  `json:"problems"`
	Summary     Summary   `json:"summary"`
	Sections    []Section `json:"sections"`
	// Benchmarks sum up the rules of each benchmark, as Sections do by section.
	Benchmarks []Section `json:"benchmarks,omitempty"`
}

// RuleDelta is what is new of one rule. Its status and counts are those of the
// whole cluster.
type RuleDelta struct {
	// RuleResult's Findings are all that fail if Whole is set, else those that
	// are new or changed.
	RuleResult
	Benchmark string `json:"benchmark"`
	// Text is what people are told of the rule; nil where it was told before.
	Text *Rule `json:"text,omitempty"`
	// Whole says that Findings is everything the rule knows of the cluster. An
	// open finding that is not among them is resolved, unless its asset is in
	// Unassessed, or the rule came to no verdict (Status.Incomplete): who could
	// not look resolves nothing.
	Whole bool `json:"whole"`
	// Resolved are findings that are no more, where Whole is not set.
	Resolved []Resolution `json:"resolved,omitempty"`
}

// Resolution is the end of a finding.
type Resolution struct {
	Fingerprint string `json:"fingerprint"`
	Asset
	Reason ResolveReason `json:"reason"`
}

// ResolveReason says why a finding is no more.
type ResolveReason string

// The reasons.
const (
	Fixed       ResolveReason = "fixed"        // the asset is there, and passes
	Deleted     ResolveReason = "deleted"      // the asset is gone
	RuleRemoved ResolveReason = "rule_removed" // the rule is not judged any more
)

// benchmarkName is the capital words that an id begins with.
var benchmarkName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z]+)*(?:-|$)`)

// BenchmarkOf is the benchmark that a rule is of, by the capital words at the
// front of its id in lower case: nsa of NSA-23, cis-eks of CIS-EKS-4.1.1.
func BenchmarkOf(rule string) string {
	return strings.ToLower(strings.TrimSuffix(benchmarkName.FindString(rule), "-"))
}

// Delta is everything that a finished report says of a whole cluster.
func (r *Report) Delta() Delta {
	d := Delta{
		Source: r.Source, At: r.FinishedAt, RuleDigest: r.RuleDigest, Complete: true,
		NotAssessed: r.NotAssessed, Problems: r.Problems, Summary: r.Summary, Sections: r.Sections,
	}
	assets := map[Asset]bool{}
	byBenchmark := map[string][]RuleResult{}
	for _, rule := range r.Rules {
		benchmark := BenchmarkOf(rule.ID)
		byBenchmark[benchmark] = append(byBenchmark[benchmark], rule)
		d.Rules = append(d.Rules, RuleDelta{RuleResult: rule, Benchmark: benchmark, Text: &rule.Rule, Whole: true})
		for _, a := range rule.Judged {
			assets[a] = true
		}
		for _, u := range rule.Unassessed {
			assets[u.Asset] = true
		}
		for _, f := range rule.Findings {
			assets[f.Asset] = true
		}
	}
	d.Assets = slices.SortedFunc(maps.Keys(assets), Asset.Compare)
	for _, name := range slices.Sorted(maps.Keys(byBenchmark)) {
		b := Section{Name: name}
		b.Rules, b.Assets, b.Coverage = sum(byBenchmark[name])
		d.Benchmarks = append(d.Benchmarks, b)
	}
	return d
}
