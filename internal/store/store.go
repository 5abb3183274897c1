// Package store keeps findings over time: what is open since when, what was
// resolved why, and the sums that pages show. It knows posture and a database,
// and nothing of Kubernetes.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// ErrFenced is returned for a write by somebody whose lease has passed to
// another.
var ErrFenced = errors.New("another replica has taken over this cluster")

// Store is a history of posture. It is safe for concurrent use; what several
// processes share is a PostgreSQL database.
type Store interface {
	Writer
	Reader
	Outbox
	Ledger
	Close() error
}

// Writer takes what evaluations find out.
type Writer interface {
	// Apply merges a delta in one transaction: findings, events, sums. What did
	// not change is not written. A fence lower than one that has written to the
	// cluster is ErrFenced; without replicas it is 0.
	Apply(ctx context.Context, d posture.Delta, fence int64) (Applied, error)
	// Digests are, by rule, those of a cluster's open findings: Digest of their
	// fingerprints and evidence. A rule that differs from what an agent holds is
	// to be sent whole.
	Digests(ctx context.Context, cluster string) (map[string]string, error)
	// Seen notes that a cluster was heard of, or why it was not (problem).
	Seen(ctx context.Context, cluster, name string, at time.Time, problem string) error
	// Forget drops a cluster and all that is known of it.
	Forget(ctx context.Context, cluster string) error
	// Trim drops events, samples, runs and resolved findings from before a time,
	// and returns how many rows that were.
	Trim(ctx context.Context, before time.Time) (int64, error)
}

// Applied counts what a delta changed.
type Applied struct {
	Opened, Changed, Resolved int
}

// Reader answers the questions of pages, of the API and of `history`. Lists are
// in a stable order.
type Reader interface {
	// Overview is the first page's: of what the filter's clusters and benchmarks
	// leave; its sums come from rollups.
	Overview(ctx context.Context, f Filter, now time.Time) (Overview, error)
	Clusters(ctx context.Context, f Filter) ([]Cluster, error)
	// Rules sums up each rule over clusters, worst first.
	Rules(ctx context.Context, f Filter) ([]Rule, error)
	// RuleClusters is one rule's state on each cluster, failing ones first.
	RuleClusters(ctx context.Context, rule string, f Filter) ([]RuleCluster, error)
	// Findings are open and resolved findings as Filter.State says, by severity,
	// rule, cluster, asset; total is how many there are without the page.
	Findings(ctx context.Context, f Filter, p Page) (findings []Finding, total int, err error)
	// Finding is one with its evidence and history, or ErrNotFound.
	Finding(ctx context.Context, cluster, fingerprint string) (Finding, []Event, error)
	// Events are transitions, newest first.
	Events(ctx context.Context, f Filter, p Page) ([]Event, error)
	// Trend samples compliance, oldest first, a sample at most each step.
	Trend(ctx context.Context, f Filter, since time.Time, step time.Duration) ([]Sample, error)
	Runs(ctx context.Context, cluster string, p Page) ([]Run, error)
	// Facets are the values that filters can have, with how many open findings
	// each: cluster, team, namespace, benchmark, section, severity.
	Facets(ctx context.Context, f Filter) (map[string][]Facet, error)
}

// ErrNotFound is returned for what the store does not hold.
var ErrNotFound = errors.New("not found")

// Filter narrows what is read. A zero field asks for everything; values of one
// field are alternatives.
type Filter struct {
	Clusters   []string // uids or names
	Teams      []string // "unowned" is "" in findings
	Namespaces []string
	Benchmarks []string
	Sections   []string
	Severities []posture.Severity
	Rules      []string
	Statuses   []posture.Status // of rules
	Kind, Name string           // of the asset
	// State is open (which is the zero value), waived, exempt, resolved or all.
	State string
	// Since and Until bound when a finding was first seen, or an event happened.
	Since, Until time.Time
	// Text is looked for in names, namespaces and kinds of assets.
	Text string
	// Visible, where it is not nil, are the namespaces of each cluster, by uid,
	// that may be seen: "*" is all, "" what has no namespace.
	Visible map[string][]string
}

// Page is a part of a list; a Limit of 0 is 100.
type Page struct{ Offset, Limit int }

// Overview is the fleet on one page.
type Overview struct {
	Assets   posture.AssetSummary   `json:"assets"`
	Coverage float64                `json:"coverage"`
	Rules    map[posture.Status]int `json:"rules"` // a rule counts once, by its worst status over clusters
	Sections []posture.Section      `json:"sections"`
	// Benchmarks are those that clusters are judged by, whatever the filter's.
	Benchmarks []string `json:"benchmarks"`
	// Oldest is the last contact of the cluster that was silent longest.
	Oldest time.Time `json:"oldest"`
	// New and Resolved count findings of the last 24 hours.
	New      int       `json:"new"`
	Resolved int       `json:"resolved"`
	Open     int       `json:"open"`
	Unowned  int       `json:"unowned"`
	Waived   int       `json:"waived"`
	Clusters []Cluster `json:"clusters"` // worst first
	// Fixes are those that remove the most findings.
	Fixes []Fix `json:"fixes"`
	// Expiring are waivers that end within 14 days, the next to end first.
	Expiring []Finding `json:"expiring"`
}

// Fix is a rule whose fix is worth making. Rules of several benchmarks that ask
// the same are one fix.
type Fix struct {
	Rule
	// Same are the other rules: those of the same query.
	Same []string `json:"same,omitempty"`
	// Removes is how many findings of all of them the fix removes.
	Removes int `json:"removes"`
}

// Cluster is one cluster's state.
type Cluster struct {
	UID      string                 `json:"uid"`
	Name     string                 `json:"name"`
	Version  string                 `json:"version"`
	Provider string                 `json:"provider"`
	Assets   posture.AssetSummary   `json:"assets"`
	Rules    map[posture.Status]int `json:"rules"`
	Sections []posture.Section      `json:"sections"`
	Coverage float64                `json:"coverage"`
	Open     int                    `json:"open"`
	// Seen is the last contact, Evaluated the last Complete delta; Problem is
	// why there was none since, in one line.
	Seen        time.Time        `json:"seen"`
	Evaluated   time.Time        `json:"evaluated"`
	Problem     string           `json:"problem,omitempty"`
	NotAssessed []posture.Unread `json:"notAssessed,omitempty"`
}

// Rule is a rule over clusters.
type Rule struct {
	ID        string           `json:"id"`
	Title     string           `json:"title"`
	Section   string           `json:"section"`
	Benchmark string           `json:"benchmark"`
	Severity  posture.Severity `json:"severity"`
	// Status is the worst over clusters.
	Status posture.Status     `json:"status"`
	Assets posture.AssetCount `json:"assets"`
	// Clusters counts them by status.
	Clusters map[posture.Status]int `json:"clusters"`
	Text     *posture.Rule          `json:"text,omitempty"`
}

// RuleCluster is a rule on one cluster.
type RuleCluster struct {
	Cluster  string             `json:"cluster"` // uid
	Name     string             `json:"name"`
	Status   posture.Status     `json:"status"`
	Reason   string             `json:"reason"`
	Assets   posture.AssetCount `json:"assets"`
	Severity posture.Severity   `json:"severity"`
	// Unassessed are the assets that could not be judged, and why.
	Unassessed []posture.Unassessed `json:"unassessed,omitempty"`
}

// Finding is a finding with its life so far.
type Finding struct {
	posture.Finding
	Cluster     string    `json:"cluster"` // uid
	ClusterName string    `json:"clusterName"`
	Rule        string    `json:"rule"`
	Title       string    `json:"title"`
	Section     string    `json:"section"`
	Benchmark   string    `json:"benchmark"`
	FirstSeen   time.Time `json:"firstSeen"`
	// Changed is when its evidence last became another.
	Changed time.Time `json:"changed"`
	// Resolved is zero while it is open.
	Resolved      time.Time             `json:"resolved,omitzero"`
	ResolveReason posture.ResolveReason `json:"resolveReason,omitempty"`
}

// Event is a transition of a finding.
type Event struct {
	// Seq orders the events of a cluster, without gaps.
	Seq         int64                 `json:"seq"`
	Cluster     string                `json:"cluster"`
	ClusterName string                `json:"clusterName"`
	At          time.Time             `json:"at"`
	Type        EventType             `json:"type"`
	Rule        string                `json:"rule"`
	Title       string                `json:"title"`
	Section     string                `json:"section"`
	Benchmark   string                `json:"benchmark"`
	Severity    posture.Severity      `json:"severity"`
	Team        string                `json:"team"`
	Asset       posture.Asset         `json:"asset"`
	Fingerprint string                `json:"fingerprint"`
	Reason      posture.ResolveReason `json:"reason,omitempty"`
	// First marks events of the first evaluation of a cluster.
	First bool `json:"first,omitempty"`
	// Quiet marks events of a finding that does not count as it is now: it is
	// waived, or exempt.
	Quiet bool `json:"quiet,omitempty"`
}

// EventType says what happened to a finding.
type EventType string

// The events.
const (
	Opened   EventType = "opened"
	Reopened EventType = "reopened"
	Changed  EventType = "changed" // other evidence, or another severity
	Waived   EventType = "waived"
	Unwaived EventType = "unwaived" // its waiver has ended
	Resolved EventType = "resolved"
)

// Sample is compliance at a time.
type Sample = posture.Sample

// Run is an evaluation of all rules.
type Run struct {
	Cluster    string                 `json:"cluster"`
	At         time.Time              `json:"at"`
	RuleDigest string                 `json:"ruleDigest"`
	Coverage   float64                `json:"coverage"`
	Rules      map[posture.Status]int `json:"rules"`
	Opened     int                    `json:"opened"`
	Resolved   int                    `json:"resolved"`
}

// Facet is a value of a filter.
type Facet struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"` // a cluster's name
	Count int    `json:"count"`
}

// Outbox hands on events to receivers of alerts, each at least once and, once
// written, always in the same messages under the same keys.
type Outbox interface {
	// Pending returns events that a receiver has not been given, oldest first, at
	// most max; those of one cluster are in order. A receiver that was never asked
	// for before begins with what happens from then on.
	Pending(ctx context.Context, receiver string, max int) ([]Event, error)
	// Enqueue writes messages and marks the events they are about as given, in
	// one transaction. Events that make no message are given as well.
	Enqueue(ctx context.Context, receiver string, given []Event, messages []Message, fence int64) error
	// Due returns unsent messages whose time has come, oldest first.
	Due(ctx context.Context, receiver string, now time.Time, max int) ([]Message, error)
	// Sent marks a message as delivered, or with an error says when to try again.
	Sent(ctx context.Context, m Message, failure error, again time.Time) error
	// Firing are the alerts that a receiver was told of and that are not
	// resolved, for receivers that must be told again and again: open findings
	// that count, by cluster, team and rule, but for those that are open since
	// the first evaluation of their cluster, which is told as a whole.
	Firing(ctx context.Context, f Filter) ([]Group, error)
}

// Message is something to be sent.
type Message struct {
	Key      string // the receiver can tell by it that it had the message before
	Receiver string
	At       time.Time
	Body     []byte
	Tries    int
}

// Group is what one alert is about.
type Group struct {
	Cluster     string           `json:"cluster"`
	ClusterName string           `json:"clusterName"`
	Team        string           `json:"team"`
	Rule        string           `json:"rule"`
	Title       string           `json:"title"`
	Section     string           `json:"section"`
	Benchmark   string           `json:"benchmark"`
	Severity    posture.Severity `json:"severity"` // of the worst of them
	Open        int              `json:"open"`
	Since       time.Time        `json:"since"`
}
