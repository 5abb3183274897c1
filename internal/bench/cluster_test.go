//go:build unix

package bench

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// loaded is a cluster with pods in it.
type loaded struct {
	env       string // KUBECONFIG=…
	pods      int
	namespace string // the one with the most pods
}

// cluster starts a cluster and loads it, which takes minutes.
func cluster(b *testing.B) *loaded {
	b.Helper()
	kubeconfig := os.Getenv("KSPM_BENCH_KUBECONFIG")
	if kubeconfig == "" {
		kubeconfig = start(b)
	}
	c := &loaded{env: "KUBECONFIG=" + kubeconfig}
	for _, row := range rowsOf(b, c.env, "SELECT namespace, count(*) AS pods FROM k8s_pods GROUP BY namespace ORDER BY pods") {
		c.namespace = row["namespace"].(string)
		c.pods += int(row["pods"].(float64))
	}
	return c
}

func start(b *testing.B) (kubeconfig string) {
	b.Helper()
	pods, err := strconv.Atoi(cmp.Or(os.Getenv("KSPM_BENCH_PODS"), "10000"))
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(os.Stderr, "loading a cluster with %d pods: about %s\n", pods, (time.Duration(pods) * 17 * time.Millisecond).Round(time.Second))
	c, err := testcluster.Start("")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := c.Stop(); err != nil {
			b.Error(err)
		}
	})
	if err := c.Load(pods, 1); err != nil {
		b.Fatal(err)
	}
	return c.AdminKubeconfig
}

// touch writes to a pod. Until something does, a server that has just started
// answers lists from etcd and not from its cache.
func (c *loaded) touch(b *testing.B) {
	b.Helper()
	cfg, err := clientcmd.BuildConfigFromFlags("", strings.TrimPrefix(c.env, "KUBECONFIG="))
	if err != nil {
		b.Fatal(err)
	}
	client, err := rest.HTTPClientFor(cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer client.CloseIdleConnections()
	pod := rowsOf(b, c.env, fmt.Sprintf("SELECT name FROM k8s_pods WHERE namespace = '%s' LIMIT 1", c.namespace))[0]["name"]
	body := fmt.Sprintf(`{"metadata":{"annotations":{"kspm.io/touched":%q}}}`, time.Now().Format(time.RFC3339Nano))
	url := fmt.Sprintf("%s/api/v1/namespaces/%s/pods/%s", cfg.Host, c.namespace, pod)
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPatch, url, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/merge-patch+json")
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		b.Fatal(url, resp.Status)
	}
}
