package serve

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"

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
	config, err := clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig)
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
		lease := Lease{Config: config, Namespace: "kube-system", Name: "kspm", Identity: who, Log: quiet, Duration: 3 * time.Second}
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
	lease := Lease{Config: config, Namespace: "kube-system", Name: "kspm", Identity: "c", Log: quiet, Duration: 3 * time.Second}
	want := errors.New("the store is gone")
	if err := lease.Lead(t.Context(), func(context.Context, int64) error { return fmt.Errorf("lead: %w", want) }); !errors.Is(err, want) {
		t.Errorf("%v, want what leading ended with", err)
	}
}
