package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	coordination "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// TestLease: of two replicas on a real API server one leads; when it goes, the
// other does, with a greater number.
func TestLease(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	c, err := testcluster.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	cluster, err := kube.NewFlags().ForFile(c.AdminKubeconfig).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	leading, most := 0, 0
	type term struct {
		who   string
		fence int64
	}
	terms := make(chan term, 10)
	replica := func(who string) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		lease := Lease{Cluster: cluster, Namespace: "kube-system", Name: "kspm", Identity: who, Log: quiet, Duration: 3 * time.Second}
		done := make(chan error, 1)
		go func() {
			done <- lease.Lead(ctx, func(ctx context.Context, fence int64) error {
				mu.Lock()
				leading++
				most = max(most, leading)
				mu.Unlock()
				terms <- term{who, fence}
				<-ctx.Done()
				mu.Lock()
				leading--
				mu.Unlock()
				return nil
			})
		}()
		return func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("%s: %v", who, err)
			}
		}
	}
	next := func() term {
		t.Helper()
		select {
		case got := <-terms:
			return got
		case <-time.After(time.Minute):
			t.Fatal("nobody leads")
			return term{}
		}
	}
	stopA := replica("a")
	first := next()
	stopB := replica("b")
	stopA()
	second := next()
	stopB()
	if first.who != "a" || second.who != "b" || first.fence < 1 || second.fence <= first.fence || most != 1 {
		t.Errorf("%+v then %+v, at most %d at once", first, second, most)
	}
	lease := Lease{Cluster: cluster, Namespace: "kube-system", Name: "kspm", Identity: "c", Log: quiet, Duration: 3 * time.Second}
	want := errors.New("the store is gone")
	if err := lease.Lead(t.Context(), func(context.Context, int64) error { return fmt.Errorf("lead: %w", want) }); !errors.Is(err, want) {
		t.Errorf("%v, want what leading ended with", err)
	}
}

// TestLeaseLost: who leads and finds that another has the lease stops at once.
func TestLeaseLost(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	c, err := testcluster.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	cluster, err := kube.NewFlags().ForFile(c.AdminKubeconfig).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kspm"
	lease := Lease{Cluster: cluster, Namespace: "kube-system", Name: "kspm", Identity: "a", Log: quiet, Duration: 3 * time.Second}
	terms := make(chan int64)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	lost := make(chan struct{}, 2)
	go func() {
		done <- lease.Lead(ctx, func(ctx context.Context, fence int64) error {
			terms <- fence
			<-ctx.Done()
			lost <- struct{}{}
			return nil
		})
	}()
	first := <-terms
	for err = errors.New("not yet"); err != nil; { // it is renewed meanwhile
		var there coordination.Lease
		if err := cluster.Send(ctx, http.MethodGet, path, nil, &there); err != nil {
			t.Fatal(err)
		}
		other, transitions, now := "b", *there.Spec.LeaseTransitions+1, metav1.NowMicro()
		there.Spec.HolderIdentity, there.Spec.LeaseTransitions, there.Spec.RenewTime = &other, &transitions, &now
		if err = cluster.Send(ctx, http.MethodPut, path, &there, nil); err != nil && !errors.Is(err, kube.ErrExists) {
			t.Fatal(err)
		}
	}
	<-lost
	if second := <-terms; second != first+2 { // when the other did not renew it
		t.Errorf("led as %d, and after another as %d", first, second)
	}
	if err := cluster.Send(ctx, http.MethodDelete, path, nil, nil); err != nil {
		t.Fatal(err)
	}
	<-lost
	if third := <-terms; third < first {
		t.Errorf("led as %d, and of a lease that was made anew as %d", first, third)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
