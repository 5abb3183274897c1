package posture

import "time"

// Delta is what an evaluation found out about one cluster since the one before
// it: what a store merges, and what an agent sends to its hub.
type Delta struct {
	Source Source    `json:"source"` // ClusterUID is the cluster's identity
	At     time.Time `json:"at"`
	// RuleDigest identifies the rules and the configuration that judged.
	RuleDigest string `json:"ruleDigest"`
	// Complete deltas hold every rule, each Whole: a rule that is not among them
	// is not judged any more, and its findings are resolved.
	Complete bool        `json:"complete"`
	Rules    []RuleDelta `json:"rules"`
	// Assets are all that some rule judged, in a Complete delta: a finding that is
	// no more and whose asset is not among them ends as Deleted, else as Fixed.
	Assets []Asset `json:"assets,omitempty"`
	// NotAssessed, Problems, Summary and Sections are the cluster's as they are
	// now, whatever part of it was evaluated.
	NotAssessed []Unread  `json:"notAssessed"`
	Problems    []string  `json:"problems"`
	Summary     Summary   `json:"summary"`
	Sections    []Section `json:"sections"`
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
