package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/kubectl-kspm/kubectl-kspm/internal/cli"
)

const shop = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      securityContext: {runAsUser: 0}
      containers:
      - name: app
        image: registry.example/app:1
        securityContext: {privileged: true, capabilities: {add: [NET_ADMIN, CHOWN]}}
---
apiVersion: v1
kind: Pod
metadata: {name: probe}
spec:
  containers:
  - {name: app, image: "registry.example/app:1", ports: [{containerPort: 80, hostPort: 80}]}
`

func run(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Main(t.Context(), append([]string{"kubectl-kspm"}, args...), cli.Streams{In: strings.NewReader(stdin), Out: &out, Err: &errs})
	return code, out.String(), errs.String()
}

// TestComponent has kustomize itself build the user's manifests with the
// component, and checks what comes out: the rules that have a fix pass.
func TestComponent(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("app.yaml", shop)
	code, _, stderr := run(t, "", "fix", "-f", filepath.Join(dir, "app.yaml"), "-o", filepath.Join(dir, "hardening"))
	if code != 0 {
		t.Fatal(stderr)
	}
	write("kustomization.yaml", "resources: [app.yaml]\ncomponents: [hardening]\n")
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := built.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	for _, rules := range []string{"NSA-01,NSA-02,NSA-07,NSA-12,NSA-13,NSA-16,NSA-17,NSA-18,NSA-72", "NSA-06,NSA-19,NSA-21,NSA-22,NSA-23,NSA-26,NSA-27,NSA-29"} {
		before, _, _ := run(t, shop, "check", "-f", "-", "--rule", rules)
		after, report, _ := run(t, string(text), "check", "-f", "-", "--rule", rules)
		if before != 1 || after != 0 {
			t.Errorf("check exits %d before and %d after\n%s\n%s", before, after, report, text)
		}
	}
}
