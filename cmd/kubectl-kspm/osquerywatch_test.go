package main

import (
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// TestOsqueryWatch: with --watch, a query sees what has just been made, and not
// what has gone, though nobody reads the cluster again.
func TestOsqueryWatch(t *testing.T) {
	c := cluster(t)
	kubectl, err := testcluster.Kubectl()
	if err != nil {
		t.Fatal(err)
	}
	do := func(args ...string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), kubectl, append([]string{"--kubeconfig", c.AdminKubeconfig}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("kubectl %v: %v\n%s", args, err, out)
		}
	}
	o := standIn(t)
	_, said := autoload(t, o, c.AdminKubeconfig, "--watch", "--verbose")
	const query = "SELECT name, labels FROM k8s_config_maps WHERE name = 'watched'"
	if got := ask(t, o, query); len(got) != 0 {
		t.Fatal(got)
	}
	until := func(want ...string) {
		t.Helper()
		var got []string
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			if got = ask(t, o, query); slices.Equal(got, want) {
				return
			}
		}
		t.Fatalf("%q, want %q\n%s", got, want, said)
	}
	do("create", "configmap", "watched", "-n", "default")
	until("watched <nil>")
	do("label", "configmap", "watched", "-n", "default", "team=web")
	until(`watched {"team":"web"}`)
	do("delete", "configmap", "watched", "-n", "default")
	until()
}
