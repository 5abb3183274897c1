package render

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testhelm"
)

func TestSource(t *testing.T) {
	for doc, want := range map[string]string{
		"# Source: shop/templates/web.yaml\nkind: Pod\n":                  "shop/templates/web.yaml",
		"\n# a comment\n# Source: shop/charts/db/templates/a.yaml\r\n":    "shop/charts/db/templates/a.yaml",
		"kind: ConfigMap\ndata:\n  a: |\n    # Source: shop/other.yaml\n": "",
		"kind: Pod\n# Source: shop/late.yaml\n":                           "",
		"":                                                                "",
	} {
		if got := source([]byte(doc)); got != want {
			t.Errorf("%q: %q, want %q", doc, got, want)
		}
	}
}

func TestTemplateFile(t *testing.T) {
	tree(t, map[string]string{"deploy/chart/templates/web.yaml": "", "secret.yaml": ""})
	c := Chart{Dir: "deploy/chart"}
	for source, want := range map[string]string{
		"shop/templates/web.yaml":    "deploy/chart/templates/web.yaml",
		"shop/charts/db/templates/a": "deploy/chart", // in charts/db-1.0.0.tgz
		"shop/../../secret.yaml":     "deploy/chart",
		"shop":                       "deploy/chart",
		"":                           "deploy/chart",
	} {
		if got := filepath.ToSlash(c.file(source)); got != want {
			t.Errorf("%q: %s, want %s", source, got, want)
		}
	}
}

func TestHelmArguments(t *testing.T) {
	c := Chart{Dir: "-chart/", Values: []string{"a.yaml", "b.yaml"}, Set: []string{"x=1,y=2"}, Namespace: "shop"}
	want := []string{"template", "./-chart", "--values=a.yaml", "--values=b.yaml", "--set=x=1,y=2", "--namespace=shop"}
	if diff := cmp.Diff(want, c.args()); diff != "" {
		t.Error(diff)
	}
}

func TestHelmWithoutProgram(t *testing.T) {
	tree(t, map[string]string{"chart/Chart.yaml": ""})
	t.Setenv("PATH", t.TempDir())
	if _, err := Helm(t.Context(), Chart{Dir: "chart"}); err == nil || !strings.Contains(err.Error(), "helm template . | kubectl kspm check -f -") {
		t.Error(err)
	}
}

// TestHelm renders with the real program.
func TestHelm(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a helm")
	}
	path, err := testhelm.Path(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(path))
	tree(t, map[string]string{
		"chart/Chart.yaml":         "{apiVersion: v2, name: shop, version: 1.0.0}\n",
		"chart/values.yaml":        "image: a\nhost: false\n",
		"chart/templates/web.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: {{ .Release.Namespace }}}\nspec: {hostNetwork: {{ .Values.host }}, containers: [{name: app, image: {{ .Values.image }}}]}\n",
		"more.yaml":                "image: b\n",
	})
	r, err := Helm(t.Context(), Chart{Dir: "chart", Values: []string{"more.yaml"}, Set: []string{"host=true"}, Namespace: "till"})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Objects) != 1 || filepath.ToSlash(r.Objects[0].File) != "chart/templates/web.yaml" {
		t.Fatalf("%+v", r.Objects)
	}
	for _, want := range []string{"hostNetwork: true", "image: b", "namespace: till"} {
		if !strings.Contains(string(r.Objects[0].Text), want) {
			t.Errorf("no %s in %s", want, r.Objects[0].Text)
		}
	}
	if _, err := Helm(t.Context(), Chart{Dir: "chart", Values: []string{"gone.yaml"}}); err == nil || !strings.Contains(err.Error(), "gone.yaml") {
		t.Errorf("no word of helm's: %v", err)
	}
}
