package config

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const head = "apiVersion: kspm.io/v1\nkind: Config\n"

func TestParse(t *testing.T) {
	f, err := Parse("conf/kspm.yaml", []byte(head+`benchmarks: [nsa, cis]
parameters:
  NSA-04:
    allowed_registries: [registry.example.com, ghcr.io/acme]
  NSA-66: {audit_min_days: 365}
severity:
  NSA-26: medium
exclude:
  - {namespace: "sandbox-*"}
  - {kind: Job, name: once}
waivers: waivers.yaml
owners: owners.yaml
`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]Setting{
		{"NSA-04", "allowed_registries", []any{"registry.example.com", "ghcr.io/acme"}, 6},
		{"NSA-66", "audit_min_days", 365, 7},
	}, f.Settings); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]Severity{{"NSA-26", posture.Medium, 9}}, f.Severities); diff != "" {
		t.Error(diff)
	}
	if f.Waivers != "conf/waivers.yaml" || f.Owners != "conf/owners.yaml" || len(f.Benchmarks) != 2 || f.Text() == "" {
		t.Errorf("%+v", f)
	}
	for a, want := range map[posture.Asset]bool{
		{Kind: "Pod", Namespace: "sandbox-1", Name: "web"}: true,
		{Kind: "Namespace", Name: "sandbox-1"}:             true,
		{Kind: "Pod", Namespace: "shop", Name: "web"}:      false,
		{Kind: "Job", Namespace: "shop", Name: "once"}:     true,
		{Kind: "Pod", Namespace: "shop", Name: "once"}:     false,
		{Kind: "Node", Name: "sandbox-1"}:                  false,
	} {
		if got := f.Excludes(a); got != want {
			t.Errorf("%s excluded: %v", a, got)
		}
	}
}

// A mistake is an error that names the line, never a setting that does nothing.
func TestParseMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "kspm.yaml:1: want apiVersion: kspm.io/v1 and kind: Config",
		"kind: Config":                        "kspm.yaml:1: want apiVersion: kspm.io/v1 and kind: Config",
		head + "settings: {}":                 "kspm.yaml:3: field settings not found in a configuration",
		head + "parameters: [a]":              "kspm.yaml:3: parameters: want a map",
		head + "parameters:\n  NSA-04: x":     "kspm.yaml:4: parameters of NSA-04: want a map",
		head + "parameters:\n  NSA-04: {a: }": "kspm.yaml:4: parameters of NSA-04: a has no value",
		head + "parameters:\n  NSA-04: {a: 1}\n  NSA-04: {a: 2}": `kspm.yaml:5: parameters: "NSA-04" is there twice, or is no name`,
		head + "severity:\n  NSA-04: bad":                        `kspm.yaml:4: severity of NSA-04: "bad" is not a severity: want critical, high, medium, low or info`,
		head + "exclude:\n- {names: web}":                        "kspm.yaml:4: exclude: want kind, namespace or name, and nothing else",
		head + "exclude:\n- {}":                                  "kspm.yaml:4: exclude: want kind, namespace or name, and nothing else",
		head + "exclude:\n- {name: '['}":                         `kspm.yaml:4: exclude: "[" is not a pattern`,
		head + "---\nkind: Config":                               "kspm.yaml: want one YAML document",
	} {
		f, err := Parse("kspm.yaml", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: %+v, %v; want %s", text, f, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + "parameters: {NSA-04: {allowed_registries: [a]}}\nexclude: [{name: a}]\nseverity: {NSA-01: low}"))
	f.Add([]byte(head + "parameters: &a {NSA-04: *a}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("kspm.yaml", data)
		if err == nil {
			_ = file.Excludes(posture.Asset{Kind: "Pod", Name: "a"})
		}
	})
}
