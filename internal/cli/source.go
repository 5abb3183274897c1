package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/node"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/snapshot"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// sourceFlags say what to look at: manifests, or else the cluster of the
// current context.
type sourceFlags struct {
	kube     *kube.Flags
	files    []string
	snapshot string
	render   renderFlags
	// nodeFacts are files with what node-collect printed.
	nodeFacts []string
	// taken is when the snapshot was, once it is open.
	taken time.Time
}

func (f *sourceFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVarP(&f.files, "filename", "f", nil, "manifests to look at instead of a cluster: a file, a folder (with all below it), a glob, or - for stdin; may be repeated")
	cmd.Flags().StringVar(&f.snapshot, "snapshot", "", "look at a file that 'snapshot' saved instead of a cluster")
	f.addNodeFacts(cmd)
	f.addCluster(cmd)
}

// addCluster adds the flags that lead to a cluster alone.
func (f *sourceFlags) addCluster(cmd *cobra.Command) {
	f.kube = kube.NewFlags()
	f.kube.AddFlags(cmd.Flags())
	f.complete(cmd)
}

func (f *sourceFlags) addNodeFacts(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.nodeFacts, "node-facts", nil, "what 'kubectl-kspm node-collect' printed on nodes: a file, a folder, a glob, or - for stdin; may be repeated")
}

// open opens the source, and puts the facts of nodes over it.
func (f *sourceFlags) open(ctx context.Context, a *app) (assess.Source, error) {
	facts, err := f.readNodeFacts(ctx, a)
	if err != nil {
		return assess.Source{}, err
	}
	src, err := f.openObjects(ctx, a)
	if err == nil && len(facts) > 0 {
		src.Source = node.With(src.Source, src.Info.Name, facts)
	}
	return src, err
}

// readNodeFacts reads --node-facts. A document that cannot be read is an error:
// its node would be taken for one that nobody looked at.
func (f *sourceFlags) readNodeFacts(ctx context.Context, a *app) (node.Facts, error) {
	if len(f.nodeFacts) == 0 {
		return nil, nil
	}
	if slices.Contains(f.nodeFacts, "-") && slices.Contains(f.files, "-") {
		return nil, usagef("-f - and --node-facts - cannot both be stdin")
	}
	files, err := manifest.Open(ctx, f.nodeFacts, a.In)
	if err != nil {
		return nil, err
	}
	for _, p := range files.Problems() {
		if p.Fatal {
			return nil, fmt.Errorf("--node-facts: %s", p)
		}
	}
	facts, err := node.Read(ctx, files)
	if err == nil && len(facts) == 0 {
		err = node.ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("--node-facts %s: %w", strings.Join(f.nodeFacts, ", "), err)
	}
	a.note("facts of %d nodes", len(facts))
	return facts, nil
}

// openObjects reads the manifests, or connects to the cluster, and says on
// stderr what is being looked at.
func (f *sourceFlags) openObjects(ctx context.Context, a *app) (assess.Source, error) {
	if err := f.check(); err != nil {
		return assess.Source{}, err
	}
	switch {
	case len(f.files) > 0:
		return f.openFiles(ctx, a)
	case f.render.asked():
		return f.openRendered(ctx, a)
	case f.snapshot != "":
		return f.openSnapshot(ctx, a)
	}
	cluster, err := f.kube.Connect(ctx)
	if err != nil {
		return assess.Source{}, err
	}
	info := cluster.Info(ctx)
	src := assess.Cluster(cluster, info)
	line := fmt.Sprintf("cluster %s", info.Context)
	if info.Context == "" {
		line = "cluster " + info.Server
	}
	line += " (" + info.Version
	if info.Provider != "" {
		line += ", " + info.Provider
	}
	line += ")"
	if info.User != "" {
		line += " as " + info.User
	}
	ns := f.kube.Namespace()
	if ns == "" {
		a.note("%s, all namespaces", line)
		return src, nil
	}
	a.note("%s, namespace %s", line, ns)
	return src, namespaceExists(ctx, src, ns)
}

// namespaceExists refuses a namespace that is known not to exist: nothing would
// be found in it, and that would look like compliance. Who may not read the
// Namespace object is given the benefit of the doubt.
func namespaceExists(ctx context.Context, src rows.Source, ns string) error {
	found := false
	err := src.Each(ctx, tables.Namespaces, rows.Scope{Namespace: ns}, func(*tables.Object) { found = true })
	if err == nil && !found {
		return usagef("namespace %q does not exist", ns)
	}
	return nil
}

// readFiles reads the manifests, and says what is wrong with them.
func (f *sourceFlags) readFiles(ctx context.Context, a *app, opts ...manifest.Option) (*manifest.Files, error) {
	files, err := manifest.Open(ctx, f.files, a.In, opts...)
	if err != nil {
		return nil, err
	}
	a.describeFiles(files)
	return files, nil
}

// describeFiles says how much was read, and what is wrong with it.
func (a *app) describeFiles(files *manifest.Files) {
	for _, p := range files.Problems() {
		kind := "note"
		if p.Fatal {
			kind = "error"
		}
		a.note("%s: %s", kind, p)
	}
	c := files.Counts()
	a.note("manifests: %d objects in %d files", c.Objects, c.Files)
}

func (f *sourceFlags) openFiles(ctx context.Context, a *app) (assess.Source, error) {
	files, err := f.readFiles(ctx, a)
	if err != nil {
		return assess.Source{}, err
	}
	return f.manifests(ctx, files)
}

// manifests makes files the source, in the namespace that was asked for.
func (f *sourceFlags) manifests(ctx context.Context, files *manifest.Files) (assess.Source, error) {
	if ns := f.kube.Namespace(); ns != "" {
		return assess.Manifests(files), namespaceExists(ctx, files, ns)
	}
	return assess.Manifests(files), nil
}

func (f *sourceFlags) openSnapshot(ctx context.Context, a *app) (assess.Source, error) {
	file, err := snapshot.Open(f.snapshot)
	if err != nil {
		return assess.Source{}, err
	}
	info := file.Info()
	f.taken = info.Taken
	a.note("snapshot of %s (%s), taken %s", info.Name, info.Version, info.Taken.Format(time.RFC3339))
	src := assess.Snapshot(file)
	ns := f.kube.Namespace()
	if info.Namespace != "" && ns != info.Namespace {
		return src, usagef("%s holds namespace %s alone: add -n %s", f.snapshot, info.Namespace, info.Namespace)
	}
	if ns != "" {
		return src, namespaceExists(ctx, file, ns)
	}
	return src, nil
}
