// Package archtest holds the code to its drawing: who may import whom, and how long a file may be.
package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kubectl-kspm/kubectl-kspm"

// pkg is what `go list -json` says of a package; Deps are transitive.
type pkg struct {
	ImportPath  string
	Imports     []string
	Deps        []string
	TestImports []string
	// Those of the external test package, which may import what the package may not.
	XTestImports []string
}

// A law is of one package, below the module. Entries end in /... where they cover a tree.
type law struct {
	of    string
	never []string // neither direct nor transitive
	only  []string // direct imports outside the standard library; nil: not limited
	std   []string // direct imports of the standard library; nil: not limited
	by    []string // who alone may import it; nil: anyone
	free  bool     // by does not bind tests
}

const (
	client = "k8s.io/client-go/..."
	// What makes a client of client-go; the rest of it holds jsonpath, among others.
	requests  = "k8s.io/client-go/rest/..."
	clientset = "k8s.io/client-go/kubernetes/..."
	cliRun    = "k8s.io/cli-runtime/..."
	sqlite    = "modernc.org/sqlite/..."
	osquery   = "github.com/osquery/osquery-go/..."
)

// ours are packages of this module, each with what is below it.
func ours(paths ...string) (out []string) {
	for _, p := range paths {
		out = append(out, module+"/"+p+"/...")
	}
	return out
}

// down is what comes after the domain in the pipeline: nothing before it knows of it.
var down = ours("internal/report", "internal/store", "internal/watch", "internal/alert", "internal/metrics", "internal/openreports", "internal/web", "internal/serve", "internal/cli")

var (
	sources = ours("internal/kube", "internal/manifest", "internal/snapshot")
	engines = ours("internal/engine", "internal/osquery")
	rule    = ours("internal/rule", "internal/assess")
)

var laws = []law{
	{of: "tables", never: slices.Concat(ours("internal", "cmd", "queries"), []string{client, cliRun, sqlite, osquery})},
	{of: "queries", only: []string{}, std: []string{"embed"}},
	{of: "internal/posture", only: []string{}},
	{of: "internal/rows", never: slices.Concat(sources, engines, rule, down, []string{client, cliRun, sqlite, osquery})},
	{of: "internal/kube", never: slices.Concat(engines, rule, down, []string{sqlite})},
	{of: "internal/manifest", never: slices.Concat(engines, rule, down, ours("internal/kube"), []string{sqlite})},
	{of: "internal/render", only: []string{module + "/internal/manifest", "sigs.k8s.io/yaml"}},
	{of: "internal/snapshot", never: slices.Concat(engines, rule, down, []string{sqlite})},
	{of: "internal/engine", never: slices.Concat(sources, rule, down, ours("internal/osquery"), []string{client, cliRun, osquery})},
	{of: "internal/osquery", never: slices.Concat(sources, rule, down, ours("internal/engine"), []string{client, cliRun, sqlite})},
	{of: "internal/rule", never: slices.Concat(sources, engines, down, []string{client, cliRun, sqlite, osquery})},
	{of: "internal/remedy", never: slices.Concat(sources, engines, down, []string{client, cliRun, sqlite, osquery})},
	{of: "internal/assess", never: down},
	{of: "internal/owner", only: []string{module + "/internal/posture", "go.yaml.in/yaml/v3"}},
	{of: "internal/report", never: slices.Concat(sources, engines, rule, ours("internal/cli", "tables"), []string{requests, clientset, sqlite})},
	{of: "internal/alert", never: slices.Concat(sources, engines, rule, ours("tables", "internal/report", "internal/web", "internal/serve", "internal/cli"), []string{client})},
	{of: "internal/watch", only: []string{module + "/internal/assess", module + "/internal/kube", module + "/internal/posture", module + "/internal/rows", module + "/internal/rule", module + "/tables", "github.com/klauspost/compress/zstd"}},
	{of: "internal/metrics", never: slices.Concat(sources, engines, rule, ours("tables", "internal/report", "internal/watch", "internal/web", "internal/serve", "internal/cli"), []string{client})},
	{of: "internal/web", never: slices.Concat(sources, engines, rule, ours("tables", "internal/watch", "internal/alert", "internal/serve", "internal/cli"))},
	{of: "internal/hub", only: []string{module + "/internal/store", module + "/internal/posture"}},
	{of: "internal/history", never: slices.Concat(sources, engines, rule, ours("internal/report", "internal/watch", "internal/alert", "internal/web", "internal/serve", "internal/cli"), []string{client, cliRun, osquery})},
	{of: "internal/openreports", never: slices.Concat(engines, rule, ours("internal/store", "internal/watch", "internal/web", "internal/serve", "internal/cli"), []string{sqlite})},
	{of: "internal/login", never: slices.Concat(sources, engines, rule, ours("tables", "internal/watch", "internal/alert", "internal/serve", "internal/cli"), []string{"k8s.io/apiserver/..."})},
	{of: "internal/cli", by: []string{"cmd/kubectl-kspm", "hack/docs"}},
	{of: "cmd/kubectl-kspm", never: []string{clientset}}, // 9 MB of every API
	{of: "internal/store", never: slices.Concat(sources, engines, rule, ours("tables", "internal/rows", "internal/report", "internal/watch", "internal/alert", "internal/metrics", "internal/web", "internal/serve", "internal/cli"), []string{client, cliRun, osquery})},
	{of: "internal/fleet", never: slices.Concat(sources, engines, rule, ours("internal/alert", "internal/watch", "internal/web", "internal/serve", "internal/cli", "tables"), []string{client, cliRun, osquery})},
	{of: "internal/testpostgres", by: []string{}, free: true},
	{of: "internal/testcluster", by: []string{}, free: true},
	{of: "internal/testhelm", by: []string{}, free: true},
	{of: "internal/testbrowser", by: []string{}, free: true},
}

func TestImportLaws(t *testing.T) {
	pkgs := list(t)
	if len(pkgs) == 0 {
		t.Fatal("go list found no package of this module")
	}
	for _, l := range laws {
		for _, v := range broken(l, pkgs) {
			t.Error(v)
		}
	}
}

// broken says how the packages break a law. A law of a package that does not exist holds.
func broken(l law, pkgs map[string]pkg) (out []string) {
	name := module + "/" + l.of
	for path, p := range pkgs {
		if !within(path, name+"/...") {
			if l.by != nil && !slices.Contains(l.by, strings.TrimPrefix(path, module+"/")) && imports(p, name, !l.free) {
				out = append(out, fmt.Sprintf("%s imports %s", path, name))
			}
			continue
		}
		for _, dep := range p.Deps {
			if i := slices.IndexFunc(l.never, func(n string) bool { return within(dep, n) }); i >= 0 {
				out = append(out, fmt.Sprintf("%s depends on %s", path, dep))
			}
		}
		for _, dep := range p.Imports {
			allowed := l.only
			if standard(dep) {
				allowed = l.std
			}
			if allowed != nil && !within(dep, name+"/...") && !slices.Contains(allowed, dep) {
				out = append(out, fmt.Sprintf("%s imports %s", path, dep))
			}
		}
	}
	slices.Sort(out)
	return out
}

func imports(p pkg, name string, tests bool) bool {
	all := p.Imports
	if tests {
		all = slices.Concat(all, p.TestImports, p.XTestImports)
	}
	return slices.ContainsFunc(all, func(i string) bool { return within(i, name+"/...") })
}

func within(path, pattern string) bool {
	tree, ok := strings.CutSuffix(pattern, "/...")
	return path == tree || ok && strings.HasPrefix(path, tree+"/")
}

// standard goes by the rule that the go command goes by: no dot in the first element.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func list(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,Deps,TestImports,XTestImports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	pkgs := map[string]pkg{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs[p.ImportPath] = p
	}
}
