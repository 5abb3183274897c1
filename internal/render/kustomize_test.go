package render

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// tree writes files into a folder, and makes that the working directory.
func tree(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// realKubectl has Kustomize run a kubectl of the machine, or else one built.
func realKubectl(t *testing.T) {
	t.Helper()
	path, err := exec.LookPath("kubectl")
	if err != nil {
		if testing.Short() {
			t.Skip("builds a kubectl")
		}
		if path, err = testcluster.Kubectl(); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("KUBECTL", path)
}

var overlaid = map[string]string{
	"base/kustomization.yaml": "resources: [deploy.yaml, apps/job.yaml]\n",
	"base/deploy.yaml":        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, annotations: {team: shop}}}\n",
	"base/apps/job.yaml":      "{apiVersion: batch/v1, kind: Job, metadata: {name: once}}\n",
	"prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\nconfigMapGenerator: [{name: settings, literals: [big=9007199254740993]}]\n",
}

func TestKustomizeSaysWhereObjectsAreFrom(t *testing.T) {
	realKubectl(t)
	tree(t, overlaid)
	abs, err := filepath.Abs("prod")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"prod", "prod/", "./prod", abs} {
		r, err := Kustomize(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, o := range r.Objects {
			text := string(o.Text)
			if strings.Contains(text, originKey) {
				t.Errorf("%s: the annotation is left: %s", dir, text)
			}
			for _, name := range []string{"prod-web", "prod-once", "prod-settings"} {
				if strings.Contains(text, name) {
					got[name] = o.File
				}
			}
			if strings.Contains(text, "prod-web") && !strings.Contains(text, `"annotations":{"team":"shop"}`) {
				t.Errorf("%s: an annotation of the user's is gone: %s", dir, text)
			}
		}
		base, over := "base", "prod"
		if filepath.IsAbs(dir) {
			base, over = filepath.Join(filepath.Dir(abs), base), abs
		}
		want := map[string]string{
			"prod-web":      filepath.Join(base, "deploy.yaml"),
			"prod-once":     filepath.Join(base, "apps/job.yaml"),
			"prod-settings": filepath.Join(over, "kustomization.yaml"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", dir, diff)
		}
	}
}

func TestKustomizeErrors(t *testing.T) {
	realKubectl(t)
	tree(t, map[string]string{"broken/kustomization.yaml": "resources: [gone.yaml]\n", "file.yaml": ""})
	for dir, want := range map[string]string{
		"broken":                 "gone.yaml",
		"absent":                 "-k absent: no such folder",
		"file.yaml":              "-k file.yaml: not a folder",
		"https://example.com/up": "not read from the network",
	} {
		if _, err := Kustomize(t.Context(), dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", dir, err, want)
		}
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "kspm-kustomize-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestKustomizeWithoutProgram(t *testing.T) {
	tree(t, overlaid)
	t.Setenv("PATH", t.TempDir())
	t.Setenv("KUBECTL", "")
	if _, err := Kustomize(t.Context(), "prod"); err == nil || !strings.Contains(err.Error(), "| kubectl kspm check -f -") {
		t.Error(err)
	}
}

func TestOriginOutsideTheTree(t *testing.T) {
	k := kustomization{dir: "prod", real: "/r/prod", top: "/tmp/k"}
	for origin, want := range map[string]string{
		"path: ../../r/base/a.yaml\n":                                  "base/a.yaml",
		"configuredIn: ../../r/prod/kustomization.yaml\n":              "prod/kustomization.yaml",
		"path: a.yaml\nrepo: https://github.com/example/up\nref: v1\n": "prod",
		"path: https://example.com/a.yaml\n":                           "prod",
		"{":                                                            "prod",
		"configuredBy: {apiVersion: builtin, kind: ConfigMapGenerator}\n": "prod",
	} {
		if got := filepath.ToSlash(k.file(origin)); got != want {
			t.Errorf("%q: %s, want %s", origin, got, want)
		}
	}
}
