package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden files of scripts")

// TestMain makes the command available to tests by its name: the process they
// start is this binary, and runs main.
func TestMain(m *testing.M) {
	testscript.Main(stoppingCluster{m}, map[string]func(){"kubectl-kspm": main, "kubectl_complete-kspm": main, "kspm.ext": main})
}

// TestScript runs what users type, and looks at what they see.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		Cmds:          commands,
		Setup:         func(env *testscript.Env) error { return setup(env) },
		UpdateScripts: *update,
	})
}

// setup leaves a script no cluster to reach but those in extra, and tells it
// where the repository is.
func setup(env *testscript.Env, extra ...string) error {
	repo, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	env.Setenv("REPO", repo)
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("TERM", "xterm-256color")
	env.Setenv("ESC", "\x1b")
	env.Setenv("CSI", "\u009b")
	if dir := os.Getenv("GOCOVERDIR"); dir != "" {
		env.Setenv("GOCOVERDIR", dir)
	}
	env.Vars = append(env.Vars, extra...)
	return nil
}
