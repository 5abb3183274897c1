package tables

// Fact is what all objects of some resources say together: which ReplicaSet
// belongs to which Deployment, how many pods a namespace holds. Late columns
// and derived tables are computed from facts.
type Fact struct {
	Name      string
	Resources []*Resource
	// Local facts say of a namespace what its own objects say, and nothing of
	// what objects elsewhere do.
	Local bool
	// new makes an empty fact; add tells it of one object; merge adds what
	// another resource's objects said; finish is called once, when all is in.
	new    func() any
	add    func(fact any, o *Object)
	merge  func(into, from any)
	finish func(fact any)
	// repeats, of a fact that decides which rows are judged, tells that rules
	// will not look at those of the object that was added last.
	repeats func(fact any) bool
	// after and known are of such a fact: the resources that tell more about the
	// objects of another one when they were read before, and how.
	after func(r *Resource) []*Resource
	known func(fact, earlier any)
}

// fact declares a fact held in a *T.
func fact[T any](name string, resources []*Resource, add func(*T, *Object), merge func(into, from *T), finish func(*T)) *Fact {
	f := &Fact{
		Name: name, Resources: resources,
		new:   func() any { return new(T) },
		add:   func(v any, o *Object) { add(v.(*T), o) },
		merge: func(into, from any) { merge(into.(*T), from.(*T)) },
	}
	if finish != nil {
		f.finish = func(v any) { finish(v.(*T)) }
	}
	return f
}

// local marks a fact as Local.
func (f *Fact) local() *Fact {
	f.Local = true
	return f
}

// judging marks a fact that decides which rows are judged.
func judging[T any](f *Fact, repeats func(*T) bool, after func(*Resource) []*Resource, known func(fact, earlier *T)) *Fact {
	f.repeats = func(v any) bool { return repeats(v.(*T)) }
	f.after = after
	f.known = func(v, earlier any) { known(v.(*T), earlier.(*T)) }
	return f
}

// Part is what the objects of one resource have told a fact so far. Parts of
// one fact can be filled at the same time, and dropped when a list must be
// started again.
type Part struct {
	Fact  *Fact
	value any
}

// Part starts a part.
func (f *Fact) Part() *Part { return &Part{f, f.new()} }

// Add tells the part of one object.
func (p *Part) Add(o *Object) { p.Fact.add(p.value, o) }

// Repeats reports whether the fact knows already that rules will not look at
// the rows of the object that was added last.
func (p *Part) Repeats() bool { return p.Fact.repeats(p.value) }

// After are the resources, if any, to be read before r: with what those have told,
// given to Know, Repeats knows more.
func (f *Fact) After(r *Resource) []*Resource {
	if f.after == nil {
		return nil
	}
	return f.after(r)
}

// Know tells the part what an earlier one of the same fact was told, which is
// complete.
func (p *Part) Know(earlier *Part) { p.Fact.known(p.value, earlier.value) }

// Judging reports whether the fact decides which rows are judged.
func (f *Fact) Judging() bool { return f.repeats != nil }

// World holds the finished facts of one source.
type World struct{ facts map[*Fact]any }

// NewWorld merges parts, in order, into facts.
func NewWorld(parts []*Part) *World {
	w := &World{facts: map[*Fact]any{}}
	for _, p := range parts {
		if w.facts[p.Fact] == nil {
			w.facts[p.Fact] = p.Fact.new()
		}
		p.Fact.merge(w.facts[p.Fact], p.value)
	}
	for f, v := range w.facts {
		if f.finish != nil {
			f.finish(v)
		}
	}
	return w
}

// get returns the fact's value: an empty one when no object was seen.
func get[T any](w *World, f *Fact) *T {
	if v, ok := w.facts[f].(*T); ok {
		return v
	}
	return new(T)
}
