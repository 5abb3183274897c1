package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/nodescan"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

type rbacOptions struct {
	checkOptions
	name      string
	subject   string
	withNodes bool
	watch     bool
	namespace string
}

func (a *app) rbacCommand() *cobra.Command {
	o := &rbacOptions{checkOptions: checkOptions{app: a, severity: "info"}}
	cmd := &cobra.Command{
		Use:   "rbac",
		Short: "Print the ClusterRole that exactly the chosen rules need",
		Long: `Prints, as YAML, the ClusterRole that lets the chosen rules be assessed and nothing
else be read. It is derived from the tables and columns that the rules' SQL reads.`,
		Example: `  kubectl kspm rbac --benchmark nsa | kubectl apply -f -
  kubectl kspm rbac --rule NSA-07,NSA-11 --for ServiceAccount/security/scanner | kubectl apply -f -
  kubectl kspm rbac --benchmark cis --nodes --for User/jane | kubectl apply -f -`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	f := cmd.Flags()
	o.benchmarkFlags.add(cmd)
	o.config.add(cmd)
	f.StringSliceVar(&o.rules, "rule", nil, "only these rules, by id or alias")
	f.StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own")
	f.StringVar(&o.name, "name", "kubectl-kspm", "name of the ClusterRole")
	f.StringVar(&o.subject, "for", "", "print a ClusterRoleBinding as well, for User/NAME, Group/NAME or ServiceAccount/NAMESPACE/NAME")
	f.BoolVar(&o.withNodes, "nodes", false, "print what 'check --nodes' needs as well, which alone writes to a cluster")
	f.BoolVar(&o.watch, "watch", false, "what 'serve' needs, which watches what it reads")
	f.StringVar(&o.namespace, "node-namespace", nodescan.Namespace, "namespace that 'check --nodes' is to use")
	return cmd
}

func (o *rbacOptions) run(ctx context.Context) error {
	if err := o.complete(); err != nil {
		return err
	}
	selected, err := o.selectRules()
	if err != nil {
		return err
	}
	binding, err := o.binding()
	if err != nil {
		return err
	}
	reads, err := readsOf(ctx, selected)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# What %d rules of %s read.\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: %s\nrules:\n", len(selected), o.benchmark(), o.name)
	for _, line := range clusterRole(reads) {
		if o.watch {
			line = strings.Replace(line, `verbs: ["list"]`, `verbs: ["list", "watch"]`, 1)
		}
		b.WriteString("- " + line + "\n")
	}
	b.WriteString(binding)
	if o.withNodes {
		subject, err := o.subjectYAML()
		if err != nil {
			return err
		}
		b.WriteString(nodeRights(o.name, o.namespace, subject))
	}
	_, err = fmt.Fprint(o.Out, b.String())
	return err
}

// readsOf are the resources that rules cannot do without.
func readsOf(ctx context.Context, selected []*rule.Rule) ([]*tables.Resource, error) {
	db, err := engine.Open(tables.All())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rules, err := assess.Compile(ctx, db, selected)
	if err != nil {
		return nil, err
	}
	reads := rules.Needs()
	if slices.Contains(reads, tables.KubeletConfigs) && !slices.Contains(reads, tables.Nodes) {
		reads = append(reads, tables.Nodes) // whose kubelets are asked
	}
	return reads, nil
}

// clusterRole are the rules that allow listing resources, one for each API
// group, and what else is needed for those that are not listed.
func clusterRole(reads []*tables.Resource) []string {
	if slices.Contains(reads, tables.KubeletConfigs) && !slices.Contains(reads, tables.Nodes) {
		reads = append(slices.Clone(reads), tables.Nodes) // whose kubelets are asked
	}
	groups := map[string][]string{}
	var order, lines []string
	for _, r := range reads {
		if r.Virtual != "" {
			if grant := r.Grant(); grant != "" {
				lines = append(lines, grant)
			}
			continue
		}
		if _, ok := groups[r.Group]; !ok {
			order = append(order, r.Group)
		}
		groups[r.Group] = append(groups[r.Group], `"`+r.Plural+`"`)
	}
	slices.Sort(order)
	slices.Sort(lines)
	var out []string
	for _, g := range order {
		out = append(out, fmt.Sprintf(`{apiGroups: ["%s"], resources: [%s], verbs: ["list"]}`, g, strings.Join(groups[g], ", ")))
	}
	return append(out, slices.Compact(lines)...)
}

// binding is the YAML of a ClusterRoleBinding for --for.
func (o *rbacOptions) binding() (string, error) {
	subject, err := o.subjectYAML()
	if subject == "" {
		return "", err
	}
	return fmt.Sprintf(`---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: %s
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
subjects:
- %s
`, o.name, o.name, subject), nil
}

// subjectYAML is --for as a subject of a binding.
func (o *rbacOptions) subjectYAML() (string, error) {
	parts := strings.Split(o.subject, "/")
	switch {
	case o.subject == "":
		return "", nil
	case len(parts) == 2 && (parts[0] == "User" || parts[0] == "Group"):
		return fmt.Sprintf("{kind: %s, apiGroup: rbac.authorization.k8s.io, name: %q}", parts[0], parts[1]), nil
	case len(parts) == 3 && parts[0] == "ServiceAccount":
		return fmt.Sprintf("{kind: ServiceAccount, namespace: %q, name: %q}", parts[1], parts[2]), nil
	}
	return "", usagef("--for %q: want User/NAME, Group/NAME or ServiceAccount/NAMESPACE/NAME", o.subject)
}
