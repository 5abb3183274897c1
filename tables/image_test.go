package tables

import "testing"

func TestParseImage(t *testing.T) {
	for ref, want := range map[string]image{
		"":                                 {},
		"nginx":                            {"docker.io", "library/nginx", "", ""},
		"nginx:1.27":                       {"docker.io", "library/nginx", "1.27", ""},
		"grafana/grafana:latest":           {"docker.io", "grafana/grafana", "latest", ""},
		"docker.io/nginx":                  {"docker.io", "library/nginx", "", ""},
		"index.docker.io/library/nginx:1":  {"docker.io", "library/nginx", "1", ""},
		"docker.io/grafana/grafana":        {"docker.io", "grafana/grafana", "", ""},
		"gcr.io/distroless/static":         {"gcr.io", "distroless/static", "", ""},
		"registry.example:5000/team/app":   {"registry.example:5000", "team/app", "", ""},
		"registry.example:5000/app:1":      {"registry.example:5000", "app", "1", ""},
		"registry:5000/app":                {"registry:5000", "app", "", ""},
		"registry:5000":                    {"docker.io", "library/registry", "5000", ""},
		"localhost/app":                    {"localhost", "app", "", ""},
		"team/sub/app:v1":                  {"docker.io", "team/sub/app", "v1", ""},
		"[::1]:5000/app:1":                 {"[::1]:5000", "app", "1", ""},
		"gcr.io/app@sha256:0123":           {"gcr.io", "app", "", "sha256:0123"},
		"gcr.io/app:v1@sha256:0123":        {"gcr.io", "app", "v1", "sha256:0123"},
		"nginx@sha256:0123":                {"docker.io", "library/nginx", "", "sha256:0123"},
		"registry.example:5000/a@sha256:0": {"registry.example:5000", "a", "", "sha256:0"},
	} {
		if got := parseImage(ref); got != want {
			t.Errorf("parseImage(%q) = %+v, want %+v", ref, got, want)
		}
	}
}
