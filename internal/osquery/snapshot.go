package osquery

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// remembered is how long a column that no query asks for is still read with
// its table: packs run every few hours, and a table that gains a column with
// each query of a pack would be read as often.
const remembered = 24 * time.Hour

// snapshots holds what was read last, and lets go of it when it is older than
// ttl. It is safe for concurrent use.
type snapshots struct {
	src   rows.Source
	ttl   time.Duration
	limit rows.Scope
	trace func(format string, args ...any)
	// ctx lasts as long as the extension. What one query reads serves others,
	// so that a client that has gone away does not end it.
	ctx context.Context

	mu      sync.Mutex
	current *snapshot
	wanted  map[*tables.Table]map[int]time.Time // when a column was last asked for
	// read is how the last reading of each resource ended. It outlives the
	// snapshot, since a query can.
	read map[*tables.Resource]error
}

// snapshot is what was read since the first query that found none.
type snapshot struct {
	tables map[*tables.Table]*reading
	// allowed are the answers to permissions, asked for once.
	allowed     sync.Once
	permissions []tables.Permission
	cluster     string
	denied      error
}

// reading is a table that is being read, or was.
type reading struct {
	columns []int
	done    chan struct{} // closed when the fields below are set
	set     *rows.Set
	err     error
}

func newSnapshots(ctx context.Context, src rows.Source, o Options) *snapshots {
	if o.Trace == nil {
		o.Trace = func(string, ...any) {}
	}
	return &snapshots{
		src: src, ttl: o.TTL, limit: o.Limit, trace: o.Trace, ctx: ctx,
		wanted: map[*tables.Table]map[int]time.Time{}, read: map[*tables.Resource]error{},
	}
}

// rows returns the rows of a table with at least the given columns.
func (s *snapshots) rows(ctx context.Context, t *tables.Table, columns []int) (*rows.Table, error) {
	if readsPermissions(t) {
		return s.permissions(ctx, t, columns)
	}
	r := s.reading(t, columns)
	select {
	case <-r.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if r.err != nil {
		return nil, r.err
	}
	return r.set.Table(t, columns)
}

// reading finds or starts the reading of a table.
func (s *snapshots) reading(t *tables.Table, columns []int) *reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap := s.snapshotLocked()
	s.wantLocked(t, columns)
	if r := snap.tables[t]; r != nil && !slices.ContainsFunc(columns, func(c int) bool { return !slices.Contains(r.columns, c) }) {
		return r
	}
	plan := s.planLocked(snap, t)
	done := make(chan struct{})
	started := map[*tables.Table]*reading{}
	for table, cols := range plan {
		started[table] = &reading{columns: cols, done: done}
		snap.tables[table] = started[table]
	}
	go func() {
		defer close(done)
		start := time.Now()
		set, err := rows.Load(s.ctx, s.src, plan, s.limit, rows.Scope{})
		for table := range plan {
			s.trace("read %s in %s", table.Name, time.Since(start).Round(time.Millisecond))
		}
		for _, r := range started {
			r.set, r.err = set, err
		}
		if err == nil {
			s.note(plan, set)
		}
	}()
	return started[t]
}

// snapshotLocked returns the snapshot, or begins one, which ends by itself.
func (s *snapshots) snapshotLocked() *snapshot {
	if s.current == nil {
		snap := &snapshot{tables: map[*tables.Table]*reading{}}
		s.current = snap
		time.AfterFunc(s.ttl, func() { s.drop(snap) })
	}
	return s.current
}

func (s *snapshots) drop(snap *snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == snap {
		s.current = nil
	}
}

func (s *snapshots) wantLocked(t *tables.Table, columns []int) {
	now := time.Now()
	if s.wanted[t] == nil {
		s.wanted[t] = map[int]time.Time{}
	}
	for _, c := range columns {
		s.wanted[t][c] = now
	}
	for table, asked := range s.wanted {
		for c, at := range asked {
			if now.Sub(at) > remembered {
				delete(asked, c)
			}
		}
		if len(asked) == 0 && table != t {
			delete(s.wanted, table)
		}
	}
}

// planLocked is the table with the columns that queries ask for, and with it
// every other table of theirs that is made of the same objects: a resource is
// read once for all of them.
func (s *snapshots) planLocked(snap *snapshot, t *tables.Table) rows.Plan {
	plan := rows.Plan{}
	add := func(t *tables.Table) {
		plan.Add(t, -1)
		for c := range s.wanted[t] {
			plan.Add(t, c)
		}
	}
	add(t)
	reads := t.Reads(plan[t])
	for other := range s.wanted {
		sources := other.Reads(nil)
		if snap.tables[other] == nil && len(sources) > 0 && !readsPermissions(other) && subset(sources, reads) {
			add(other)
		}
	}
	return plan
}

func subset(some, of []*tables.Resource) bool {
	return !slices.ContainsFunc(some, func(r *tables.Resource) bool { return !slices.Contains(of, r) })
}

// note remembers what could be read and what could not.
func (s *snapshots) note(plan rows.Plan, set *rows.Set) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range plan.Reads() {
		s.read[r] = set.Unread[r]
	}
}
