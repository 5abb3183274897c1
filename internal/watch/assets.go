package watch

import (
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// assets gives every asset that some rule knows a small number, so that what
// each rule says of it takes a byte or two.
type assets struct {
	ids    map[posture.Asset]uint32
	byID   []posture.Asset
	known  []uint16 // by id: how many rules say something of it
	free   []uint32
	spaces map[string]map[uint32]bool // by namespace; cluster-scoped ones under ""
}

func newAssets() *assets {
	return &assets{ids: map[posture.Asset]uint32{}, spaces: map[string]map[uint32]bool{}}
}

// spaceOf is the namespace that an asset is in; a Namespace is in its own.
func spaceOf(a posture.Asset) string {
	if a.Kind == "Namespace" && a.Namespace == "" {
		return a.Name
	}
	return a.Namespace
}

// hold returns the number of an asset, which it keeps until it is let go as
// often.
func (s *assets) hold(a posture.Asset) uint32 {
	id, ok := s.ids[a]
	if !ok {
		if n := len(s.free); n > 0 {
			id, s.free = s.free[n-1], s.free[:n-1]
			s.byID[id] = a
		} else {
			id = uint32(len(s.byID))
			s.byID, s.known = append(s.byID, a), append(s.known, 0)
		}
		s.ids[a] = id
		in := spaceOf(a)
		if s.spaces[in] == nil {
			s.spaces[in] = map[uint32]bool{}
		}
		s.spaces[in][id] = true
	}
	s.known[id]++
	return id
}

func (s *assets) drop(id uint32) {
	if s.known[id]--; s.known[id] > 0 {
		return
	}
	a := s.byID[id]
	in := spaceOf(a)
	delete(s.ids, a)
	delete(s.spaces[in], id)
	if len(s.spaces[in]) == 0 {
		delete(s.spaces, in)
	}
	s.byID[id] = posture.Asset{}
	s.free = append(s.free, id)
}
