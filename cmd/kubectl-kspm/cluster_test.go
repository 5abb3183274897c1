package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// shared is the API server that the tests of a run share, started when the
// first one needs it.
var shared struct {
	once sync.Once
	*testcluster.Cluster
	tenant string // kubeconfig of a user who may read the namespace tenant alone
	err    error
}

// stoppingCluster ends the shared cluster with the tests.
type stoppingCluster struct{ *testing.M }

func (m stoppingCluster) Run() int {
	code := m.M.Run()
	if shared.Cluster != nil {
		if err := shared.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = cmp.Or(code, 1)
		}
	}
	return code
}

// cluster is an API server with 150 pods of an ordinary cluster, and what
// testdata/tenant.txt adds to them.
func cluster(t *testing.T) *testcluster.Cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	shared.once.Do(func() {
		if shared.Cluster, shared.err = testcluster.Start(""); shared.err != nil {
			return
		}
		if shared.err = shared.Load(150, 1); shared.err != nil {
			return
		}
		if shared.err = createAll("testdata/tenant.txt"); shared.err != nil {
			return
		}
		shared.tenant, shared.err = shared.Kubeconfig("tenant@example.com")
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.Cluster
}

// createAll posts objects of a file, one a line after the path to post it to.
func createAll(file string) error {
	config, err := clientcmd.BuildConfigFromFlags("", shared.AdminKubeconfig)
	if err != nil {
		return err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		path, object, _ := strings.Cut(strings.TrimSpace(line), " ")
		resp, err := client.Post(config.Host+path, "application/json", bytes.NewReader([]byte(object)))
		if err != nil {
			return err
		}
		reply, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusCreated {
			return fmt.Errorf("post %s: %d %s %w", path, resp.StatusCode, reply, err)
		}
	}
	return nil
}

// TestClusterScript runs what users type against a real API server.
func TestClusterScript(t *testing.T) {
	c := cluster(t)
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/cluster",
		Cmds: commands,
		Setup: func(env *testscript.Env) error {
			return setup(env, "ADMIN="+c.AdminKubeconfig, "VIEW="+c.ViewKubeconfig, "NOBODY="+c.NobodyKubeconfig,
				"TENANT="+shared.tenant, "SERVER="+c.Server, "KUBECONFIG="+c.AdminKubeconfig)
		},
		UpdateScripts: *update,
	})
}
