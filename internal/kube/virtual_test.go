package kube

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func nodeList(names ...string) *corev1.NodeList {
	list := &corev1.NodeList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "NodeList"}}
	for _, name := range names {
		list.Items = append(list.Items, corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, UID: "uid"}})
	}
	return list
}

// kubelets reads the records of a server's nodes, as node: status (reason).
func kubelets(t *testing.T, c *Cluster) (lines []string, err error) {
	t.Helper()
	err = c.Each(t.Context(), tables.KubeletConfigs, rows.Scope{}, func(o *tables.Object) {
		r := o.Value.(*tables.Record[tables.KubeletConfig])
		if o.Meta != &r.ObjectMeta || o.Meta.UID == "" || o.Cluster != "test" {
			t.Errorf("object %+v", o)
		}
		line := o.Meta.Name + ": " + r.Value.Status
		if r.Value.Reason != "" {
			line += " (" + r.Value.Reason + ")"
		}
		lines = append(lines, line+string(r.Value.Config))
	})
	return lines, err
}

func TestKubelets(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch node := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api/v1/nodes/"), "/proxy/configz"); node {
		case "/api/v1/nodes":
			send(w, r, encode(t, nodeList("absent", "down", "fargate", "garbage", "good", "hung", "locked", "secret")))
		case "good":
			sendJSON(w, 200, `{"kubeletconfig":{"kind":"KubeletConfiguration","readOnlyPort":10255}}`)
		case "secret":
			sendJSON(w, 200, `{"kubeletconfig":{"staticPodURL":"http://u:p@x/","staticPodURLHeader":{"A":["hunter2"]},"podPidsLimit":9}}`)
		case "garbage":
			sendJSON(w, 200, `{"kubeletconfig":["?"]}`)
		case "locked":
			status(w, 403, `nodes "locked" is forbidden`)
		case "fargate":
			status(w, 404, "the server could not find the requested resource")
		case "down":
			status(w, 503, "error trying to reach service: dial tcp 10.0.0.1:10250: connection refused")
		case "absent":
			status(w, 400, "lookup absent: no such host")
		case "hung":
			<-r.Context().Done()
		}
	})
	lines, err := kubelets(t, c)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"absent: unreachable (400 lookup absent: no such host)",
		"down: unreachable (503 error trying to reach service: dial tcp 10.0.0.1:10250: connection refused)",
		"fargate: not served (404 the server could not find the requested resource)",
		"garbage: not served (the reply to /configz is no KubeletConfiguration)",
		`good: ok{"kind":"KubeletConfiguration","readOnlyPort":10255}`,
		"hung: unreachable (no answer within 5s)",
		`locked: forbidden (403 nodes "locked" is forbidden)`,
		`secret: ok{"podPidsLimit":9}`,
	}
	if diff := gocmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

// Not to be allowed to ask any kubelet is not to know, and not a list of nodes
// that happen to be silent.
func TestKubeletsForbidden(t *testing.T) {
	for what, forbidden := range map[string]string{"nodes": "/api/v1/nodes", "nodes/proxy": "/proxy/configz"} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, forbidden) {
				status(w, 403, what+" is forbidden")
				return
			}
			send(w, r, encode(t, nodeList("a", "b")))
		})
		lines, err := kubelets(t, c)
		reason, grant := Reason(err)
		if len(lines) > 0 || reason != "forbidden" || !strings.Contains(grant, fmt.Sprintf("resources: [%q]", what)) || !strings.Contains(err.Error(), grant) {
			t.Errorf("%s: %v, %q, grant %s", what, lines, err, grant)
		}
	}
	none := serve(t, func(w http.ResponseWriter, r *http.Request) { send(w, r, encode(t, nodeList())) })
	if lines, err := kubelets(t, none); len(lines) > 0 || err != nil {
		t.Errorf("without nodes: %v, %v", lines, err)
	}
}

func TestNodeFilesNeedANode(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("asked the API server") })
	err := c.Each(t.Context(), tables.NodeFiles, rows.Scope{}, func(*tables.Object) { t.Error("a file") })
	if reason, grant := Reason(err); reason != "needs node access" || grant != "" {
		t.Errorf("%v: %s, %s", err, reason, grant)
	}
}

// What serves a group version may not answer: that is known, its resources are
// not.
func TestAPIResources(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := `{"kind":"APIGroupDiscoveryList","items":[{"versions":[{"version":"v1","resources":[{"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced","verbs":["get","list"],"shortNames":["po"],"subresources":[{"subresource":"exec"}]}]}]}]}`
		if r.URL.Path == "/apis" {
			body = `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}`
		}
		sendJSON(w, 200, body)
	})
	var got []tables.APIResource
	if err := c.Each(t.Context(), tables.APIResources, rows.Scope{}, func(o *tables.Object) {
		got = append(got, o.Value.(*tables.Record[tables.APIResource]).Value)
	}); err != nil {
		t.Fatal(err)
	}
	want := []tables.APIResource{
		{Version: "v1", Plural: "pods", Kind: "Pod", Namespaced: true, Verbs: []string{"get", "list"}, ShortNames: []string{"po"}, Subresources: []string{"exec"}, Preferred: true},
		{Group: "metrics.k8s.io", Version: "v1beta1"},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// On the real API server: the cluster, what it serves, and what each user may.
func TestVirtualReal(t *testing.T) {
	real := realCluster(t)
	for kubeconfig, user := range map[string]string{real.AdminKubeconfig: "admin", real.ViewKubeconfig: "view", real.NobodyKubeconfig: "nobody"} {
		c := mustConnect(t, "--kubeconfig", kubeconfig)
		clusters := 0
		if err := c.Each(t.Context(), tables.ClusterInfos, rows.Scope{}, func(o *tables.Object) {
			clusters++
			info := o.Value.(*tables.Record[tables.ClusterInfo]).Value
			if info.GitVersion != real.Version || info.User != user || info.ServerURL != real.Server || !slices.Contains(info.ServerIPs, "127.0.0.1") ||
				(info.UID == "") != (user == "nobody") || !slices.Contains(info.Groups, "apps") {
				t.Errorf("%s: %+v", user, info)
			}
		}); err != nil || clusters != 1 {
			t.Errorf("%s: %d clusters, %v", user, clusters, err)
		}
		served := map[string]bool{}
		if err := c.Each(t.Context(), tables.APIResources, rows.Scope{}, func(o *tables.Object) {
			r := o.Value.(*tables.Record[tables.APIResource]).Value
			served[r.Group+"/"+r.Plural] = true
		}); err != nil || !served["/pods"] || !served["apps/deployments"] || !served["apiregistration.k8s.io/apiservices"] {
			t.Errorf("%s: %d resources, %v", user, len(served), err)
		}
		testPermissions(t, c, user)
	}
}

// Each says yes to exactly what may be read.
func testPermissions(t *testing.T, c *Cluster, user string) {
	t.Helper()
	allowed := map[string]bool{}
	if err := c.Each(t.Context(), tables.Permissions, rows.Scope{}, func(o *tables.Object) {
		p := o.Value.(*tables.Record[tables.Permission]).Value
		allowed[p.Verb+" "+p.Group+"/"+p.Resource+"/"+p.Subresource] = p.Allowed
	}); err != nil {
		t.Fatal(err)
	}
	if proxy := allowed["get /nodes/proxy"]; proxy != (user == "admin") {
		t.Errorf("%s may ask kubelets: %v", user, proxy)
	}
	for _, r := range tables.ReadResources() {
		if r.Virtual != "" {
			continue
		}
		may, asked := allowed["list "+r.Group+"/"+r.Plural+"/"]
		err := c.Each(t.Context(), r, rows.Scope{}, func(*tables.Object) {})
		absent := r.Optional && err == nil // an API that this server does not have
		if !asked || !absent && may == errors.Is(err, Forbidden) {
			t.Errorf("%s: %s: asked %v, allowed %v, and then %v", user, r, asked, may, err)
		}
	}
}
