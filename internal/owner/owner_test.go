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
- {team: labelled, kind: Deployment, labels: {app: web, tier: front}}
`))
	if err != nil {
		t.Fatal(err)
	}
	say := func(kind, namespace, name string, said, pods Said) {
		o.Notice(Object{posture.Asset{Kind: kind, Namespace: namespace, Name: name}, said, pods})
	}
	named := func(team string) map[string]string { return map[string]string{Key: team, "team": "no key"} }
	say("Namespace", "", "shop", Said{Labels: named("label")}, Said{})
	say("Namespace", "", "pay", Said{Labels: named("label"), Annotations: named("annotation")}, Said{})
	say("Deployment", "shop", "cart", Said{Annotations: named("named")}, Said{Annotations: named("pods")})
	say("Deployment", "shop", "web", Said{}, Said{Annotations: named("pods")})
	say("Deployment", "other", "web", Said{Labels: map[string]string{"app": "web", "tier": "front", "more": "1"}}, Said{})
	say("Deployment", "other", "half", Said{Labels: map[string]string{"app": "web"}}, Said{})
	say("StatefulSet", "other", "web", Said{Labels: map[string]string{"app": "web", "tier": "front"}}, Said{})
	for a, want := range map[posture.Asset]string{
		{Kind: "Deployment", Namespace: "shop", Name: "cart"}:  "named",
		{Kind: "Deployment", Namespace: "shop", Name: "web"}:   "pods",
		{Kind: "Deployment", Namespace: "shop", Name: "api"}:   "label",
		{Kind: "Deployment", Namespace: "other", Name: "web"}:  "labelled",
		{Kind: "Deployment", Namespace: "other", Name: "half"}: "",
		{Kind: "StatefulSet", Namespace: "other", Name: "web"}: "",
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

// Keys of one's own count as soon as the file says so, after ours, annotations
// before labels.
func TestKeys(t *testing.T) {
	o, err := Parse("owners.yaml", []byte("apiVersion: kspm.io/v1\nkind: Owners\nkeys: [team, example.com/owner]\n"))
	if err != nil {
		t.Fatal(err)
	}
	asset := posture.Asset{Kind: "Deployment", Name: "a"}
	for _, tc := range []struct {
		want string
		said Said
	}{
		{"a", Said{Labels: map[string]string{"team": "a", "example.com/owner": "b"}}},
		{"b", Said{Annotations: map[string]string{"example.com/owner": "b", "app.kubernetes.io/part-of": "c"}}},
		{"b", Said{Annotations: map[string]string{"team": "b"}, Labels: map[string]string{"team": "a"}}},
		{"c", Said{Annotations: map[string]string{"team": "b"}, Labels: map[string]string{Key: "c"}}},
		{"", Said{Annotations: map[string]string{"team": "  ", "owner": "b"}}},
	} {
		fresh := o.Fresh()
		fresh.Notice(Object{asset, tc.said, Said{}})
		if got := fresh.Team(asset); got != tc.want {
			t.Errorf("%v: team %q, want %q", tc.said, got, tc.want)
		}
	}
	if got := o.Team(asset); got != "" {
		t.Errorf("what a fresh copy noticed is known to the other: %q", got)
	}
}

// A mistake is an error that names the line, never an entry that does nothing.
func TestParseMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "owners.yaml:1: want apiVersion: kspm.io/v1 and kind: Owners",
		head + "teams:":                        "owners.yaml:4: field teams not found",
		head + "- a":                           "owners.yaml:4: want team, and kind, namespace, name or labels",
		head + "- {team: a}":                   "owners.yaml:4: want team, and kind, namespace, name or labels",
		head + "- {namespace: a}":              "owners.yaml:4: want team, and kind, namespace, name or labels",
		head + "- team: a\n  names: b":         `owners.yaml:5: "names" is no key of an owner, or is there twice: want team, kind, namespace, name or labels`,
		head + "- {team: a, name: '['}":        `owners.yaml:4: name: "[" is not a pattern`,
		head + "- {team: a, name: [b]}":        "owners.yaml:4: name: want a text",
		head + "- {team: a, labels: b}":        "owners.yaml:4: labels: want labels and their values, as in {app: web}",
		head + "- {team: a, labels: {}}":       "owners.yaml:4: labels: want labels and their values, as in {app: web}",
		head + "- {team: a, labels: {b: [c]}}": "owners.yaml:4: labels: b: want one text",
		"apiVersion: kspm.io/v1\nkind: Owners\nkeys:\n- {a: b}\n": "owners.yaml:4: keys: want the name of an annotation or a label",
		head + "- {team: a, name: b}\n---\nkind: Owners":          "owners.yaml: want one YAML document",
	} {
		o, err := Parse("owners.yaml", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: %+v, %v; want %s", text, o, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + "- {team: a, name: b}"))
	f.Add([]byte(head + "- {team: a, labels: {b: c}}\nkeys: [team]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o, err := Parse("owners.yaml", data); err == nil {
			_ = o.Team(posture.Asset{Kind: "Pod", Name: "a"})
		}
	})
}
