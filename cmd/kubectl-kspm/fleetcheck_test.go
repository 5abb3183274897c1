package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
)

// TestFleetCheck judges two clusters, one of them also as a user who may read
// less, and one that is down: each has the report that it has alone.
func TestFleetCheck(t *testing.T) {
	kubeconfig := fleet(t)
	file := filepath.Join(t.TempDir(), "list.json")
	e := kspm(t, "check", "--kubeconfig", kubeconfig, "--contexts", "prod-*", "-o", "table", "-o", "json="+file)
	if e.code != 3 {
		t.Fatal(e)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list report.List
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range list.Items {
		names = append(names, r.Source.Name)
		var alone posture.Report
		single := kspm(t, "check", "--kubeconfig", kubeconfig, "--context", r.Source.Name, "-o", "json")
		if err := json.Unmarshal([]byte(single.stdout), &alone); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(alone.Summary, r.Summary); diff != "" {
			t.Errorf("%s (-alone +among others):\n%s", r.Source.Name, diff)
		}
		if diff := cmp.Diff(len(alone.Rules), len(r.Rules)); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff([]string{"prod-eu", "prod-us", "prod-us-view"}, names); diff != "" {
		t.Error(diff)
	}
	if len(list.Unreached) != 1 || list.Unreached[0].Name != "prod-down" || !strings.Contains(list.Unreached[0].Reason, "refuses connections") {
		t.Errorf("unreached: %+v", list.Unreached)
	}
	lines := strings.Split(strings.TrimSpace(e.stdout), "\n")
	if len(lines) != 6 || !strings.HasPrefix(lines[0], "CLUSTER") || !strings.HasPrefix(lines[5], "prod-down  not reached: ") {
		t.Errorf("want a head, three clusters, what a share means, and one that is down:\n%s", e.stdout)
	}
	for _, name := range names {
		if strings.Count(e.stdout, "\n"+name+" ") != 1 {
			t.Errorf("no line of %s:\n%s", name, e.stdout)
		}
	}
}

func TestFleetCheckUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-f x":                        "--filename and --contexts or --all-contexts cannot be used together",
		"-o sarif":                    "-o sarif is about one cluster: of many there are table, json, yaml",
		"--nodes":                     "--nodes is about one cluster",
		"--baseline x":                "--baseline is about one cluster",
		"--kubeconfig=/none":          "/none",
		"-o json -o html=x.html":      "-o html is about one cluster",
		"--import-kube-bench x":       "--import-kube-bench is about one cluster",
		"--against-cluster -f x":      "cannot be used together",
		"--evidence":                  "--evidence is about one cluster",
		"--timings":                   "--timings is about one cluster",
		"--snapshot x --fail-on high": "--snapshot and --contexts",
	} {
		e := kspm(t, append([]string{"check", "--all-contexts"}, strings.Fields(args)...)...)
		if e.code != 2 || !strings.Contains(e.stderr, want) || e.stdout != "" {
			t.Errorf("%s: want %q:\n%v", args, want, e)
		}
	}
}
