package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestCovers(t *testing.T) {
	for _, test := range []struct {
		pattern, host string
		want          bool
	}{
		{"a.example.com", "a.example.com", true},
		{"A.Example.com", "a.example.COM", true},
		{"*.example.com", "a.example.com", true},
		{"*.EXAMPLE.com", "a.example.com", true},
		{"*.example.com", "*.example.com", true},
		{"*.example.com", "example.com", false},
		{"*.example.com", "a.b.example.com", false},
		{"*.example.com", "*.b.example.com", false},
		{"*.example.com", ".example.com", false},
		{"*.com", "*.com", true},
		{"*.example.com", "*.a.com", false},
		{"a.example.com", "*.example.com", false},
		{"*", "example.com", false},
		{"*", "com", false},
		{"", "", false},
		{"", "a.com", false},
		{"a.com", "", false},
	} {
		if got := covers(test.pattern, test.host); got != test.want {
			t.Errorf("covers(%q, %q) = %v", test.pattern, test.host, got)
		}
	}
}

func TestIngresses(t *testing.T) {
	backend := `http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}`
	for _, test := range []struct {
		name, spec string
		want       []string // path, host, tls_covered, tls_secret, services
	}{
		{"no TLS", `{rules: [{host: a.com, ` + backend + `}]}`, []string{`spec.rules[0] a.com 0 - ["web"]`}},
		{"by name", `{tls: [{hosts: [a.com], secretName: t}], rules: [{host: a.com}]}`, []string{`spec.rules[0] a.com 1 t -`}},
		{
			"by wildcard", `{tls: [{hosts: ["*.a.com"], secretName: t}], rules: [{host: x.a.com}, {host: x.y.a.com}, {host: a.com}]}`,
			[]string{`spec.rules[0] x.a.com 1 t -`, `spec.rules[1] x.y.a.com 0 - -`, `spec.rules[2] a.com 0 - -`},
		},
		{"with the controller's certificate", `{tls: [{hosts: [a.com]}], rules: [{host: a.com}]}`, []string{`spec.rules[0] a.com 1 - -`}},
		{
			"TLS for any host", `{tls: [{secretName: any}, {hosts: [a.com], secretName: t}], rules: [{host: a.com}, {host: b.com}, {}]}`,
			[]string{`spec.rules[0] a.com 1 t -`, `spec.rules[1] b.com 1 any -`, `spec.rules[2] - 1 any -`},
		},
		{"any host, TLS for one", `{tls: [{hosts: [a.com], secretName: t}], rules: [{}]}`, []string{`spec.rules[0] - 0 - -`}},
		{"a host twice", `{rules: [{host: a.com, ` + backend + `}, {host: A.com, ` + backend + `}]}`, []string{`spec.rules[0] a.com 0 - ["web"]`}},
		{"a default backend alone", `{defaultBackend: {service: {name: web, port: {name: http}}}}`, []string{`spec.defaultBackend - 0 - ["web"]`}},
		{
			"a default backend beside a host", `{defaultBackend: {resource: {kind: Bucket, name: b}}, rules: [{host: a.com, ` + backend + `}]}`,
			[]string{`spec.defaultBackend - 0 - -`, `spec.rules[0] a.com 0 - ["web"]`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			docs := "kind: Ingress\napiVersion: networking.k8s.io/v1\nmetadata: {name: i, namespace: shop}\nspec: " + test.spec
			if diff := gocmp.Diff(test.want, ask(t, K8sIngresses, docs, "path", "host", "tls_covered", "tls_secret", "services")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
