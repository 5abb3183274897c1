package assess

import (
	"context"
	"errors"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// errNotSeen is why somebody with rights to some namespaces is not told of what
// is in none.
var errNotSeen = errors.New("your rights are to some namespaces, and this is not in any")

// Seen is a source as somebody sees it who may see some namespaces alone.
// Objects of others are not there. Those that are in no namespace could not be
// read, so that a query that needs them says so, rather than that there are
// none.
func Seen(src Source, namespaces []string) Source {
	src.Source = &seen{src.Source, namespaces}
	reason := src.Reason
	src.Reason = func(err error) (string, string) {
		if errors.Is(err, errNotSeen) {
			return errNotSeen.Error(), ""
		}
		return reason(err)
	}
	return src
}

type seen struct {
	rows.Source
	namespaces []string
}

// Each implements rows.Source.
func (s *seen) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	place := func(o *tables.Object) string { return o.Meta.Namespace }
	switch {
	case r == tables.Namespaces:
		place = func(o *tables.Object) string { return o.Meta.Name }
	case !r.Namespaced:
		return errNotSeen
	case scope.Namespace != "" && !slices.Contains(s.namespaces, scope.Namespace):
		return nil
	case len(s.namespaces) == 1:
		scope.Namespace = s.namespaces[0]
	}
	return s.Source.Each(ctx, r, scope, func(o *tables.Object) {
		if slices.Contains(s.namespaces, place(o)) {
			f(o)
		}
	})
}
