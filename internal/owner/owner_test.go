package owner

import (
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const head = "apiVersion: kspm.io/v1\nkind: Owners\nowners:\n"

func TestTeam(t *testing.T) {
	o, err := Parse("owners.yaml", []byte(head+`
- {team: platform, kind: ClusterRole*}
- {team: first, namespace: "data-*"}
- {team: second, namespace: data-1, name: db}
- {team: fallback, namespace: shop}
`))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{Key: "named"}
	o.Notice(posture.Asset{Kind: "Namespace", Name: "shop"}, map[string]string{Key: "label"}, nil)
	o.Notice(posture.Asset{Kind: "Namespace", Name: "pay"}, map[string]string{Key: "label"}, map[string]string{Key: "annotation"})
	o.Notice(posture.Asset{Kind: "Deployment", Namespace: "shop", Name: "cart"}, nil, named)
	o.Notice(posture.Asset{Kind: "Deployment", Namespace: "shop", Name: "web"}, named, nil)
	for a, want := range map[posture.Asset]string{
		{Kind: "Deployment", Namespace: "shop", Name: "cart"}:  "named",
		{Kind: "Deployment", Namespace: "shop", Name: "web"}:   "label", // a label counts on namespaces only
		{Kind: "Namespace", Name: "shop"}:                      "label",
		{Kind: "Deployment", Namespace: "pay", Name: "api"}:    "annotation",
		{Kind: "ClusterRoleBinding", Name: "admin"}:            "platform",
		{Kind: "StatefulSet", Namespace: "data-1", Name: "db"}: "first",
		{Kind: "Namespace", Name: "data-2"}:                    "first",
		{Kind: "Node", Name: "shop"}:                           "",
		{Kind: "Pod", Namespace: "other", Name: "cart"}:        "",
	} {
		if got := o.Team(a); got != want {
			t.Errorf("%s: team %q, want %q", a, got, want)
		}
	}
}

// A mistake is an error that names the line, never an entry that does nothing.
func TestParseMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "owners.yaml:1: want apiVersion: kspm.io/v1 and kind: Owners",
		head + "teams:":                 "owners.yaml:4: field teams not found",
		head + "- a":                    "owners.yaml:4: want team, and kind, namespace or name",
		head + "- {team: a}":            "owners.yaml:4: want team, and kind, namespace or name",
		head + "- {namespace: a}":       "owners.yaml:4: want team, and kind, namespace or name",
		head + "- team: a\n  names: b":  `owners.yaml:5: "names" is no key of an owner, or is there twice: want team, kind, namespace or name`,
		head + "- {team: a, name: '['}": `owners.yaml:4: name: "[" is not a pattern`,
		head + "- {team: a, name: [b]}": "owners.yaml:4: name: want a text",
		head + "- {team: a, name: b}\n---\nkind: Owners": "owners.yaml: want one YAML document",
	} {
		o, err := Parse("owners.yaml", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: %+v, %v; want %s", text, o, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + "- {team: a, name: b}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o, err := Parse("owners.yaml", data); err == nil {
			_ = o.Team(posture.Asset{Kind: "Pod", Name: "a"})
		}
	})
}
