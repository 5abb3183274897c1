package archtest

import (
	"strings"
	"testing"
)

// A law that nothing can break is no law.
func TestLawsCanBreak(t *testing.T) {
	at := func(path string) string { return module + "/" + path }
	tests := []struct {
		name string
		p    pkg
		want string // "" if no law is broken
	}{
		{"tables may read the API's types", pkg{ImportPath: at("tables"), Deps: []string{"k8s.io/api/core/v1", "fmt"}}, ""},
		{"tables know no client, however far away", pkg{ImportPath: at("tables"), Deps: []string{"k8s.io/client-go/rest"}}, "client-go"},
		{"tables know no part of ours", pkg{ImportPath: at("tables"), Deps: []string{at("internal/posture")}}, "internal/posture"},
		{"a similar name is another package", pkg{ImportPath: at("tablesque"), Deps: []string{"k8s.io/client-go/rest"}}, ""},
		{"queries embed", pkg{ImportPath: at("queries"), Imports: []string{"embed"}}, ""},
		{"queries only embed", pkg{ImportPath: at("queries"), Imports: []string{"embed", "strings"}}, "strings"},
		{"posture has the standard library", pkg{ImportPath: at("internal/posture"), Imports: []string{"encoding/json"}}, ""},
		{"posture has nothing else", pkg{ImportPath: at("internal/posture"), Imports: []string{"sigs.k8s.io/yaml"}}, "sigs.k8s.io/yaml"},
		{"rules know no client", pkg{ImportPath: at("internal/rule"), Deps: []string{"k8s.io/client-go/kubernetes"}}, "client-go"},
		{"the engine does not know osquery", pkg{ImportPath: at("internal/engine"), Deps: []string{at("internal/osquery")}}, "internal/osquery"},
		{"osquery does not know the engine", pkg{ImportPath: at("internal/osquery"), Deps: []string{at("internal/engine")}}, "internal/engine"},
		{"a report knows no engine", pkg{ImportPath: at("internal/report"), Deps: []string{at("internal/engine")}}, "internal/engine"},
		{"a report may print by jsonpath", pkg{ImportPath: at("internal/report"), Deps: []string{"k8s.io/client-go/util/jsonpath"}}, ""},
		{"a report asks no server", pkg{ImportPath: at("internal/report"), Deps: []string{"k8s.io/client-go/rest"}}, "rest"},
		{"pages ask a store", pkg{ImportPath: at("internal/web"), Deps: []string{at("internal/store"), at("internal/report")}}, ""},
		{"pages ask no cluster", pkg{ImportPath: at("internal/web"), Deps: []string{at("internal/kube")}}, "internal/kube"},
		{"pages run no query", pkg{ImportPath: at("internal/web"), Deps: []string{at("internal/engine")}}, "internal/engine"},
		{"sources know no report", pkg{ImportPath: at("internal/kube"), Deps: []string{at("internal/report")}}, "internal/report"},
		{"main imports the commands", pkg{ImportPath: at("cmd/kubectl-kspm"), Imports: []string{at("internal/cli")}}, ""},
		{"nobody else does", pkg{ImportPath: at("internal/web"), Imports: []string{at("internal/cli")}}, "internal/cli"},
		{"not in a test either", pkg{ImportPath: at("internal/web"), TestImports: []string{at("internal/cli")}}, "internal/cli"},
		{"tests start clusters", pkg{ImportPath: at("internal/kube"), TestImports: []string{at("internal/testcluster")}}, ""},
		{"nothing else does", pkg{ImportPath: at("internal/kube"), Imports: []string{at("internal/testcluster")}}, "internal/testcluster"},
		{"rules know no engine", pkg{ImportPath: at("internal/rule"), Deps: []string{at("internal/engine")}}, "internal/engine"},
		{"but their own test does", pkg{ImportPath: at("internal/cli"), XTestImports: []string{at("internal/cli")}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, l := range laws {
				got = append(got, broken(l, map[string]pkg{tt.p.ImportPath: tt.p})...)
			}
			if tt.want == "" && len(got) > 0 {
				t.Errorf("broken: %v", got)
			}
			if tt.want != "" && (len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), tt.want)) {
				t.Errorf("got %v, want something about %s", got, tt.want)
			}
		})
	}
}
