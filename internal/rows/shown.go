package rows

import (
	"context"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Shown is a source whose every object is shown to f first.
func Shown(s Source, f func(*tables.Object)) Source { return shown{s, f} }

type shown struct {
	Source
	show func(*tables.Object)
}

// Each implements Source.
func (s shown) Each(ctx context.Context, r *tables.Resource, scope Scope, f func(*tables.Object)) error {
	return s.Source.Each(ctx, r, scope, func(o *tables.Object) {
		s.show(o)
		f(o)
	})
}
