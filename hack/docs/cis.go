package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/benchmark"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const cisHead = `# CIS benchmarks

` + generated + `Every recommendation of the CIS Kubernetes Benchmark and of its editions for EKS, GKE and AKS is a rule with
the benchmark's own id. The titles are ours. Levels of the cloud sections of the managed editions, and the ids of section 5
of GKE's, are from public summaries: there CIS's own document has the last word.

` + "```" + `
kubectl kspm check --benchmark cis                       # the whole benchmark
kubectl kspm check --benchmark cis --level 1             # without level 2
kubectl kspm check --benchmark cis --profile worker      # control-plane, etcd, worker or policies
kubectl kspm check --benchmark cis --nodes               # with the files of nodes
kubectl kspm check --benchmark cis -f /etc/kubernetes/manifests
kubectl kspm check --benchmark cis-eks                   # or cis-gke, cis-aks
kubectl kspm rbac --benchmark cis | kubectl apply -f -   # the permissions for all of it
` + "```" + `

**Level** 1 is for every cluster, 2 is level 1 and what costs more. **Type** is how the benchmark has it assessed; ours
is under **decided**, since much of what the benchmark leaves to people can be answered by a query:

* *query*: an asset with a row of evidence fails. *As NSA-…*: by the query of that rule.
* *review*: rows are for a human to judge.
* *by hand*: no query can tell. The rule says what to look at, and with which command.

What cannot be seen is never a pass:

* Flags of the control plane are read from the pods of kube-system. Without such pods the rules are *not assessed*; where the
  provider runs the control plane they are *not applicable*. Where a file decides instead of flags (` + "`--config`" + `,
  ` + "`--authorization-config`" + `, etcd's ` + "`--config-file`" + ` …) the rule says which, and is *not assessed*.
* A kubelet that does not answer is *not assessed* for its node alone.
* Files and command lines of nodes come from the collector (` + "`--nodes`" + `) or from what it wrote (` + "`--node-facts`" + `); without
  either they are *not assessed*.

**Reads** names what must be readable: resources are listed (` + "`list`" + `), *workloads* are pods and all that makes pods,
*nodes/proxy* is ` + "`get`" + ` on the kubelets' configuration, */version* and */apis* every login may read, and *files of nodes* need the collector.
`

// cisPage is docs/cis.md: every id of the CIS benchmarks, how it is decided,
// from what, and with which permission.
func cisPage(pages map[string]string) error {
	rules, err := rule.Load(queries.Files)
	if err != nil {
		return err
	}
	known, err := benchmark.Load(queries.Files)
	if err != nil {
		return err
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		return err
	}
	defer db.Close()
	var b strings.Builder
	b.WriteString(cisHead)
	for _, m := range known {
		if !strings.HasPrefix(m.Name, "cis") {
			continue
		}
		var editions []string
		for _, v := range m.Versions {
			editions = append(editions, v.Version)
		}
		fmt.Fprintf(&b, "\n## %s (`%s`, %s)\n", m.Title, m.Name, strings.Join(editions, " and "))
		section := ""
		for _, r := range rules {
			if r.Benchmark() != m.Name {
				continue
			}
			if r.Section != section {
				section = r.Section
				fmt.Fprintf(&b, "\n### %s\n\n| id | | level | type | decided | reads |\n| --- | --- | --- | --- | --- | --- |\n", section)
			}
			reads, err := readBy(db, r)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "| [%s](rules/%s.md) | %s | %d | %s | %s | %s |\n", r.ID, r.ID, cell(r.Title), r.Level, r.Type, decided(r), cell(reads))
		}
	}
	pages["cis.md"] = b.String()
	return nil
}

func decided(r *rule.Rule) string {
	switch {
	case r.Verdict == rule.VerdictManual:
		return "by hand"
	case r.Query != "":
		return fmt.Sprintf("as [%s](rules/%s.md)", r.Query, r.Query)
	case r.Verdict == rule.VerdictReview:
		return "review"
	}
	return "query"
}

// workloads are the resources that hold pods.
var workloads = []string{"pods", "replicationcontrollers", "daemonsets", "deployments", "replicasets", "statefulsets", "cronjobs", "jobs"}

// readBy names what a rule reads.
func readBy(db *engine.DB, r *rule.Rule) (string, error) {
	compiled, err := assess.Compile(context.Background(), db, []*rule.Rule{r})
	if err != nil {
		return "", err
	}
	var names []string
	for _, res := range compiled.Needs() {
		name := res.Plural
		if res.Virtual != "" {
			name = string(res.Virtual)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if !slices.ContainsFunc(workloads, func(w string) bool { return !slices.Contains(names, w) }) {
		names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(workloads, name) })
		names = append([]string{"workloads"}, names...)
	}
	return strings.Join(names, ", "), nil
}
