package watch

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// view is the objects of some namespaces, or of all, and those of the cluster
// as they were at one moment: a source of rows.
type view struct {
	cluster string
	lens    *lens
	// rules narrow the objects to those that they see anything of; nil for all.
	rules   ruleSet
	objects map[*tables.Resource][]*object // in the API's order
	shelves map[*tables.Resource]*shelf
	errs    map[*tables.Resource]error
	dying   map[*shelf][]*object
}

var _ rows.Source = (*view)(nil)

// viewOf looks at the objects of some spaces, and of the cluster, that rules are
// to be run on: dying ones are among them, and none is fresh any more. mu is held.
func (k *kept) viewOf(spaces []string, rules ruleSet) *view {
	v := k.emptyView()
	for _, s := range k.shelves {
		if s.err != nil || s.readers.and(rules).empty() {
			continue
		}
		objects := s.collect(spaces)
		for _, o := range s.dying {
			if slices.Contains(spaces, space(s.resource, o)) {
				v.dying[s] = append(v.dying[s], o)
			}
		}
		v.objects[s.resource] = append(objects, v.dying[s]...)
		v.settle(s.resource, true)
	}
	return v
}

func (k *kept) emptyView() *view {
	v := &view{
		cluster: k.cluster, lens: k.lens, objects: map[*tables.Resource][]*object{},
		shelves: map[*tables.Resource]*shelf{}, errs: map[*tables.Resource]error{}, dying: map[*shelf][]*object{},
	}
	for _, s := range k.shelves {
		v.shelves[s.resource] = s
		if s.err != nil {
			v.errs[s.resource] = s.err
		}
	}
	return v
}

// all looks at everything. To judge it leaves nothing fresh.
func (k *kept) all(judge bool) *view {
	k.mu.Lock()
	defer k.mu.Unlock()
	v := k.emptyView()
	for _, s := range k.shelves {
		if s.err == nil {
			v.objects[s.resource] = s.collect(nil)
			v.settle(s.resource, judge)
		}
	}
	return v
}

// settle puts objects in the order that the API lists them in.
func (v *view) settle(r *tables.Resource, judge bool) {
	for _, o := range v.objects[r] {
		o.fresh = o.fresh && !judge
	}
	slices.SortFunc(v.objects[r], func(a, b *object) int {
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.name, b.name))
	})
}

func (s *shelf) collect(spaces []string) []*object {
	var all []*object
	if spaces == nil || !s.resource.Namespaced && s.resource != tables.Namespaces {
		all = make([]*object, 0, s.count)
		for _, objects := range s.spaces {
			all = slices.AppendSeq(all, maps.Values(objects))
		}
		return all
	}
	for _, in := range spaces {
		all = slices.AppendSeq(all, maps.Values(s.spaces[in]))
	}
	return all
}

// sizes counts the objects of each namespace.
func (v *view) sizes() map[string]int {
	sizes := map[string]int{}
	for r, objects := range v.objects {
		if r.Namespaced || r == tables.Namespaces {
			for _, o := range objects {
				sizes[space(r, o)]++
			}
		}
	}
	return sizes
}

// part narrows a view to some namespaces, and to what some rules see.
func (v *view) part(spaces map[string]bool, rules ruleSet) *view {
	p := *v
	p.rules = rules
	if spaces == nil {
		return &p
	}
	p.objects = map[*tables.Resource][]*object{}
	for r, objects := range v.objects {
		if !r.Namespaced && r != tables.Namespaces {
			p.objects[r] = objects
			continue
		}
		for _, o := range objects {
			if spaces[space(r, o)] {
				p.objects[r] = append(p.objects[r], o)
			}
		}
	}
	return &p
}

// Each implements rows.Source.
func (v *view) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if err := v.errs[r]; err != nil {
		return err
	}
	s := v.shelves[r]
	if s == nil {
		return nil
	}
	decode := kube.Decode(r, v.cluster, f)
	var buf []byte
	for i, o := range v.objects[r] {
		switch {
		case i%256 == 0 && ctx.Err() != nil:
			return context.Cause(ctx)
		case v.rules != nil && !v.lens.concerns(r, o.prints, v.rules), !within(r, o, scope):
			continue
		}
		var err error
		if buf, err = s.packer.unpack(o.packed, buf); err == nil {
			err = decode(buf)
		}
		if err != nil {
			return fmt.Errorf("%s %s/%s: %w", r, o.namespace, o.name, err)
		}
	}
	return nil
}

func within(r *tables.Resource, o *object, scope rows.Scope) bool {
	return (scope.Name == "" || scope.Name == o.name) &&
		(scope.Namespace == "" || !r.Namespaced && r != tables.Namespaces || space(r, o) == scope.Namespace)
}
