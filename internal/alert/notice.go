package alert

import (
	"net/url"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// The kinds of notices.
const (
	transitions = "transitions" // of one cluster, team and rule
	digest      = "digest"      // a cluster was evaluated for the first time
	summary     = "summary"     // so much changed at once that it is told as a whole
	probe       = "test"        // nothing happened: somebody asks whether it arrives
)

// The bounds of one notice.
const (
	maxFindings = 50 // that are named
	maxRules    = 20 // of a digest or a summary, worst first
	maxGroups   = 15 // of one cluster at a time; beyond, a summary tells of them
)

// Notice is what one message says, in whatever form: the body that webhooks
// get.
type Notice struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"` // Alert
	// Key is decided once: who gets a notice twice can tell by it.
	Key     string    `json:"key"`
	Type    string    `json:"type"` // transitions, digest, summary or test
	At      time.Time `json:"at"`
	Cluster Cluster   `json:"cluster"`
	Team    string    `json:"team,omitempty"`
	Rule    *Rule     `json:"rule,omitempty"`
	// Severity is that of the worst finding.
	Severity posture.Severity `json:"severity"`
	Counts   Counts           `json:"counts"`
	// Rules are what a digest or a summary is about, worst first; at most 20.
	Rules []RuleCounts `json:"rules,omitempty"`
	// Findings are what transitions are of; at most 50.
	Findings []Finding `json:"findings,omitempty"`
	// Omitted is how many more there are than are named.
	Omitted int    `json:"omitted,omitempty"`
	URL     string `json:"url,omitempty"`
}

// Cluster names one.
type Cluster struct {
	UID  string `json:"uid"`
	Name string `json:"name"`
}

// Rule names one.
type Rule struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Section   string `json:"section"`
	Benchmark string `json:"benchmark"`
}

// Counts counts findings by what happened to them. Brief are those that came
// and went while events were gathered.
type Counts struct {
	New      int `json:"new"`
	Resolved int `json:"resolved"`
	Brief    int `json:"brief"`
	Changed  int `json:"changed"`
	Waived   int `json:"waived"`
}

// RuleCounts is a rule within a digest or a summary.
type RuleCounts struct {
	Rule
	Severity posture.Severity `json:"severity"`
	Counts   Counts           `json:"counts"`
}

// Finding is what happened to one.
type Finding struct {
	posture.Asset
	Change      string                `json:"change"` // new, resolved, brief, changed or waived
	Reason      posture.ResolveReason `json:"reason,omitempty"`
	Severity    posture.Severity      `json:"severity"`
	Fingerprint string                `json:"fingerprint"`
	At          time.Time             `json:"at"`
	URL         string                `json:"url,omitempty"`
}

func (c *Counts) add(change string) {
	switch change {
	case tellNew:
		c.New++
	case tellResolved:
		c.Resolved++
	case tellBrief:
		c.Brief++
	case tellChanged:
		c.Changed++
	case tellWaived:
		c.Waived++
	}
}

// links are addresses of the dashboard's pages; none where nobody said where
// it is.
type links string

func (l links) page(query url.Values, parts ...string) string {
	if l == "" {
		return ""
	}
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	to := strings.TrimSuffix(string(l), "/") + "/" + strings.Join(parts, "/")
	if len(query) > 0 {
		to += "?" + query.Encode()
	}
	return to
}

func (l links) finding(cluster, fingerprint string) string {
	return l.page(nil, "findings", cluster, fingerprint)
}

func (l links) rule(cluster, rule string) string {
	return l.page(url.Values{"cluster": {cluster}}, "rules", rule)
}

func (l links) cluster(uid string) string { return l.page(nil, "clusters", uid) }

func ruleOf(e store.Event) Rule {
	return Rule{ID: e.Rule, Title: e.Title, Section: e.Section, Benchmark: e.Benchmark}
}
