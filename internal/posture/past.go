package posture

import "time"

// Past is how posture went since a time.
type Past struct {
	APIVersion string        `json:"apiVersion"`
	Kind       string        `json:"kind"`
	Since      time.Time     `json:"since"`
	Until      time.Time     `json:"until"`
	Clusters   []ClusterPast `json:"clusters"` // worst first
	// Total is all clusters together.
	Total ClusterPast `json:"total"`
	Teams []TeamPast  `json:"teams"` // those with most open findings first
	// Transitions are in the order of Whats, then worst first. What the first run
	// of a cluster found is not among them.
	Transitions []Transition `json:"transitions"`
	// Cut says that there is more than Transitions has: they go back to Since, which
	// is later than was asked for.
	Cut bool `json:"cut,omitempty"`
}

// ClusterPast is how a cluster went.
type ClusterPast struct {
	UID  string `json:"uid,omitempty"`
	Name string `json:"name"`
	// Now is how it stands, and Before how it stood; nil if it was not known then.
	Now    Sample  `json:"now"`
	Before *Sample `json:"before,omitempty"`
	// Trend is oldest first, of 30 days or since Since, whichever is more; as
	// Before it is of whole clusters, and nil where a part was asked for.
	Trend    []Sample `json:"trend,omitempty"`
	New      int      `json:"new"`
	Resolved int      `json:"resolved"`
	// First counts what the first run found, where that was since Since: at Begun.
	First int       `json:"first,omitempty"`
	Begun time.Time `json:"begun,omitzero"`
	// Seen is the last contact, and Problem why there was none since.
	Seen    time.Time `json:"seen,omitzero"`
	Problem string    `json:"problem,omitempty"`
}

// Sample is compliance at a time.
type Sample struct {
	At       time.Time    `json:"at"`
	Assets   AssetSummary `json:"assets"`
	Coverage float64      `json:"coverage"`
	Open     int          `json:"open"`
}

// TeamPast is what a team owns of the findings that are open now, and what came
// and went.
type TeamPast struct {
	Team     string `json:"team"` // or Unowned
	Open     int    `json:"open"`
	New      int    `json:"new"`
	Resolved int    `json:"resolved"`
}

// What became of a finding.
type What string

// What can become of a finding between two times.
const (
	IsNew      What = "new"
	IsBack     What = "back"     // was resolved before
	IsUnwaived What = "unwaived" // its waiver has ended
	IsResolved What = "resolved"
	IsBrief    What = "brief" // came and went
	IsChanged  What = "changed"
	IsWaived   What = "waived"
)

// Whats are in the order that they are told in.
var Whats = []What{IsNew, IsBack, IsUnwaived, IsBrief, IsChanged, IsResolved, IsWaived}

// Appeared reports whether there is a finding now that was not there, or did not
// count.
func (w What) Appeared() bool { return w == IsNew || w == IsBack || w == IsUnwaived }

// Transition is what became of one finding.
type Transition struct {
	What     What          `json:"what"`
	At       time.Time     `json:"at"` // the last time that anything did
	Cluster  string        `json:"cluster"`
	UID      string        `json:"clusterUID"`
	Rule     string        `json:"rule"`
	Title    string        `json:"title"`
	Severity Severity      `json:"severity"`
	Team     string        `json:"team"`
	Reason   ResolveReason `json:"reason,omitempty"` // of what is resolved, or was brief
	Asset
	Fingerprint string `json:"fingerprint"`
}
