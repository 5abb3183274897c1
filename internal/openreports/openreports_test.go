package openreports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

const (
	module = "github.com/openreports/reports-api@v0.2.1"
	sum    = "h1:g9KS3yle9Y1elmww4TK9EkD1rl6inIaiIJPX6e+u680="
)

// counting counts the writes that reach the API server.
type counting struct {
	*kube.Cluster
	writes atomic.Int64
}

func (c *counting) Send(ctx context.Context, method, path string, body, into any) error {
	if method != http.MethodGet {
		c.writes.Add(1)
	}
	return c.Cluster.Send(ctx, method, path, body, into)
}

func connect(t *testing.T, kubeconfig string) *counting {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	c, err := kube.NewCluster("test", config)
	if err != nil {
		t.Fatal(err)
	}
	return &counting{Cluster: c}
}

// delta has a failure of A-1 for each asset, and of B-1 in the cluster.
func delta(at time.Time, assets ...posture.Asset) posture.Delta {
	rule := func(id string, findings ...posture.Asset) posture.RuleDelta {
		r := posture.RuleDelta{Benchmark: strings.ToLower(id[:1]), Whole: true}
		r.ID, r.Title, r.Status, r.Severity = id, "Title", posture.Fail, posture.High
		for _, a := range findings {
			r.Findings = append(r.Findings, posture.Finding{Asset: a, Severity: posture.High, Evidence: []posture.Evidence{{Path: "spec", Actual: "a"}}})
		}
		return r
	}
	return posture.Delta{Complete: true, At: at, Rules: []posture.RuleDelta{rule("A-1", assets...), rule("B-1", posture.Asset{Kind: "ClusterRole", Name: "x"})}}
}

func deployment(namespace, name string) posture.Asset {
	return posture.Asset{Kind: "Deployment", Namespace: namespace, Name: name}
}

func TestWrite(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	cluster, err := testcluster.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	admin := connect(t, cluster.AdminKubeconfig)
	post := func(path, object string) {
		t.Helper()
		if err := admin.Send(t.Context(), http.MethodPost, path, json.RawMessage(object), nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, ns := range []string{"shop", "data", "gone"} {
		post("/api/v1/namespaces", fmt.Sprintf(`{"metadata": {"name": %q}}`, ns))
	}
	// What the chart gives, and no more.
	post("/apis/rbac.authorization.k8s.io/v1/clusterroles", `{"metadata": {"name": "keeper"}, "rules": [{"apiGroups": ["openreports.io"], "resources": ["reports", "clusterreports"], "verbs": ["get", "list", "create", "update", "delete"]}]}`)
	post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", `{"metadata": {"name": "keeper"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "keeper"}, "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "keeper"}]}`)
	kubeconfig, err := cluster.Kubeconfig("keeper")
	if err != nil {
		t.Fatal(err)
	}
	api := connect(t, kubeconfig)
	w := &Writer{API: api, APIVersion: func(string) string { return "apps/v1" }}
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

	if _, err := w.Write(t.Context(), delta(now)); err == nil || !strings.Contains(err.Error(), "apply the CRDs of openreports.io") {
		t.Errorf("without CRDs: %v", err)
	}
	for _, kind := range []string{"reports", "clusterreports"} {
		text, err := testcluster.ModuleFile(module, sum, "config/crd/openreports.io_"+kind+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		object, err := yaml.YAMLToJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", string(object))
		for start := time.Now(); admin.Send(t.Context(), http.MethodGet, base+"/"+kind, nil, nil) != nil; time.Sleep(50 * time.Millisecond) {
			if time.Since(start) > 30*time.Second {
				t.Fatalf("%s are not served", kind)
			}
		}
	}
	// One that somebody applied under our name is taken over, others' are left alone.
	for _, name := range []string{"kspm-a", "theirs"} {
		post(base+"/namespaces/shop/reports", fmt.Sprintf(`{"apiVersion": "openreports.io/v1alpha1", "kind": "Report", "metadata": {"name": %q}, "source": "x", "summary": {}, "results": []}`, name))
	}
	pass := func(what string, d posture.Delta, want Written, writes int64) {
		t.Helper()
		before := api.writes.Load()
		got, err := w.Write(t.Context(), d)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		if n := api.writes.Load() - before; n != writes {
			t.Errorf("%s: %d writes, want %d", what, n, writes)
		}
	}
	both := []posture.Asset{deployment("shop", "web"), deployment("data", "db")}
	pass("the first", delta(now, both...), Written{Created: 4}, 5)
	pass("the same again", delta(now.Add(time.Hour), both...), Written{Unchanged: 4}, 0)
	pass("one more in a namespace", delta(now, append(both, deployment("data", "cache"))...), Written{Updated: 1, Unchanged: 3}, 1)
	pass("a namespace is clean", delta(now, both[0]), Written{Removed: 1, Unchanged: 3}, 1)
	pass("a namespace that is not there", delta(now, both[0], deployment("nowhere", "x")), Written{Unchanged: 3}, 1)
	one := delta(now, both[0])
	one.Rules = one.Rules[:1]
	pass("a benchmark less", one, Written{Removed: 1, Unchanged: 2}, 1)
	if _, err := w.Write(t.Context(), posture.Delta{}); !errors.Is(err, errPartial) {
		t.Errorf("a partial delta: %v", err)
	}
	var theirs item
	if err := admin.Send(t.Context(), http.MethodGet, path("Report", "shop", "theirs"), nil, &theirs); err != nil {
		t.Errorf("what others wrote is gone: %v", err)
	}
}
