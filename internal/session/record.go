package session

import (
	"cmp"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
)

var _ engine.Data = (*Session)(nil)

func (s *Session) fail(member string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.failures {
		if f.Member == member && f.Err.Error() == err.Error() {
			return
		}
	}
	s.failures = append(s.failures, Failure{member, err})
}

// Failures are the members that could not be read, in order of name.
func (s *Session) Failures() []Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.failures, func(a, b Failure) int { return cmp.Compare(a.Member, b.Member) })
	return s.failures
}

// record notes what is about to be read for a plan, resource by resource.
func (s *Session) record(plan rows.Plan, where rows.Scope, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range plan.Reads() {
		read := Read{Resource: r, Scope: plan.Scope(r, s.limit, where), Why: why}
		for t, cols := range plan {
			if slices.Contains(t.Reads(cols), r) {
				read.Tables = append(read.Tables, t.Name)
			}
		}
		slices.Sort(read.Tables)
		s.reads = append(s.reads, read)
	}
}

// Reads tells what was read, in order.
func (s *Session) Reads() []Read {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.reads)
}
