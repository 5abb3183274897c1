package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/node"
	"github.com/kubectl-kspm/kubectl-kspm/internal/snapshot"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

type snapshotOptions struct {
	*app
	source sourceFlags
	output string
	crds   bool
}

func (a *app) snapshotCommand() *cobra.Command {
	o := &snapshotOptions{app: a}
	o.source.kube = kube.NewFlags()
	cmd := &cobra.Command{
		Use:   "snapshot -o FILE",
		Short: "Save what can be seen of a cluster to one file",
		Long: `Saves every object that tables read, and with --all-resources every other one the
API serves, to one compressed file that can stand wherever a cluster can:
check --snapshot FILE, sql --snapshot FILE. Values of Secrets are never read and
so never saved; environment variables and ConfigMaps are, as they are written in
the cluster: treat the file as you treat the cluster's manifests.`,
		Example: `  kubectl kspm snapshot -o prod.kspm
  kubectl kspm check --snapshot prod.kspm
  kubectl kspm sql --snapshot prod.kspm "SELECT count(*) FROM k8s_pods"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.source.addNodeFacts(cmd)
	o.source.kube.AddFlags(cmd.Flags())
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "file to write, usually NAME.kspm (required)")
	cmd.Flags().BoolVar(&o.crds, "all-resources", false, "save every resource the API serves, custom ones included")
	return cmd
}

// savable is everything that tables read, but for what only a node knows, which
// has to be given, and what rules make of the rest.
func savable() []*tables.Resource {
	all := tables.Resources()
	for _, t := range tables.All() {
		var columns []int
		for i := range t.Columns {
			columns = append(columns, i)
		}
		for _, r := range t.Reads(columns) {
			switch r {
			case tables.NodeFiles, tables.Rules, tables.Findings, tables.Parameters:
				continue
			}
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	return all
}

func (o *snapshotOptions) run(ctx context.Context) error {
	if o.output == "" {
		return usagef("-o FILE is required: where to save the snapshot")
	}
	facts, err := o.source.readNodeFacts(ctx, o.app)
	if err != nil {
		return err
	}
	src, err := o.source.openObjects(ctx, o.app)
	if err != nil {
		return err
	}
	resources := savable()
	if cluster, ok := src.Source.(*kube.Cluster); ok && o.crds {
		served, err := cluster.Discover(ctx)
		if err != nil {
			o.note("note: %v", err)
		}
		for _, r := range served {
			known := func(k *tables.Resource) bool { return k.Group == r.Group && k.Plural == r.Plural }
			if !slices.ContainsFunc(resources, known) {
				resources = append(resources, r)
			}
		}
	}
	if len(facts) > 0 {
		src.Source = node.With(src.Source, src.Info.Name, facts)
		resources = append(resources, tables.NodeFiles)
	}
	stop := o.progress(&src)
	defer stop()
	var sum snapshot.Summary
	err = o.write(output{file: o.output}, func(w io.Writer) error {
		sum, err = snapshot.Write(ctx, w, src, snapshot.Options{
			Info: snapshot.Info{
				Name: src.Info.Name, UID: src.Info.ClusterUID, Version: src.Info.Version, Provider: src.Info.Provider,
				Taken: time.Now().UTC().Truncate(time.Second), Namespace: o.source.kube.Namespace(),
			},
			Tool: clientVersion(), Resources: resources, Reason: src.Reason,
		})
		return err
	})
	stop()
	if err != nil {
		return err
	}
	o.note("%s: %d objects of %d resources", o.output, sum.Objects, sum.Resources)
	if len(sum.Unread) > 0 {
		var list []string
		for _, name := range slices.Sorted(maps.Keys(sum.Unread)) {
			list = append(list, fmt.Sprintf("%s (%s)", name, sum.Unread[name]))
		}
		return &codeError{exitIncomplete, "not in the snapshot: " + strings.Join(list, ", ")}
	}
	return nil
}
