package watch

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// object is what is kept of an object of the API: its bytes, compressed, and
// what rules see of it.
type object struct {
	namespace, name string
	packed          []byte
	prints          []uint64
	// told is the round in which it was told last.
	told uint32
	// fresh objects have been in no evaluation yet.
	fresh bool
}

// space is the namespace whose posture an object is part of: a Namespace is part
// of its own. Other objects of the cluster are in none.
func space(r *tables.Resource, o *object) string {
	if r == tables.Namespaces {
		return o.name
	}
	return o.namespace
}

// shelf keeps the objects of one resource. It implements kube.Watcher.
type shelf struct {
	kept     *kept
	resource *tables.Resource
	packer   *packer
	round    uint32
	readers  ruleSet
	polling  sync.Mutex
	read     chan struct{} // closed when it has been read, or could not be

	// What follows is under kept.mu.

	spaces map[string]map[string]*object // by space and name
	count  int
	bytes  int
	// dying are objects that are gone, and were in no evaluation yet.
	dying []*object
	// err is why the resource cannot be read; nil once it was, until it cannot.
	err   error
	known bool // it has been read, or could not be
	heard time.Time
}

func newShelf(k *kept, r *tables.Resource) (*shelf, error) {
	p, err := newPacker()
	return &shelf{kept: k, resource: r, packer: p, read: make(chan struct{}), readers: k.lens.readers(r), spaces: map[string]map[string]*object{}}, err
}

// Begin implements kube.Watcher.
func (s *shelf) Begin() { s.round++ }

// Set implements kube.Watcher.
func (s *shelf) Set(o *tables.Object, raw []byte) {
	k := s.kept
	if k.notice != nil {
		k.notice(o)
	}
	raw = withoutApplied(o, raw)
	packed, err := s.packer.pack(raw)
	if err != nil {
		k.log.Error("object not kept", slog.String("resource", s.resource.String()), slog.Any("error", err))
		return
	}
	now := &object{
		namespace: strings.Clone(o.Meta.Namespace), name: strings.Clone(o.Meta.Name), packed: packed,
		prints: append(k.lens.prints(o), k.people(o)), told: s.round, fresh: true,
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !polled(s.resource) {
		k.stats.changes++
	}
	in := space(s.resource, now)
	objects := s.spaces[in]
	if objects == nil {
		objects = map[string]*object{}
		s.spaces[in] = objects
	}
	before := objects[now.name]
	objects[now.name] = now
	s.bytes += len(packed)
	if before == nil {
		s.count++
	} else {
		s.bytes -= len(before.packed)
		now.fresh = before.fresh
	}
	k.changed(s, in, before, now)
}

// Delete implements kube.Watcher.
func (s *shelf) Delete(o *tables.Object) {
	k := s.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stats.changes++
	in := space(s.resource, &object{namespace: o.Meta.Namespace, name: o.Meta.Name})
	if gone := s.spaces[in][o.Meta.Name]; gone != nil {
		s.remove(in, gone)
	}
}

// remove takes an object away. One that was in no evaluation yet stays for the
// next: what ran for a moment is on record.
func (s *shelf) remove(in string, gone *object) {
	delete(s.spaces[in], gone.name)
	if len(s.spaces[in]) == 0 {
		delete(s.spaces, in)
	}
	s.count--
	s.bytes -= len(gone.packed)
	if s.kept.changed(s, in, gone, nil) && gone.fresh {
		s.dying = append(s.dying, gone)
	}
}

// Synced implements kube.Watcher.
func (s *shelf) Synced() {
	k := s.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	for in, objects := range s.spaces {
		for _, o := range objects {
			if o.told != s.round {
				s.remove(in, o)
			}
		}
	}
	if s.err != nil || !s.known {
		k.log.Debug("resource read", slog.String("resource", s.resource.String()), slog.Int("objects", s.count))
		s.err = nil
		k.turned(s)
	}
}

// Heard implements kube.Watcher.
func (s *shelf) Heard() {
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	s.heard = time.Now()
}

// Unread implements kube.Watcher.
func (s *shelf) Unread(err error) {
	k := s.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.err == nil || !s.known || s.err.Error() != err.Error() {
		k.log.Warn("resource not read", slog.String("resource", s.resource.String()), slog.Any("error", err))
		s.err = err
		k.turned(s)
	}
}

// missed notes that a poll failed. What was read a short while ago holds while the
// server is away.
func (s *shelf) missed(err error) {
	s.kept.mu.Lock()
	holds := s.known && s.err == nil && time.Since(s.heard) < outage
	s.kept.mu.Unlock()
	if away := errors.Is(err, kube.Unavailable) || errors.Is(err, kube.Timeout); !away || !holds {
		s.Unread(err)
	}
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// withoutApplied leaves out the annotation that holds the object once more, and
// that nothing reads.
func withoutApplied(o *tables.Object, raw []byte) []byte {
	typed, ok := o.Value.(interface{ Marshal() ([]byte, error) })
	if _, applied := o.Meta.Annotations[lastApplied]; !applied || !ok {
		return raw
	}
	delete(o.Meta.Annotations, lastApplied)
	if less, err := typed.Marshal(); err == nil {
		return less
	}
	return raw
}
