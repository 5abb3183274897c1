package posture

import (
	"cmp"
	"slices"
	"time"
)

// The report's own kind, as API objects name theirs.
const (
	APIVersion = "kspm.io/v1"
	Kind       = "Report"
)

// Report is the posture of one source: the contract that every format, the
// store and the API are made from.
type Report struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Source     Source `json:"source"`
	Benchmark  string `json:"benchmark,omitempty"`
	// Part says of which assets the report is, where it is not of all.
	Part *Part `json:"part,omitempty"`
	// BenchmarkVersion is the edition of the benchmark, where it has several.
	BenchmarkVersion string       `json:"benchmarkVersion,omitempty"`
	StartedAt        time.Time    `json:"startedAt"`
	FinishedAt       time.Time    `json:"finishedAt"`
	RuleDigest       string       `json:"ruleDigest"`
	Summary          Summary      `json:"summary"`
	Sections         []Section    `json:"sections"`
	Rules            []RuleResult `json:"rules"`
	NotAssessed      []Unread     `json:"notAssessed"`
	// Problems are parts of the source that could not be read at all, such as
	// broken manifests: with one, the report is incomplete.
	Problems []string `json:"problems"`
	// Baseline is what changed since an earlier report, where one was given.
	Baseline *Comparison `json:"baseline,omitempty"`
	// Imported is what another tool said, where its report was given.
	Imported *Imported `json:"imported,omitempty"`
}

// Source says what was looked at.
type Source struct {
	Type       string `json:"type"` // cluster, manifests or snapshot
	Name       string `json:"name"`
	ClusterUID string `json:"clusterUID,omitempty"`
	Version    string `json:"version,omitempty"`
	Provider   string `json:"provider,omitempty"`
	Namespace  string `json:"namespace,omitempty"` // the scope, when not everything
	Objects    int    `json:"objects"`
}

// Unread is a resource that rules needed and that could not be read.
type Unread struct {
	Resource string `json:"resource"`
	Reason   string `json:"reason"`
	Grant    string `json:"grant,omitempty"` // the RBAC rule that would allow it
}

// Summary counts. Coverage is the share of what was asked for, manual rules
// and those that are not applicable left out, that could be judged: every rule
// weighs the same, and one that could judge three assets of four counts as
// three quarters.
type Summary struct {
	Rules    map[Status]int `json:"rules"`
	Assets   AssetSummary   `json:"assets"`
	Coverage float64        `json:"coverage"`
	// Excluded counts the assets that the configuration leaves out.
	Excluded int `json:"excluded,omitempty"`
}

// AssetSummary counts assets over all judged rules; a compliant one fails
// none of them. NotAssessed ones fail none either, but some rule could not
// judge them: they are not in Total.
type AssetSummary struct {
	Total       int `json:"total"`
	Compliant   int `json:"compliant"`
	Exempt      int `json:"exempt"`
	NotAssessed int `json:"notAssessed"`
}

// Percent is the share of compliant assets, and false where there are none.
func (a AssetSummary) Percent() (float64, bool) {
	if a.Total == 0 {
		return 0, false
	}
	return 100 * float64(a.Compliant) / float64(a.Total), true
}

// Section sums up the rules of one section of the guide.
type Section struct {
	Name     string         `json:"name"`
	Rules    map[Status]int `json:"rules"`
	Assets   AssetSummary   `json:"assets"`
	Coverage float64        `json:"coverage"`
}

// RuleResult is what one rule found.
type RuleResult struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Section  string   `json:"section"`
	Severity Severity `json:"severity"`
	// Level, Type and Profile are what a benchmark says of the rule: level 1
	// or 2, assessed automated or manual, and the part of the cluster.
	Level    int        `json:"level,omitempty"`
	Type     string     `json:"type,omitempty"`
	Profile  string     `json:"profile,omitempty"`
	Status   Status     `json:"status"`
	Reason   string     `json:"reason"`
	Assets   AssetCount `json:"assets"`
	Findings []Finding  `json:"findings"`
	// Unassessed are the assets that the rule could not judge.
	Unassessed []Unassessed `json:"unassessed"`
	// Judged are the assets the rule looked at, and Rule is its text; neither
	// is part of the JSON form.
	Judged []Asset `json:"-"`
	Rule   Rule    `json:"-"`
}

// AssetCount counts the assets of one rule. Those that are exempt and those
// that could not be judged are not in Total.
type AssetCount struct {
	Total       int `json:"total"`
	Failed      int `json:"failed"`
	Waived      int `json:"waived"`
	Exempt      int `json:"exempt"`
	NotAssessed int `json:"notAssessed"`
}

// Finish sorts the report and computes its sums. Order is rule id, then
// namespace, kind, name.
func (r *Report) Finish() {
	r.APIVersion, r.Kind = APIVersion, Kind
	slices.SortFunc(r.Rules, func(a, b RuleResult) int { return CompareIDs(a.ID, b.ID) })
	slices.SortFunc(r.NotAssessed, func(a, b Unread) int { return cmp.Compare(a.Resource, b.Resource) })
	if r.NotAssessed == nil {
		r.NotAssessed = []Unread{}
	}
	if r.Problems == nil {
		r.Problems = []string{}
	}
	for i := range r.Rules {
		r.Rules[i].finish()
	}
	r.Summary.Rules, r.Summary.Assets, r.Summary.Coverage = sum(r.Rules)
	r.Sections = []Section{}
	for _, name := range r.sectionNames() {
		s := Section{Name: name}
		s.Rules, s.Assets, s.Coverage = sum(r.in(name))
		r.Sections = append(r.Sections, s)
	}
}

// sectionNames are the sections in the order of their first rule.
func (r *Report) sectionNames() []string {
	var names []string
	for _, rule := range r.Rules {
		if !slices.Contains(names, rule.Section) {
			names = append(names, rule.Section)
		}
	}
	return names
}

func (r *Report) in(section string) []RuleResult {
	var rules []RuleResult
	for _, rule := range r.Rules {
		if rule.Section == section {
			rules = append(rules, rule)
		}
	}
	return rules
}

// Incomplete reports whether anything that was asked for is missing.
func (r *Report) Incomplete() bool {
	return len(r.Problems) > 0 || slices.ContainsFunc(r.Rules, RuleResult.Incomplete)
}

// Failing returns the failing rules, worst first: by severity, then by how
// many assets fail, then by id.
func (r *Report) Failing() []RuleResult {
	var failing []RuleResult
	for _, rule := range r.Rules {
		if rule.Status == Fail {
			failing = append(failing, rule)
		}
	}
	slices.SortStableFunc(failing, func(a, b RuleResult) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Assets.Failed, a.Assets.Failed), CompareIDs(a.ID, b.ID))
	})
	return failing
}
