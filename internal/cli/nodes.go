package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/node"
	"github.com/kubectl-kspm/kubectl-kspm/internal/nodescan"
)

// imageName is where releases are published as an image.
const imageName = "ghcr.io/kubectl-kspm/kubectl-kspm"

// nodesFlags are those of check --nodes.
type nodesFlags struct {
	on, dryRun       bool
	image, namespace string
	wait             time.Duration
}

func (f *nodesFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.on, "nodes", false, "look at the files of every node: start a DaemonSet that only reads, and remove it when the nodes have told")
	flags.BoolVar(&f.dryRun, "dry-run", false, "with --nodes: print what would be made in the cluster, and stop")
	flags.StringVar(&f.image, "node-image", "", "with --nodes: image of kubectl-kspm (default "+imageName+", in this version)")
	flags.StringVar(&f.namespace, "node-namespace", nodescan.Namespace, "with --nodes: namespace of the DaemonSet; it is made, and removed again, if it is not there")
	flags.DurationVar(&f.wait, "node-timeout", 2*time.Minute, "with --nodes: how long nodes may take, the pull of the image included")
}

func (f *nodesFlags) complete(cmd *cobra.Command, source *sourceFlags) error {
	if !f.on {
		for _, name := range []string{"dry-run", "node-image", "node-namespace", "node-timeout"} {
			if cmd.Flags().Changed(name) {
				return usagef("--%s is for --nodes", name)
			}
		}
		return nil
	}
	switch {
	case len(source.besides()) > 0 || source.snapshot != "":
		return usagef("--nodes asks a cluster: it cannot be used with -f, -k, --chart or --snapshot")
	case len(source.nodeFacts) > 0:
		return usagef("--nodes and --node-facts cannot be used together")
	case f.wait < time.Second || f.wait > 10*time.Minute:
		return usagef("--node-timeout %s: want 1s to 10m", f.wait)
	}
	if version := clientVersion(); f.image == "" && strings.HasPrefix(version, "v") {
		f.image = imageName + ":" + version
	}
	if f.image == "" {
		return usagef("--nodes: this is no released version, so give --node-image: an image of kubectl-kspm that the nodes can pull")
	}
	return nil
}

func (f *nodesFlags) options(a *app) nodescan.Options {
	return nodescan.Options{Namespace: f.namespace, Image: f.image, Wait: f.wait, Note: a.note}
}

// print shows what would be made.
func (f *nodesFlags) print(a *app) error {
	for i, o := range nodescan.Objects(f.options(a)) {
		text, err := yaml.Marshal(o)
		if err != nil {
			return err
		}
		text, _, _ = bytes.Cut(text, []byte("\nstatus:")) // which comes last, and is the server's
		text = append(bytes.TrimRight(text, "\n"), '\n')
		if i > 0 {
			fmt.Fprintln(a.Out, "---")
		}
		if _, err := a.Out.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// scan has the nodes tell, and puts what they say over the source.
func (f *nodesFlags) scan(ctx context.Context, a *app, src *assess.Source) error {
	cluster, ok := src.Source.(*kube.Cluster)
	if !f.on || !ok {
		return nil
	}
	facts, err := nodescan.Collect(ctx, cluster, f.options(a))
	if err == nil {
		src.Source = node.With(cluster, src.Info.Name, facts)
	}
	return err
}

// nodeRights are the YAML of what check --nodes needs beyond reading: the
// namespace, made by whoever grants, and a Role in it.
func nodeRights(name, namespace, subject string) string {
	role, clusterRole := nodescan.Rules(namespace)
	var b strings.Builder
	fmt.Fprintf(&b, `---
# check --nodes starts a DaemonSet in this namespace, and in no other.
apiVersion: v1
kind: Namespace
metadata:
  name: %[1]s
  labels: {pod-security.kubernetes.io/enforce: privileged}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: %[2]s-nodes, namespace: %[1]s}
rules:
- %[3]s
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: %[2]s-nodes}
rules:
- %[4]s
`, namespace, name, strings.Join(role, "\n- "), strings.Join(clusterRole, "\n- "))
	if subject == "" {
		return b.String()
	}
	for _, kind := range []string{"Role", "ClusterRole"} {
		where := ""
		if kind == "Role" {
			where = ", namespace: " + namespace
		}
		fmt.Fprintf(&b, `---
apiVersion: rbac.authorization.k8s.io/v1
kind: %[1]sBinding
metadata: {name: %[2]s-nodes%[3]s}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %[1]s, name: %[2]s-nodes}
subjects:
- %[4]s
`, kind, name, where, subject)
	}
	return b.String()
}
