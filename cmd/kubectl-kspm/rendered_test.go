package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testhelm"
)

// TestRendered is TestScript with the real kubectl and helm on PATH.
func TestRendered(t *testing.T) {
	if testing.Short() {
		t.Skip("builds kubectl and helm")
	}
	kubectl, err := testcluster.Kubectl()
	if err != nil {
		t.Fatal(err)
	}
	helm, err := testhelm.Path(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/rendered",
		Cmds: commands,
		Setup: func(env *testscript.Env) error {
			path := env.Getenv("PATH")
			for _, program := range []string{kubectl, helm} {
				path = filepath.Dir(program) + string(os.PathListSeparator) + path
			}
			return setup(env, "PATH="+path)
		},
		UpdateScripts: *update,
	})
}
