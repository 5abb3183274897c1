package remedy

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

var (
	web  = posture.Asset{Kind: "Deployment", Namespace: "shop", Name: "web"}
	drop = rule.Patch{Container: map[string]any{"securityContext": map[string]any{"privileged": false}}, Pod: map[string]any{"hostPID": false}}
)

// evidence is of a container of a type.
func evidence(container, kind string, more ...posture.Detail) posture.Evidence {
	return posture.Evidence{Path: "spec", Actual: "true", Expected: "false", Details: append([]posture.Detail{{Name: "container", Value: container}, {Name: "container_type", Value: kind}}, more...)}
}

func fixOf(t *testing.T, h rule.Header, asset posture.Asset, rows ...posture.Evidence) *Fix {
	t.Helper()
	fix, err := For(&rule.Rule{Header: h}, posture.Finding{Asset: asset, Evidence: rows})
	if err != nil {
		t.Fatal(err)
	}
	return fix
}

// Rows of one asset become one patch, each container where its kind has it.
func TestPatch(t *testing.T) {
	containers := func(names ...string) []any {
		var out []any
		for _, name := range names {
			out = append(out, map[string]any{"name": name, "securityContext": map[string]any{"privileged": false}})
		}
		return out
	}
	fix := fixOf(t, rule.Header{Fix: "Stop {{.container}}.", Patch: drop}, web, evidence("app", "regular"), evidence("log", "regular"), evidence("setup", "init"), evidence("proxy", "sidecar"), evidence("app", "regular"), evidence("debug", "ephemeral"))
	want := map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web", "namespace": "shop"},
		"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
			"hostPID": false, "containers": containers("app", "log"), "initContainers": containers("setup", "proxy"),
		}}},
	}
	if diff := gocmp.Diff(want, fix.Patch); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]string{"Stop app.", "Stop log.", "Stop setup.", "Stop proxy.", "Stop debug."}, fix.Text); diff != "" {
		t.Error(diff)
	}
	for kind, path := range specPaths {
		fix := fixOf(t, rule.Header{Patch: drop}, posture.Asset{Kind: kind, Name: "x"}, evidence("app", "regular"))
		at := any(fix.Patch)
		for _, key := range strings.Split(path, ".") {
			at = at.(map[string]any)[key]
		}
		if spec, ok := at.(map[string]any); !ok || len(spec["containers"].([]any)) != 1 {
			t.Errorf("%s has no containers at %s: %v", kind, path, fix.Patch)
		}
	}
}

// What cannot be patched is left to the words.
func TestNoPatch(t *testing.T) {
	h := rule.Header{Fix: "Stop it.", Patch: drop}
	for name, fix := range map[string]*Fix{
		"a kind that is not known": fixOf(t, h, posture.Asset{Kind: "Rollout", Namespace: "shop", Name: "web"}, evidence("app", "regular")),
		"a running pod":            fixOf(t, h, web, evidence("mesh", "regular", posture.Detail{Name: "drift", Value: "Pod/web-1"})),
		"a rule without a patch":   fixOf(t, rule.Header{Fix: "Stop it."}, web, evidence("app", "regular")),
		"a container that runs":    fixOf(t, rule.Header{Patch: rule.Patch{Container: drop.Container}}, web, evidence("debug", "ephemeral")),
	} {
		if fix.Patch != nil {
			t.Errorf("%s: %v", name, fix.Patch)
		}
	}
	text := fixOf(t, h, web, evidence("mesh", "regular", posture.Detail{Name: "drift", Value: "Pod/web-1"})).String()
	if !strings.HasPrefix(text, "Pod/web-1 differs from its template: ") || !strings.HasSuffix(text, "\nStop it.") {
		t.Error(text)
	}
	text = fixOf(t, h, posture.Asset{Kind: "Workflow", Name: "flow"}, evidence("mesh", "regular", posture.Detail{Name: "drift", Value: "Pod/flow-1"})).String()
	if !strings.HasPrefix(text, "This is in Pod/flow-1: change it where Workflow/flow says what to run.\n") {
		t.Error(text)
	}
}

func TestMerge(t *testing.T) {
	for _, test := range []struct{ name, into, from, want string }{
		{"keys", "{a: 1, b: {c: 1}}", "{a: 2, b: {d: 2}}", "{a: 2, b: {c: 1, d: 2}}"},
		{"a map for a word", "{a: 1}", "{a: {b: 1}}", "{a: {b: 1}}"},
		{"a word for a map", "{a: {b: 1}}", "{a: null}", "{a: null}"},
		{"lists of named things", "{l: [{name: x, a: 1}]}", "{l: [{name: y, a: 1}, {name: x, b: 2}]}", "{l: [{name: x, a: 1, b: 2}, {name: y, a: 1}]}"},
		{"lists of words", "{l: [a]}", "{l: [b, c]}", "{l: [b, c]}"},
		{"an empty list", "{l: []}", "{l: [a]}", "{l: [a]}"},
	} {
		into, want := decoded(t, test.into), decoded(t, test.want)
		merge(into, decoded(t, test.from))
		if diff := gocmp.Diff(want, into); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	rulesOwn := map[string]any{"b": map[string]any{"c": 1}}
	into := map[string]any{}
	merge(into, rulesOwn)
	merge(into, map[string]any{"b": map[string]any{"d": 2}})
	if len(rulesOwn["b"].(map[string]any)) != 1 {
		t.Error("a merge changed the rule's own patch")
	}
}

func decoded(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Objects to create are made once each; commands are quoted.
func TestObjectsAndCommands(t *testing.T) {
	fix := fixOf(t, rule.Header{
		Fix: "Do.", Manifest: []any{map[string]any{"kind": "NetworkPolicy", "metadata": map[string]any{"namespace": "{{.namespace}}", "labels": []any{"{{.container}}", 7}}}},
		Command: "kubectl label ns {{.namespace}} x={{.container}}",
	}, web, evidence("it's; rm -rf", "regular"), evidence("it's; rm -rf", "regular"))
	want := []map[string]any{{"kind": "NetworkPolicy", "metadata": map[string]any{"namespace": "shop", "labels": []any{"it's; rm -rf", 7}}}}
	if diff := gocmp.Diff(want, fix.Objects); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]string{`kubectl label ns shop x='it'\''s; rm -rf'`}, fix.Commands); diff != "" {
		t.Error(diff)
	}
	for _, h := range []rule.Header{{Manifest: []any{"text"}}, {Manifest: []any{map[string]any{"a": "{{.nothing}}"}}}, {Command: "{{.nothing}}"}, {Fix: "{{.nothing}}"}, {Patch: rule.Patch{Object: map[string]any{"a": "{{"}}}} {
		if _, err := For(&rule.Rule{Header: h}, posture.Finding{Asset: web, Evidence: []posture.Evidence{{}}}); err == nil {
			t.Errorf("%+v is a fix", h)
		}
	}
}
