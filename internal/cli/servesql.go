package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/session"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
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
