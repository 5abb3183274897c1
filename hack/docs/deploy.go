package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/cli"
)

// serveFiles writes what deploy/kustomize and deploy/helm hold of generated
// files: what serve may read, of the rules that it judges by, and the chart's
// copies of deploy/monitoring.
func serveFiles(docs string) error {
	deploy := filepath.Join(docs, "..", "deploy")
	role, err := roleOf("nsa", "--name", "kspm", "--for", "ServiceAccount/kspm-system/kspm")
	if err != nil {
		return err
	}
	files := map[string]string{filepath.Join(deploy, "kustomize", "scanner", "rbac.yaml"): role}
	for _, benchmark := range []string{"nsa", "cis", "cis-eks", "cis-gke", "cis-aks"} {
		if role, err = roleOf(benchmark); err != nil {
			return err
		}
		comment, _, _ := strings.Cut(role, "apiVersion:")
		_, rules, _ := strings.Cut(role, "rules:\n")
		files[filepath.Join(deploy, "helm", "kspm", "files", "rbac", benchmark+".yaml")] = comment + rules
	}
	for _, name := range []string{"rules.yaml", "dashboard.json"} { // a chart holds what is below it alone
		text, err := os.ReadFile(filepath.Join(deploy, "monitoring", name))
		if err != nil {
			return err
		}
		files[filepath.Join(deploy, "helm", "kspm", "files", "monitoring", name)] = string(text)
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// roleOf is what the rules of a benchmark read, without what is not worth its
// risk to a pod that is always there: Secrets, and the kubelets' API, by which
// commands run in any container. Rules that need them are not assessed.
func roleOf(benchmark string, more ...string) (string, error) {
	args := append([]string{"rbac", "--watch", "--benchmark", benchmark}, more...)
	var out, said bytes.Buffer
	if code := cli.Main(context.Background(), append([]string{"kubectl-kspm"}, args...), cli.Streams{Out: &out, Err: &said}); code != 0 {
		return "", fmt.Errorf("%v: %s", args, said.String())
	}
	return withoutRisks(args, out.String()), nil
}

// withoutRisks is a role without Secrets and nodes/proxy, and says so.
func withoutRisks(args []string, role string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# kubectl kspm %s\n# without Secrets and nodes/proxy: rules that need them are not assessed.\n", strings.Join(args, " "))
	for line := range strings.Lines(role) {
		if strings.HasPrefix(line, "#") || strings.Contains(line, `"nodes/proxy"`) {
			continue
		}
		b.WriteString(strings.ReplaceAll(line, `"secrets", `, ""))
	}
	return b.String()
}
