package main

import (
	"bytes"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// fleet is a kubeconfig with contexts of two API servers, and of others that
// are down: prod-eu, prod-us, prod-us-view of a user who may not read nodes,
// prod-down, which refuses connections, and lab-hangs, which never answers.
func fleet(t *testing.T) string {
	t.Helper()
	one := cluster(t)
	two, err := testcluster.Start("", "--name=prod-us")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := two.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := two.Load(30, 2); err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	all := clientcmdapi.NewConfig()
	add := func(name, kubeconfig, server string) {
		c, err := clientcmd.LoadFromFile(kubeconfig)
		if err != nil {
			t.Fatal(err)
		}
		current := c.Contexts[c.CurrentContext]
		all.Clusters[name], all.AuthInfos[name] = c.Clusters[current.Cluster], c.AuthInfos[current.AuthInfo]
		all.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
		if server != "" {
			all.Clusters[name].Server = server
		}
	}
	add("prod-eu", one.AdminKubeconfig, "")
	add("prod-us", two.AdminKubeconfig, "")
	add("prod-us-view", two.ViewKubeconfig, "")
	add("prod-down", one.AdminKubeconfig, "https://127.0.0.1:1")
	add("lab-hangs", one.AdminKubeconfig, "https://"+silent.Addr().String())
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*all, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFleet(t *testing.T) {
	kubeconfig := fleet(t)
	pods := map[string]int{}
	for _, name := range []string{"prod-eu", "prod-us"} {
		e := kspm(t, "sql", "--kubeconfig", kubeconfig, "--context", name, "-o", "csv", "SELECT count(*) FROM k8s_pods")
		n, err := strconv.Atoi(strings.TrimSpace(e.stdout[strings.Index(e.stdout, "\n")+1:]))
		if err != nil || n == 0 {
			t.Fatal(e)
		}
		pods[name] = n
	}
	if pods["prod-eu"] == pods["prod-us"] {
		t.Fatal("two clusters with as many pods are hard to tell apart")
	}
	eu, us := strconv.Itoa(pods["prod-eu"]), strconv.Itoa(pods["prod-us"])
	const byCluster = "SELECT cluster, count(*) AS n FROM k8s_pods GROUP BY cluster ORDER BY cluster"
	for _, test := range []struct {
		name, flags, query string
		code               int
		stdout             string
		stderr, not        []string
	}{
		{"two", "--contexts prod-eu,prod-us", byCluster, 0, "cluster,n\nprod-eu," + eu + "\nprod-us," + us + "\n", []string{"2 of 2 clusters: prod-eu, prod-us\n"}, []string{"error"}},
		{
			"one is down", "--contexts prod-*", byCluster, 3, "cluster,n\nprod-eu," + eu + "\nprod-us," + us + "\nprod-us-view," + us + "\n",
			[]string{"error: prod-down: ", "127.0.0.1:1 refuses connections", "3 of 4 clusters: prod-eu, prod-us, prod-us-view\n", "the result is incomplete"},
			nil,
		},
		{
			"all, one of them hangs", "--all-contexts --request-timeout 3s", byCluster, 3, "cluster,n\nprod-eu," + eu + "\nprod-us," + us + "\nprod-us-view," + us + "\n",
			[]string{"error: prod-down: ", "error: lab-hangs: ", "3 of 5 clusters"},
			nil,
		},
		{
			"one may read less", "--contexts prod-eu,prod-us-view", "SELECT DISTINCT cluster FROM k8s_nodes", 3, "cluster\nprod-eu\n",
			[]string{"error: prod-us-view: table k8s_nodes: could not read nodes: ", "grant {apiGroups: [\"\"], resources: [\"nodes\"], verbs: [\"get\", \"list\"]}", "the result is incomplete"},
			[]string{"error: prod-eu"},
		},
		{"what only one has", "--contexts prod-eu,prod-us", "SELECT cluster, name FROM k8s_pods WHERE namespace = 'tenant'", 0, "cluster,name\nprod-eu,toolbox\n", nil, []string{"error"}},
		{"a join within clusters", "--contexts prod-eu,prod-us", "SELECT count(*) AS n FROM k8s_pods p JOIN k8s_namespaces n ON n.cluster = p.cluster AND n.name = p.namespace", 0, "n\n" + strconv.Itoa(pods["prod-eu"]+pods["prod-us"]) + "\n", nil, nil},
		{"a resource without a table", "--contexts prod-eu,prod-us", "SELECT cluster, count(*) > 0 AS some FROM apiservices GROUP BY cluster", 0, "cluster,some\nprod-eu,1\nprod-us,1\n", nil, []string{"error"}},
		{"version of each", "--contexts prod-eu,prod-us", "SELECT cluster, git_version LIKE 'v1.%' AS ok FROM k8s_cluster_info ORDER BY cluster", 0, "cluster,ok\nprod-eu,1\nprod-us,1\n", nil, []string{"error"}},
		{"none is up", "--contexts prod-down", byCluster, 3, "", []string{"error: prod-down: ", "error: none of the clusters can be read"}, nil},
		{"none is called so", "--contexts test-*", byCluster, 2, "", []string{"error: no context matches \"test-*\": contexts are lab-hangs, prod-down, prod-eu, prod-us, prod-us-view\n"}, nil},
		{"no pattern", "--contexts [", byCluster, 2, "", []string{"error: contexts \"[\": not a pattern"}, nil},
		{"a context as well", "--all-contexts --context prod-eu", byCluster, 2, "", []string{"error: --context and --contexts or --all-contexts cannot be used together"}, nil},
		{"manifests as well", "--all-contexts -f ../../examples", byCluster, 2, "", []string{"error: --filename and --contexts"}, nil},
		{"a query that is wrong asks nobody", "--all-contexts", "SELECT nme FROM k8s_pods", 2, "", []string{"error: no such column: nme"}, []string{"prod-down"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			began := time.Now()
			e := kspm(t, append(append([]string{"sql", "--kubeconfig", kubeconfig, "-o", "csv"}, strings.Fields(test.flags)...), test.query)...)
			if e.code != test.code || e.stdout != test.stdout {
				t.Errorf("exit code %d, want %d\n%s\nwant\n%s", e.code, test.code, e.stdout, test.stdout)
			}
			for _, s := range test.stderr {
				if !strings.Contains(e.stderr, s) {
					t.Errorf("stderr does not hold %q\n%s", s, e.stderr)
				}
			}
			for _, s := range test.not {
				if strings.Contains(e.stderr, s) {
					t.Errorf("stderr holds %q\n%s", s, e.stderr)
				}
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
	t.Run("script", func(t *testing.T) {
		cmd := command(t, "sql", "--kubeconfig", kubeconfig, "--contexts", "prod-*", "-o", "csv")
		var stdout, stderr bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("SELECT count(DISTINCT cluster) AS n FROM k8s_pods;\nSELECT 1 AS one;"), &stdout, &stderr
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 3 || stdout.String() != "n\n3\none\n1\n" || strings.Count(stderr.String(), "error: prod-down") != 1 {
			t.Errorf("exit code %d\n%s\n%s", code, stdout.String(), stderr.String())
		}
	})
}
