package cli

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/node"
)

type nodeCollectOptions struct {
	*app
	root, name, output string
	hold               time.Duration
}

// nodeCollectCommand is hidden from the plugin's help: it is for hosts, where
// there may be no kubectl.
func (a *app) nodeCollectCommand() *cobra.Command {
	o := &nodeCollectOptions{app: a}
	cmd := &cobra.Command{
		Use:   "node-collect",
		Short: "On a node: print how its Kubernetes files are protected",
		Long: `Runs on a host, as root, and prints one NodeFacts document: mode, owner, size and
hash of the files that the CIS benchmark's sections 1.1 and 4.1 ask about, the
kubelet's command line and configuration, and, without its keys, how secrets are
encrypted. It only reads. Private keys and kubeconfigs are not opened. It talks
to nothing: save what it prints and give it to check --node-facts.

'check --nodes' runs this on every node by itself.`,
		Example: `  sudo kubectl-kspm node-collect > $(hostname).json
  kubectl kspm check --benchmark cis --node-facts worker-1.json
  ssh worker-1 sudo ./kubectl-kspm node-collect | kubectl kspm check --benchmark cis --node-facts -`,
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE:   func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.root, "root", "/", "folder that stands for the host's root, such as /host in a pod that mounts it")
	f.StringVar(&o.name, "node-name", os.Getenv("NODE_NAME"), "name of the node; by default $NODE_NAME, or what the kubelet calls it")
	f.StringVarP(&o.output, "output", "o", "", "file to write; by default stdout")
	f.DurationVar(&o.hold, "hold", 0, "after printing, stay for this long: a pod's log is there as long as the pod is")
	_ = f.MarkHidden("hold")
	return cmd
}

func (o *nodeCollectOptions) run(ctx context.Context) error {
	if runtime.GOOS == "windows" {
		return usagef("node-collect knows Linux hosts alone")
	}
	facts, err := node.Collect(node.Options{Root: o.root, Name: o.name, Collector: clientVersion()})
	if err != nil {
		return err
	}
	for _, note := range facts.Notes {
		o.note("note: %s", note)
	}
	err = o.write(output{file: o.output}, func(w io.Writer) error { return json.NewEncoder(w).Encode(facts) })
	if err != nil || o.hold == 0 {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(o.hold):
	}
	return nil
}
