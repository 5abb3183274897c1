package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/history"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/session"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// liveConsole answers SQL over the clusters that are watched.
type liveConsole struct {
	*console
	server *server
}

// Narrow implements web.Narrower.
func (c *liveConsole) Narrow(visible map[string][]string) web.Console {
	return &console{db: c.db, over: c.server.membersFor(visible), scope: c.scope}
}

// everything is what somebody asks who may see all of it: the clusters as they
// are now, and the history, of which alone findings, events and runs come then.
func (s *server) everything(context.Context) ([]session.Member, error) {
	past := session.Member{Name: "history", Source: history.Rows{From: s.history}, AtHand: true}
	watched := s.live.All()
	if len(watched) == 0 {
		rules, _, err := loadRules(nil)
		src := assess.Source{Source: unwatched{}, Info: posture.Source{Name: past.Name}}
		past.Source = aside{assess.WithPosture(src, rules, nil), past.Source}
		return []session.Member{past}, err
	}
	rules := s.rulesets.last().rules.All()
	var members []session.Member
	for _, w := range watched {
		members = append(members, session.Member{Name: w.Name, Source: aside{assess.WithPosture(w.Source, rules, nil), nothing{}}})
	}
	return append(members, past), nil // the last, for rules are of the first
}

// unwatched is what a hub has of the objects of clusters.
type unwatched struct{}

// Each implements rows.Source.
func (unwatched) Each(context.Context, *tables.Resource, rows.Scope, func(*tables.Object)) error {
	return errUnwatched
}

var errUnwatched = errors.New("no cluster is watched at present of which you may see anything")

// membersFor are the clusters as somebody sees them who may see what visible
// says; nil is everything.
func (s *server) membersFor(visible map[string][]string) func(context.Context) ([]session.Member, error) {
	return func(context.Context) ([]session.Member, error) {
		rules := s.rulesets.last()
		var members []session.Member
		for _, w := range s.live.All() {
			src := w.Source
			if namespaces := visible[w.UID]; visible != nil && !slices.Contains(namespaces, "*") {
				if len(namespaces) == 0 {
					continue
				}
				src = assess.Seen(src, namespaces)
			}
			prepare := (&sqlOptions{app: s.app, findings: &rules.checkOptions}).preparation(w.Name)
			members = append(members, session.Member{Name: w.Name, Source: assess.WithPosture(src, rules.rules.All(), prepare)})
		}
		if len(members) == 0 {
			return nil, errUnwatched
		}
		return members, nil
	}
}
