package posture

import (
	"cmp"
	"slices"
	"time"
)

// Comparison is what changed from one report to another. Only findings that
// count are compared: a waived or exempt one is as good as none.
type Comparison struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Before     Compared `json:"before"`
	After      Compared `json:"after"`
	// New are in the later report alone, Gone in the earlier alone, and Unknown
	// in the earlier where the later one could not look.
	New     []Change `json:"new"`
	Gone    []Change `json:"gone"`
	Unknown []Change `json:"unknown"`
	// Known counts findings that are in both.
	Known int `json:"known"`
	// Rules are those whose status changed, or that one report alone has.
	Rules []RuleChange `json:"rules"`
}

// Compared says which report was compared, and its sums.
type Compared struct {
	Source     Source    `json:"source"`
	FinishedAt time.Time `json:"finishedAt"`
	Summary    Summary   `json:"summary"`
}

// Change is a finding that came or went, with the rows that did.
type Change struct {
	Rule    string `json:"rule"`
	Title   string `json:"title"`
	Section string `json:"section"`
	Status  Status `json:"status"` // of the rule that found it: fail or review
	Finding
	// Reason says more than that it came or went: waived, the rule is new.
	Reason string `json:"reason,omitempty"`
}

// RuleChange is a rule whose status changed; a status is empty in the report
// that does not have the rule.
type RuleChange struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Before Status `json:"before"`
	After  Status `json:"after"`
}

// Compare finds what changed. Identity is that of the fingerprints; a finding
// is gone only where the later report looked at its asset.
func Compare(before, after *Report) *Comparison {
	c := &Comparison{
		APIVersion: APIVersion, Kind: "Comparison", Before: before.compared(), After: after.compared(),
		New: []Change{}, Gone: []Change{}, Unknown: []Change{}, Rules: []RuleChange{},
	}
	for _, id := range ruleIDs(before, after) {
		c.rule(before.rule(id), after.rule(id))
	}
	worst := func(a, b Change) int { return cmp.Compare(b.Severity, a.Severity) }
	for _, changes := range [][]Change{c.New, c.Gone, c.Unknown} {
		slices.SortStableFunc(changes, worst)
	}
	return c
}

func (r *Report) compared() Compared { return Compared{r.Source, r.FinishedAt, r.Summary} }

func (r *Report) rule(id string) *RuleResult {
	i := slices.IndexFunc(r.Rules, func(rule RuleResult) bool { return rule.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Rules[i]
}

func ruleIDs(reports ...*Report) []string {
	var ids []string
	for _, r := range reports {
		for _, rule := range r.Rules {
			ids = append(ids, rule.ID)
		}
	}
	slices.SortFunc(ids, CompareIDs)
	return slices.Compact(ids)
}

func (c *Comparison) rule(before, after *RuleResult) {
	change := RuleChange{}
	if before != nil {
		change = RuleChange{ID: before.ID, Title: before.Title, Before: before.Status}
	}
	if after != nil {
		change.ID, change.Title, change.After = after.ID, after.Title, after.Status
	}
	if change.Before != change.After {
		c.Rules = append(c.Rules, change)
	}
	had, has := before.identities(), after.identities()
	if after != nil {
		for _, f := range after.Findings {
			if fresh := c.fresh(f, had); fresh != nil {
				c.New = append(c.New, after.change(*fresh, c.whyNew(before, f)))
			}
		}
	}
	if before == nil {
		return
	}
	for _, f := range before.Findings {
		gone := left(f, has)
		switch {
		case gone == nil:
		case after.looked(f.Asset) && c.After.Source.holds(f.Asset):
			c.Gone = append(c.Gone, before.change(*gone, whyGone(after, f)))
		default:
			c.Unknown = append(c.Unknown, before.change(*gone, after.whyUnknown(f.Asset, c.After.Source)))
		}
	}
}

// identities are the fingerprints of the rows that count.
func (r *RuleResult) identities() map[string]bool {
	ids := map[string]bool{}
	if r == nil {
		return ids
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Fingerprint == "" {
			f.Identify(r.ID) // a report from before fingerprints
		}
		if f.Counts() {
			for _, e := range f.Evidence {
				ids[e.Fingerprint] = true
			}
		}
	}
	return ids
}

// left is a finding with the rows that are not among the known; nil for none.
func left(f Finding, known map[string]bool) *Finding {
	if !f.Counts() {
		return nil
	}
	f.Evidence = slices.DeleteFunc(slices.Clone(f.Evidence), func(e Evidence) bool { return known[e.Fingerprint] })
	if len(f.Evidence) == 0 {
		return nil
	}
	return &f
}

// fresh is left, and counts what is known: a finding with nothing new in it.
func (c *Comparison) fresh(f Finding, had map[string]bool) *Finding {
	fresh := left(f, had)
	if fresh == nil && f.Counts() {
		c.Known++
	}
	return fresh
}

func (r *RuleResult) change(f Finding, reason string) Change {
	return Change{Rule: r.ID, Title: r.Title, Section: r.Section, Status: r.Status, Finding: f, Reason: reason}
}

// looked reports whether the rule came to a verdict on an asset.
func (r *RuleResult) looked(a Asset) bool {
	return r != nil && (r.Status.Judged() || r.Status == NotApplicable) && r.unassessed(a) == nil
}

func (r *RuleResult) unassessed(a Asset) *Unassessed {
	i := slices.IndexFunc(r.Unassessed, func(u Unassessed) bool { return u.Asset == a })
	if i < 0 {
		return nil
	}
	return &r.Unassessed[i]
}

// holds reports whether an asset is within what was looked at.
func (s Source) holds(a Asset) bool {
	return s.Namespace == "" || a.Namespace == s.Namespace || a.Kind == "Namespace" && a.Name == s.Namespace
}

func (r *RuleResult) whyUnknown(a Asset, after Source) string {
	if r == nil {
		return "the later report does not have the rule"
	}
	if u := r.unassessed(a); u != nil {
		return u.Reason
	}
	if r.looked(a) {
		return "the later report is of namespace " + after.Namespace + " alone"
	}
	return r.Reason
}

func (c *Comparison) whyNew(before *RuleResult, f Finding) string {
	switch {
	case before == nil:
		return "the earlier report does not have the rule"
	case before.Status.Incomplete() || before.unassessed(f.Asset) != nil:
		return "was not assessed before"
	case !c.Before.Source.holds(f.Asset):
		return "the earlier report is of namespace " + c.Before.Source.Namespace + " alone"
	}
	switch old := before.finding(f.Asset); {
	case old == nil:
		return ""
	case old.Waiver != nil:
		return "was waived before"
	case old.Exempt != "":
		return "was exempt before"
	}
	return "the asset failed before, not so"
}

func whyGone(after *RuleResult, f Finding) string {
	switch now := after.finding(f.Asset); {
	case now == nil:
		return ""
	case now.Waiver != nil:
		return "waived"
	case now.Exempt != "":
		return "exempt"
	}
	return "the asset still fails otherwise"
}

func (r *RuleResult) finding(a Asset) *Finding {
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Asset == a })
	if i < 0 {
		return nil
	}
	return &r.Findings[i]
}
