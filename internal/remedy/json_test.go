package remedy

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// operations are a row's JSON patch, as queries make them.
func operations(text string) posture.Detail {
	return posture.Detail{Name: "json_patch", Value: text}
}

const (
	removeUser  = `[{"op":"remove","path":"/spec/template/spec/containers/0/securityContext/runAsUser"}]`
	removeGroup = `[{"op":"remove","path":"/spec/template/spec/containers/0/securityContext/runAsGroup"}]`
)

// A JSON patch is made before the merge; rows that ask for the same ask once.
func TestJSONPatch(t *testing.T) {
	h := rule.Header{Patch: rule.Patch{JSON: "{{.json_patch}}", Container: map[string]any{"securityContext": map[string]any{"runAsNonRoot": true}}}}
	fix := fixOf(t, h, web, evidence("app", "regular", operations(removeUser)), evidence("app", "regular", operations(removeUser)), evidence("app", "regular", operations(removeGroup)),
		evidence("debug", "ephemeral", operations(`[{"op":"remove","path":"/never"}]`)), evidence("app", "regular", operations("")))
	object := decoded(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 3, template: {spec: {containers: [{name: app, securityContext: {runAsUser: 0, runAsGroup: 0}}]}}}}`)
	got, err := fix.Apply([]map[string]any{object})
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web", "namespace": "shop"},
		"spec": map[string]any{"replicas": int64(3), "template": map[string]any{"spec": map[string]any{"containers": []any{
			map[string]any{"name": "app", "securityContext": map[string]any{"runAsNonRoot": true}},
		}}}},
	}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text := fix.String()
	for _, want := range []string{
		`kubectl patch deployment/web -n shop --type=json -p='[{"op":"remove","path":"/spec/template/spec/containers/0/securityContext/runAsUser"},{"op":"remove"`,
		"# kubectl patch deployment/web -n shop --patch-file FILE\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// Two rules that change one object make one change of it.
func TestPlanJSON(t *testing.T) {
	plan := &Plan{}
	finding := func(text string) posture.Finding {
		return posture.Finding{Asset: web, Evidence: []posture.Evidence{evidence("app", "regular", operations(text))}}
	}
	one := &rule.Rule{Header: rule.Header{ID: "T-1", Patch: rule.Patch{JSON: "{{.json_patch}}"}}}
	two := &rule.Rule{Header: rule.Header{ID: "T-2", Patch: rule.Patch{JSON: "{{.json_patch}}", Pod: map[string]any{"hostPID": false}}}}
	for _, add := range []struct {
		rule *rule.Rule
		text string
	}{{one, removeUser}, {two, removeUser}, {two, removeGroup}} {
		if err := plan.Add(add.rule, finding(add.text)); err != nil {
			t.Fatal(err)
		}
	}
	if len(plan.Patches) != 1 || len(plan.Patches[0].JSON) != 2 || !plan.Patches[0].Merges() || len(plan.Patches[0].Rules) != 2 {
		t.Errorf("%+v", plan.Patches)
	}
	alone := &Plan{}
	if err := alone.Add(one, finding(removeUser)); err != nil || alone.Patches[0].Merges() {
		t.Errorf("%v, %+v", err, alone.Patches)
	}
}

// What is no JSON patch is an error, not a fix; what it removes must be there.
func TestBadJSONPatch(t *testing.T) {
	h := rule.Header{Patch: rule.Patch{JSON: "{{.json_patch}}"}}
	for _, text := range []string{"remove it", `{"op":"remove"}`, "[1]"} {
		_, err := For(&rule.Rule{Header: h}, posture.Finding{Asset: web, Evidence: []posture.Evidence{evidence("app", "regular", operations(text))}})
		if err == nil {
			t.Errorf("%s is a patch", text)
		}
	}
	fix := fixOf(t, h, web, evidence("app", "regular", operations(removeUser)))
	if _, err := fix.Apply([]map[string]any{decoded(t, `{kind: Deployment, metadata: {name: web, namespace: shop}}`)}); err == nil {
		t.Error("what is not there is removed")
	}
	if _, err := fix.Apply(nil); err == nil {
		t.Error("no object is patched")
	}
}

// RBAC objects may be called almost anything: no name becomes a flag.
func TestNamesWithDashes(t *testing.T) {
	role := posture.Asset{Kind: "ClusterRole", Name: "-f"}
	fix := fixOf(t, rule.Header{Command: "kubectl edit {{.kind}}/{{.name}}", Patch: rule.Patch{Object: map[string]any{"rules": []any{}}}}, role, posture.Evidence{})
	if diff := gocmp.Diff([]string{"kubectl edit ClusterRole/-f"}, fix.Commands); diff != "" {
		t.Error(diff)
	}
	if text := fix.String(); !strings.Contains(text, "kubectl patch clusterrole/-f --patch-file FILE") {
		t.Error(text)
	}
}
