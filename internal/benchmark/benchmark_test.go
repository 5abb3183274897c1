package benchmark

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
)

func load(t *testing.T) (List, []*rule.Rule) {
	t.Helper()
	list, err := Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	return list, rules
}

// TestFolders holds every rule to the folder that is named like its benchmark,
// and every folder to its description.
func TestFolders(t *testing.T) {
	list, rules := load(t)
	for _, r := range rules {
		folder, _, _ := strings.Cut(r.File, "/")
		if r.Benchmark() != folder {
			t.Errorf("%s is of benchmark %s by its id %s", r.File, r.Benchmark(), r.ID)
		}
		if _, ok := list.Named(folder); !ok {
			t.Errorf("%s has no benchmark.yaml", folder)
		}
		if strings.HasPrefix(folder, "cis") && (r.Level == 0 || r.Type == "" || r.Profile == "") {
			t.Errorf("%s lacks level, type or profile", r.File)
		}
	}
	for _, b := range list {
		if !slices.Contains(Names(rules), b.Name) {
			t.Errorf("%s has no rules", b.Name)
		}
	}
}

func TestVersionFor(t *testing.T) {
	list, _ := load(t)
	cis, _ := list.Named("cis")
	for cluster, want := range map[string]string{
		"": "2.0", "v1.37.2": "2.0", "v1.34.0-eks-1a2b3c": "2.0", "v1.33.9": "1.12", "v1.29.0+k3s1": "1.12", "1.34": "2.0", "unknown": "2.0",
	} {
		if got := cis.VersionFor(cluster); got != want {
			t.Errorf("edition for %q is %s, want %s", cluster, got, want)
		}
	}
	if nsa, _ := list.Named("nsa"); nsa.VersionFor("v1.37.2") != "" {
		t.Error("nsa has an edition")
	}
}

func TestLoadErrors(t *testing.T) {
	for text, want := range map[string]string{
		"name: pci\ntitle: x\nlevel: 1": `pci/benchmark.yaml: yaml: unmarshal errors:` + "\n  line 3: field level not found in type benchmark.Benchmark",
		"name: cis\ntitle: x":           `pci/benchmark.yaml: name "cis" is not that of its folder`,
		"name: pci":                     "pci/benchmark.yaml: no title",
		`{name: pci, title: x, versions: [{version: "1", from: next}]}`: `pci/benchmark.yaml: version 1: from "next": want a version of Kubernetes such as 1.34`,
	} {
		_, err := Load(fstest.MapFS{"pci/benchmark.yaml": &fstest.MapFile{Data: []byte(text)}})
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestPick(t *testing.T) {
	_, rules := load(t)
	ids := func(s Selection) []string {
		picked, err := s.Pick(rules)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range picked {
			ids = append(ids, r.ID)
		}
		return ids
	}
	all := ids(Selection{Names: []string{All}})
	if len(all) != len(rules) {
		t.Errorf("all are %d of %d rules", len(all), len(rules))
	}
	one := ids(Selection{Names: []string{"CIS"}, Level: 1})
	if slices.Contains(one, "CIS-5.2.7") || !slices.Contains(one, "CIS-5.2.6") || slices.Contains(one, "NSA-07") {
		t.Errorf("level 1 of cis: %v", one)
	}
	if both := ids(Selection{Names: []string{"cis"}, Level: 2}); len(both) <= len(one) {
		t.Errorf("level 2 has %d rules, level 1 has %d", len(both), len(one))
	}
	for _, p := range ids(Selection{Names: []string{All}, Profiles: []string{"policies"}}) {
		if !strings.HasPrefix(p, "CIS") {
			t.Errorf("%s is of no profile", p)
		}
	}
	for want, s := range map[string]Selection{
		"--level 3: want 1 or 2": {Names: []string{"cis"}, Level: 3},
		`--profile "x": want one of control-plane, etcd, worker, policies`: {Names: []string{"cis"}, Profiles: []string{"x"}},
		"--benchmark nsa has no rules of profile etcd":                     {Names: []string{"nsa"}, Profiles: []string{"etcd"}},
	} {
		if _, err := s.Pick(rules); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
