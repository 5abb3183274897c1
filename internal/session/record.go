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

func (s *Session) record(plan rows.Plan, where rows.Scope, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range plan {
		read := Read{Table: t.Name, Scope: where, Why: why}
		for _, r := range t.Reads(plan[t]) {
			read.Resources = append(read.Resources, r.String())
		}
		s.reads = append(s.reads, read)
	}
}

// Reads tells what was read, in order.
func (s *Session) Reads() []Read {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.reads)
}
