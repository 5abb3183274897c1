package remedy

import (
	"os/exec"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

var hostile = []string{
	"web\nspec:\n  hostPID: true\n#", "x\n\n# kubectl apply -f FILE\nkind: ClusterRoleBinding\n", "{a: b}", "- x", "&a [*a]", "a: b", "# comment", "'", `"`, "---", "yes", "~", "0x7", "{{.kind}}",
	"$(touch pwned)", "`touch pwned`", "a'b\"c\\", "-n kube-system", "\\", "'; rm -rf / #", "|\n  x", "\ttab", " ", "!x", "名",
}

// Whatever things are called, a fix names them and nothing more: no name adds
// a field to its YAML, poses as YAML in its words, or ends a command.
func TestHostileNames(t *testing.T) {
	h := rule.Header{Fix: "Change {{.container}} of {{.name}}.", Patch: drop, Manifest: []any{map[string]any{"kind": "NetworkPolicy", "metadata": map[string]any{"name": "deny", "namespace": "{{.namespace}}"}}}}
	for _, name := range hostile {
		asset := posture.Asset{Kind: "Deployment", Namespace: name, Name: name}
		fix := fixOf(t, h, asset, evidence(name, "regular"))
		words, documents, ok := strings.Cut(fix.String(), "\n\n")
		if !ok || strings.Count(words, "\n") != 0 {
			t.Errorf("%q: words %q", name, words)
		}
		patch, object, ok := strings.Cut(documents, "\n\n\n# kubectl apply -f FILE\n")
		if !ok {
			t.Fatalf("%q: %s", name, documents)
		}
		spec := map[string]any{"hostPID": false, "containers": []any{map[string]any{"name": name, "securityContext": map[string]any{"privileged": false}}}}
		want := map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": name, "namespace": name},
			"spec": map[string]any{"template": map[string]any{"spec": spec}},
		}
		if diff := gocmp.Diff(want, decoded(t, patch)); diff != "" {
			t.Errorf("%q: patch\n%s\n%s", name, patch, diff)
		}
		want = map[string]any{"kind": "NetworkPolicy", "metadata": map[string]any{"name": "deny", "namespace": name}}
		if diff := gocmp.Diff(want, decoded(t, object+"\n")); diff != "" {
			t.Errorf("%q: object\n%s\n%s", name, object, diff)
		}
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{"web": "web", "a=b,c/d:1@x%+._-": "a=b,c/d:1@x%+._-", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'", "~": "'~'", "*": "'*'"} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
	for _, word := range hostile {
		said(t, word)
	}
}

// said has a shell print a quoted word.
func said(t *testing.T, word string) {
	t.Helper()
	got, err := exec.Command("sh", "-c", "printf '%s|' "+quote(word)+" end").Output()
	if err != nil || string(got) != word+"|end|" {
		t.Errorf("a shell reads %s as %q: %v", quote(word), got, err)
	}
}

func FuzzQuote(f *testing.F) {
	for _, word := range hostile {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if strings.ContainsRune(word, 0) || word == "" {
			t.Skip("no argument of a process")
		}
		said(t, word)
	})
}

func FuzzYAML(f *testing.F) {
	for _, name := range hostile {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		name = tables.Clean(name) // as rows hold it
		text := YAML(map[string]any{"kind": "Pod", "metadata": map[string]any{"name": name}})
		var back map[string]any
		if err := yaml.Unmarshal([]byte(text), &back); err != nil {
			t.Fatalf("%q: %v\n%s", name, err, text)
		}
		if diff := gocmp.Diff(map[string]any{"kind": "Pod", "metadata": map[string]any{"name": name}}, back); diff != "" {
			t.Errorf("%q: %s\n%s", name, text, diff)
		}
	})
}
