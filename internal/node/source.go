package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Facts are what is known of nodes, by name.
type Facts map[string]*tables.Record[tables.NodeFacts]

// Read takes the NodeFacts among a source's objects.
func Read(ctx context.Context, src rows.Source) (Facts, error) {
	facts := Facts{}
	var twice string
	err := src.Each(ctx, tables.NodeFiles, rows.Scope{}, func(o *tables.Object) {
		if facts[o.Meta.Name] != nil {
			twice = o.Meta.Name
		}
		facts[o.Meta.Name] = &tables.Record[tables.NodeFacts]{
			ObjectMeta: metav1.ObjectMeta{Name: o.Meta.Name}, Value: o.Value.(*tables.Record[tables.NodeFacts]).Value,
		}
	})
	if err == nil && twice != "" {
		err = fmt.Errorf("facts of node %s are there twice", twice)
	}
	return facts, err
}

// With puts facts over a source. Nodes of the source that have none are known
// to have none: what asks about them cannot be assessed.
func With(src rows.Source, cluster string, facts Facts) rows.Source {
	return &source{src, cluster, facts}
}

type source struct {
	rows.Source
	cluster string
	facts   Facts
}

// Each implements rows.Source.
func (s *source) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if r != tables.NodeFiles {
		return s.Source.Each(ctx, r, scope, f)
	}
	all := maps.Clone(s.facts)
	err := s.Source.Each(ctx, tables.Nodes, rows.Scope{Name: scope.Name}, func(o *tables.Object) {
		if all[o.Meta.Name] == nil {
			all[o.Meta.Name] = tables.NodeWithoutFacts(o.Meta.Name, tables.NodeNotCollected, "no facts of this node were given")
		}
	})
	if err != nil {
		// Without the list, a node that nothing is known of would not be missed.
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if scope.Name == "" || scope.Name == name {
			f(&tables.Object{Resource: r, Value: all[name], Meta: &all[name].ObjectMeta, Cluster: s.cluster})
		}
	}
	return nil
}

// ErrNone means that files hold no NodeFacts.
var ErrNone = errors.New("no NodeFacts in it: they are what 'node-collect' prints")
