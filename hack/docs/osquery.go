package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kubectl-kspm/kubectl-kspm/internal/cli"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kubequery"
)

// osqueryFiles writes what deploy/osquery holds of generated files, and the
// page on kubequery's tables.
func osqueryFiles(docs string) error {
	deploy := filepath.Join(docs, "..", "deploy", "osquery")
	var page, conf bytes.Buffer
	if err := kubequery.WriteDifferences(&page); err != nil {
		return err
	}
	if err := kubequery.WriteConf(&conf); err != nil {
		return err
	}
	role, err := osqueryRole()
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		filepath.Join(docs, "kubequery.md"):           page.String(),
		filepath.Join(deploy, "kubequery-views.conf"): conf.String(),
		filepath.Join(deploy, "rbac.yaml"):            role,
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// osqueryRole is what the rules of nsa read, without what is not worth its
// risk to a pod that is always there: Secrets, and the kubelets' API, by which
// commands run in any container. Rules that need them are not assessed.
func osqueryRole() (string, error) {
	args := []string{"rbac", "--benchmark", "nsa", "--name", "kspm-osquery", "--for", "ServiceAccount/kspm-osquery/kspm-osquery"}
	var out, said bytes.Buffer
	if code := cli.Main(context.Background(), append([]string{"kubectl-kspm"}, args...), cli.Streams{Out: &out, Err: &said}); code != 0 {
		return "", fmt.Errorf("%v: %s", args, said.String())
	}
	return withoutRisks(args, out.String()), nil
}
