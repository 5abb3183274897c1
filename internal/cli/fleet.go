package cli

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
)

// fleetFlags choose many clusters at once.
type fleetFlags struct {
	contexts []string
	all      bool
}

func (f *fleetFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.contexts, "contexts", nil, "all contexts of the kubeconfig that match these patterns, such as 'prod-*'")
	cmd.Flags().BoolVar(&f.all, "all-contexts", false, "all contexts of the kubeconfig")
}

func (f *fleetFlags) asked() bool { return f.all || len(f.contexts) > 0 }

// check refuses what cannot go with many clusters.
func (f *fleetFlags) check(cmd *cobra.Command) error {
	if !f.asked() {
		return nil
	}
	for _, other := range []string{"filename", "kustomize", "chart", "snapshot", "context", "cluster", "server"} {
		if cmd.Flags().Changed(other) {
			return usagef("--%s and --contexts or --all-contexts cannot be used together", other)
		}
	}
	return nil
}

// open connects to every cluster at once. One that is down is said so on
// stderr and is among the unreached; none at all is an error.
func (f *fleetFlags) open(ctx context.Context, a *app, flags *kube.Flags) (sources []assess.Source, down []report.Unreached, err error) {
	names, err := f.names(flags)
	if err != nil {
		return nil, nil, err
	}
	clusters := make([]assess.Source, len(names))
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			c, err := flags.ForContext(name).Connect(ctx)
			if errs[i] = err; err == nil {
				clusters[i] = assess.Cluster(c, c.Info(ctx))
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	for i, c := range clusters {
		if errs[i] != nil {
			a.note("error: %s: %v", names[i], errs[i])
			down = append(down, report.Unreached{Name: names[i], Reason: strings.TrimPrefix(errs[i].Error(), "cluster "+names[i]+": ")})
			continue
		}
		sources = append(sources, c)
	}
	if len(sources) == 0 {
		return nil, down, &codeError{exitIncomplete, "none of the clusters can be read"}
	}
	var read []string
	for _, src := range sources {
		read = append(read, src.Info.Name)
	}
	a.note("%d of %d clusters: %s", len(sources), len(names), strings.Join(read, ", "))
	return sources, down, nil
}

func (f *fleetFlags) names(flags *kube.Flags) ([]string, error) {
	patterns := f.contexts
	if f.all {
		patterns = []string{"*"}
	}
	var names []string
	seen := map[string]bool{}
	for _, p := range patterns {
		matching, err := flags.Contexts(p)
		if err != nil {
			return nil, err
		}
		for _, name := range matching {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil, errors.New("the kubeconfig has no contexts")
	}
	return names, nil
}
