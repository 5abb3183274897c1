package alert

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Route says what some receivers are told of. What is left out matches
// everything; names are globs as of path.Match.
type Route struct {
	To []string `yaml:"to"`
	// Severity is the least that is told of; low if nil, for what is info is no
	// failure.
	Severity   *posture.Severity `yaml:"severity"`
	Teams      []string          `yaml:"teams"` // "unowned" is what has no team
	Benchmarks []string          `yaml:"benchmarks"`
	Clusters   []string          `yaml:"clusters"` // names or uids
	Rules      []string          `yaml:"rules"`
	// Tell are the transitions: new and resolved where it is left out, changed
	// and waived on request.
	Tell []string `yaml:"tell"`

	line int
}

// What a route can tell of.
const (
	tellNew      = "new"
	tellResolved = "resolved"
	tellChanged  = "changed"
	tellWaived   = "waived"
)

func (r *Route) check() error {
	if len(r.To) == 0 {
		return errors.New("the route leads to nobody: it lacks to")
	}
	for _, globs := range [][]string{r.Teams, r.Benchmarks, r.Clusters, r.Rules} {
		for _, g := range globs {
			if _, err := path.Match(g, ""); err != nil || g == "" {
				return fmt.Errorf("%q is not a pattern", g)
			}
		}
	}
	for _, t := range r.Tell {
		if !slices.Contains([]string{tellNew, tellResolved, tellChanged, tellWaived}, t) {
			return fmt.Errorf("tell %q: want new, resolved, changed or waived", t)
		}
	}
	return nil
}

// subject is what routes look at, of an event or of a group.
type subject struct {
	cluster, name, team, rule, benchmark string
	severity                             posture.Severity
}

func (r *Route) matches(s subject) bool {
	team := s.team
	if team == "" {
		team = "unowned"
	}
	least := posture.Low
	if r.Severity != nil {
		least = *r.Severity
	}
	return s.severity >= least && oneOf(r.Teams, team) && oneOf(r.Benchmarks, s.benchmark) &&
		oneOf(r.Clusters, s.name, s.cluster) && oneOf(r.Rules, s.rule)
}

// oneOf reports whether a glob matches one of the values, or there is no glob.
func oneOf(globs []string, values ...string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(g string) bool {
		return slices.ContainsFunc(values, func(v string) bool {
			ok, _ := path.Match(g, v)
			return ok
		})
	})
}

// routes are those that lead to a receiver; where there are none at all,
// everybody is told of everything.
func (c *Config) routes(receiver string) []*Route {
	if len(c.Routes) == 0 {
		return []*Route{{}}
	}
	return slices.DeleteFunc(slices.Clone(c.Routes), func(r *Route) bool { return !slices.Contains(r.To, receiver) })
}

// tells reports whether a receiver is told of an event.
func (c *Config) tells(receiver string, e store.Event) bool {
	what := transition(e)
	if what == "" {
		return false
	}
	s := subject{e.Cluster, e.ClusterName, e.Team, e.Rule, e.Benchmark, e.Severity}
	return slices.ContainsFunc(c.routes(receiver), func(r *Route) bool {
		tell := r.Tell
		if len(tell) == 0 {
			tell = []string{tellNew, tellResolved}
		}
		return slices.Contains(tell, what) && r.matches(s)
	})
}

// holds reports whether a receiver is told of a group that goes on.
func (c *Config) holds(receiver string, g store.Group) bool {
	s := subject{g.Cluster, g.ClusterName, g.Team, g.Rule, g.Benchmark, g.Severity}
	return slices.ContainsFunc(c.routes(receiver), func(r *Route) bool {
		return (len(r.Tell) == 0 || slices.Contains(r.Tell, tellNew)) && r.matches(s)
	})
}

// transition is what an event is to people: nothing where the finding does not
// count, but for the moment in which it stops to.
func transition(e store.Event) string {
	switch {
	case e.Type == store.Waived:
		return tellWaived
	case e.Quiet:
		return ""
	}
	switch e.Type {
	case store.Opened, store.Reopened, store.Unwaived:
		return tellNew
	case store.Resolved:
		return tellResolved
	case store.Changed:
		return tellChanged
	}
	return ""
}
