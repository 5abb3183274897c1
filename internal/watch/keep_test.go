package watch

import (
	"context"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// A Keeper knows what is there, in the scope that is asked for, without asking.
func TestKeep(t *testing.T) {
	s := sharedServer(t)
	s.namespace("kept", nil)
	wire := newWire(t, s.config.Host)
	ctx, cancel := context.WithCancel(t.Context())
	k := Keep(ctx, s.over(wire).cluster(), nil)
	t.Cleanup(func() {
		cancel()
		k.Wait()
	})
	names := func(scope rows.Scope) (names []string) {
		t.Helper()
		s.must(k.Each(t.Context(), tables.Pods, scope, func(o *tables.Object) { names = append(names, o.Meta.Name) }))
		return names
	}
	if all := names(rows.Scope{}); len(all) < 60 {
		t.Errorf("%d pods", len(all))
	}
	for _, name := range []string{"b", "a"} {
		_, err := s.CoreV1().Pods("kept").Create(t.Context(), pod(name), metav1.CreateOptions{})
		s.must(err)
	}
	s.until("both pods are known, in order", func() bool {
		return slices.Equal(names(rows.Scope{Namespace: "kept"}), []string{"a", "b"})
	})
	wire.block(true)
	if got := names(rows.Scope{Namespace: "kept", Name: "a"}); !slices.Equal(got, []string{"a"}) {
		t.Errorf("without a server: %v", got)
	}
	wire.block(false)
	s.must(s.CoreV1().Pods("kept").Delete(t.Context(), "a", metav1.DeleteOptions{GracePeriodSeconds: new(int64)}))
	s.until("one is gone", func() bool { return slices.Equal(names(rows.Scope{Namespace: "kept"}), []string{"b"}) })
}
