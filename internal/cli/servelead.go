package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/serve"
)

// electFlags are for replicas that share a store.
type electFlags struct {
	on        bool
	namespace string
	name      string
}

func (e *electFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&e.on, "leader-elect", false, "of several replicas that share a store, one evaluates and sends alerts; all serve the pages")
	f.StringVar(&e.namespace, "lease-namespace", "", "namespace of the Lease that replicas agree by; by default the pod's")
	f.StringVar(&e.name, "lease-name", "kspm", "name of the Lease")
}

// podNamespace is where a pod finds the namespace that it is in.
const podNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

func (e *electFlags) lease(s *server) (*serve.Lease, error) {
	config, name, err := s.source.kube.Config()
	if err != nil {
		return nil, err
	}
	cluster, err := kube.NewCluster(name, config)
	if err != nil {
		return nil, err
	}
	namespace := e.namespace
	if namespace == "" {
		data, err := os.ReadFile(podNamespace)
		if err != nil {
			return nil, usagef("--leader-elect outside a pod wants --lease-namespace")
		}
		namespace = strings.TrimSpace(string(data))
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return &serve.Lease{Cluster: cluster, Namespace: namespace, Name: e.name, Identity: fmt.Sprintf("%s_%d", host, os.Getpid()), Log: s.log}, nil
}

// lead does what one replica does: with --leader-elect, while it holds the lease.
func (s *server) lead(ctx context.Context) error {
	if !s.elect.on {
		return s.work(ctx)
	}
	lease, err := s.elect.lease(s)
	if err != nil {
		return err
	}
	return lease.Lead(ctx, func(ctx context.Context, fence int64) error {
		s.fence.Store(fence)
		if err := s.work(ctx); !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	})
}

// work evaluates, sends alerts and drops what is old, until ctx ends.
func (s *server) work(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if s.history != nil {
		group.Go(func() error { return s.trim(ctx) })
	}
	if s.dispatcher != nil {
		group.Go(func() error { return s.dispatcher.Run(ctx) })
	}
	if s.watches() {
		group.Go(func() error { return s.members().Run(ctx) })
	}
	<-ctx.Done()
	return group.Wait()
}
