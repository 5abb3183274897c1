package osquery

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// readsPermissions tells of the tables that say what can be read.
func readsPermissions(t *tables.Table) bool { return slices.Contains(t.Reads(nil), tables.Permissions) }

// permissions are the rows of a table of permissions: what the API server says
// and, where something was read, how that went. A query that reads a table
// first and then asks whether it could be read gets a true answer, whatever
// kept the table from being read.
func (s *snapshots) permissions(ctx context.Context, t *tables.Table, columns []int) (*rows.Table, error) {
	s.mu.Lock()
	snap := s.snapshotLocked()
	s.mu.Unlock()
	snap.allowed.Do(func() { s.ask(snap) })
	s.mu.Lock()
	read := maps.Clone(s.read)
	s.mu.Unlock()
	plan := rows.Plan{}
	plan.Add(t, -1)
	for _, c := range columns {
		plan.Add(t, c)
	}
	src := ledger{snap.cluster, amend(snap.permissions, snap.denied, read)}
	set, err := rows.Load(ctx, src, plan, rows.Scope{}, rows.Scope{})
	if err != nil {
		return nil, err
	}
	return set.Table(t, columns)
}

// ask asks the source what may be read.
func (s *snapshots) ask(snap *snapshot) {
	snap.denied = s.src.Each(s.ctx, tables.Permissions, s.limit, func(o *tables.Object) {
		if p, ok := o.Value.(*tables.Record[tables.Permission]); ok {
			snap.permissions = append(snap.permissions, p.Value)
			snap.cluster = o.Cluster
		}
	})
}

// amend makes answers agree with what happened. What was read is readable,
// whatever a review says: an API that a cluster does not have needs no
// permission. What was not is a row of its own, unless the lack of a
// permission explains it.
func amend(asked []tables.Permission, denied error, read map[*tables.Resource]error) []tables.Permission {
	asked = slices.Clone(asked)
	if denied != nil {
		asked = unanswered(denied)
	}
	for _, r := range tables.ReadResources() {
		err, tried := read[r]
		if !tried {
			continue
		}
		explained := false
		for i := range asked {
			p := &asked[i]
			if !slices.ContainsFunc(r.Needs(), func(need tables.Permission) bool { return same(need, *p) }) {
				continue
			}
			if err == nil {
				p.Allowed, p.Reason = true, ""
			}
			explained = explained || !p.Allowed
		}
		if err != nil && !explained {
			asked = append(asked, tables.Permission{Verb: tables.VerbRead, Group: r.Group, Resource: r.String(), Reason: err.Error()})
		}
	}
	return asked
}

func same(a, b tables.Permission) bool {
	return a.Verb == b.Verb && a.Group == b.Group && a.Resource == b.Resource && a.Subresource == b.Subresource
}

// unanswered are all permissions that tables need, as refused: nothing is
// known of them.
func unanswered(why error) (all []tables.Permission) {
	for _, r := range tables.ReadResources() {
		for _, p := range r.Needs() {
			p.Reason = why.Error()
			if !slices.ContainsFunc(all, func(have tables.Permission) bool { return same(have, p) }) {
				all = append(all, p)
			}
		}
	}
	slices.SortFunc(all, func(a, b tables.Permission) int { return strings.Compare(a.Resource, b.Resource) })
	return all
}

// ledger is a source that holds permissions and nothing else.
type ledger struct {
	cluster     string
	permissions []tables.Permission
}

// Each implements rows.Source.
func (l ledger) Each(_ context.Context, r *tables.Resource, _ rows.Scope, f func(*tables.Object)) error {
	if r != tables.Permissions {
		return nil
	}
	for _, p := range l.permissions {
		record := &tables.Record[tables.Permission]{Value: p}
		f(&tables.Object{Resource: r, Value: record, Meta: &record.ObjectMeta, Cluster: l.cluster})
	}
	return nil
}
