package watch

import (
	"cmp"
	"hash/maphash"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// kept are all objects that are known of the cluster, and what has changed since
// the last evaluation.
type kept struct {
	lens    *lens
	cluster string
	notice  func(*tables.Object)
	log     *slog.Logger
	shelves []*shelf
	// wake has something in it when there is something to do.
	wake chan struct{}

	mu    sync.Mutex
	dirty dirty
	// touched is what has changed since a sweep began; nil without one.
	touched *dirty
	stats   counters
}

// dirty says which rules have to be run, and where.
type dirty struct {
	spaces map[string]ruleSet // by namespace
	whole  ruleSet            // on all of the cluster, some time soon
	turned ruleSet            // on all of the cluster at once: what they read can be read again, or not any more
	since  time.Time          // of the oldest change
}

type counters struct{ changes, ignored uint64 }

func newKept(l *lens, cluster string, notice func(*tables.Object), log *slog.Logger) (*kept, error) {
	k := &kept{lens: l, cluster: cluster, notice: notice, log: log, wake: make(chan struct{}, 1)}
	for _, r := range l.resources() {
		if r == tables.Parameters || r == tables.Rules || r == tables.Findings {
			continue // what we make ourselves
		}
		s, err := newShelf(k, r)
		if err != nil {
			return nil, err
		}
		k.shelves = append(k.shelves, s)
	}
	return k, nil
}

// people is the print of what an object says to people rather than to rules: its
// team, a waiver that it proposes. It is the last of an object's prints.
func (k *kept) people(o *tables.Object) uint64 {
	if k.notice == nil {
		return 0
	}
	var sum uint64
	for _, m := range []map[string]string{o.Meta.Labels, o.Meta.Annotations} {
		for key, value := range m {
			if strings.HasPrefix(key, "kspm.io/") {
				sum += maphash.String(k.lens.seed, key) * (maphash.String(k.lens.seed, value) | 1)
			}
		}
	}
	return sum
}

// changed notes what the change of an object in a space means, and reports
// whether some rule is to be run there; mu is held.
func (k *kept) changed(s *shelf, in string, before, now *object) (here bool) {
	rules := k.lens.affected(s.resource, prints(before), prints(now))
	if before != nil && now != nil && before.prints[len(before.prints)-1] != now.prints[len(now.prints)-1] {
		rules.addAll(k.lens.queried)
	}
	if rules.empty() {
		if !polled(s.resource) {
			k.stats.ignored++
		}
		return false
	}
	local := s.resource.Namespaced || s.resource == tables.Namespaces
	k.dirty.mark(k.lens, in, local, rules)
	if k.touched != nil {
		k.touched.mark(k.lens, in, local, rules)
	}
	k.signal()
	return local && !rules.and(k.lens.local).empty()
}

func prints(o *object) []uint64 {
	if o == nil {
		return nil
	}
	return o.prints
}

func (d *dirty) mark(l *lens, in string, local bool, rules ruleSet) {
	if d.since.IsZero() {
		d.since = time.Now()
	}
	if !local {
		d.whole.addAll(rules)
		return
	}
	rest := slices.Clone(rules)
	rest.remove(l.local)
	d.whole.addAll(rest)
	if here := rules.and(l.local); !here.empty() {
		if d.spaces == nil {
			d.spaces = map[string]ruleSet{}
		}
		set := d.spaces[in]
		set.addAll(here)
		d.spaces[in] = set
	}
}

// turned notes that a resource can be read, or cannot; mu is held.
func (k *kept) turned(s *shelf) {
	if !s.known {
		close(s.read)
	}
	s.known = true
	k.dirty.turned.addAll(s.readers)
	if k.touched != nil {
		k.touched.whole.addAll(s.readers)
	}
	k.signal()
}

func (k *kept) signal() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// ready reports whether every resource has been read, or could not be.
func (k *kept) ready() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !slices.ContainsFunc(k.shelves, func(s *shelf) bool { return !s.known })
}

// take returns what has to be done and begins anew, together with the objects of
// the spaces it is about, dying ones included.
func (k *kept) take() (dirty, *view) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := k.dirty
	k.dirty = dirty{}
	var rules ruleSet
	spaces := make([]string, 0, len(d.spaces))
	for in, set := range d.spaces {
		spaces = append(spaces, in)
		rules.addAll(set)
	}
	return d, k.viewOf(spaces, rules)
}

// bury lets go of the dying objects that a view held, and notes that what they
// were part of has to be judged without them.
func (k *kept) bury(v *view) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.shelves {
		gone := v.dying[s]
		if len(gone) == 0 {
			continue
		}
		s.dying = slices.DeleteFunc(s.dying, func(o *object) bool { return slices.Contains(gone, o) })
		for _, o := range gone {
			k.changed(s, space(s.resource, o), o, nil)
		}
	}
}

// again has rules run once more on namespaces.
func (k *kept) again(spaces map[string]ruleSet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for in, rules := range spaces {
		if !rules.empty() {
			k.dirty.mark(k.lens, in, true, rules)
			k.signal()
		}
	}
}

// gone reports whether an asset's object is there no more; known is false where
// objects of its kind are not kept.
func (k *kept) gone(a posture.Asset) (gone, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.shelves {
		if s.resource.Kind != a.Kind || s.resource.Virtual != "" {
			continue
		}
		known = true
		if s.spaces[spaceOf(a)][a.Name] != nil {
			return false, true
		}
	}
	return true, known
}

// unread are the resources that cannot be read at present.
func (k *kept) unread() []posture.Unread {
	k.mu.Lock()
	defer k.mu.Unlock()
	unread := []posture.Unread{}
	for _, s := range k.shelves {
		if s.err != nil {
			reason, grant := kube.Reason(s.err)
			unread = append(unread, posture.Unread{Resource: s.resource.String(), Reason: reason, Grant: grant})
		}
	}
	slices.SortFunc(unread, func(a, b posture.Unread) int { return cmp.Compare(a.Resource, b.Resource) })
	return unread
}

// objects counts what is kept of the API's objects.
func (k *kept) objects() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for _, s := range k.shelves {
		if s.resource.Virtual == "" && s.err == nil {
			n += s.count
		}
	}
	return n
}

// touch begins to note what changes, or with nil ends it, and returns what was
// noted before.
func (k *kept) touch(begin *dirty) *dirty {
	k.mu.Lock()
	defer k.mu.Unlock()
	noted := k.touched
	k.touched = begin
	return noted
}

// only looks at one shelf; nil where it is not known, or cannot be.
func (k *kept) only(s *shelf) *view {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.err != nil || !s.known {
		return nil
	}
	v := k.emptyView()
	v.objects[s.resource] = s.collect(nil)
	v.settle(s.resource, false)
	return v
}

// widen has rules run on all of the cluster from now on.
func (k *kept) widen(rules ruleSet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lens.local.remove(rules)
}
