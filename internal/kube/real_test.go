package kube

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// real is the API server that the tests of a run share, started when the
// first one needs it.
var real struct {
	once sync.Once
	*testcluster.Cluster
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if real.Cluster != nil {
		if err := real.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = cmp.Or(code, 1)
		}
	}
	os.Exit(code)
}

func realCluster(t *testing.T) *testcluster.Cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	real.once.Do(func() {
		if real.Cluster, real.err = testcluster.Start(""); real.err == nil {
			real.err = real.Load(60, 1)
		}
	})
	if real.err != nil {
		t.Fatal(real.err)
	}
	return real.Cluster
}

// connect does what a command does with its arguments.
func connect(t *testing.T, args ...string) (*Cluster, error) {
	t.Helper()
	f := NewFlags()
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.AddFlags(fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f.Connect(t.Context())
}

func mustConnect(t *testing.T, args ...string) *Cluster {
	t.Helper()
	c, err := connect(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Objects that Each decodes from the protobuf stream are those that the server
// gives as JSON.
func TestRealObjects(t *testing.T) {
	c := mustConnect(t, "--kubeconfig", realCluster(t).AdminKubeconfig)
	c.page = 7
	total := 0
	for _, r := range tables.Resources() {
		if r.Sensitive {
			continue
		}
		var list struct{ Items []json.RawMessage }
		if err := c.ask(t.Context(), call{path: listPath(r, rows.Scope{})}, &list); err != nil {
			t.Fatalf("%s: %v", r, err)
		}
		want := map[string]string{}
		for _, data := range list.Items {
			item := r.New()
			if err := json.Unmarshal(data, item); err != nil {
				t.Fatal(err)
			}
			want[item.GetNamespace()+"/"+item.GetName()] = text(t, item)
		}
		got := map[string]string{}
		err := c.Each(t.Context(), r, rows.Scope{}, func(o *tables.Object) {
			got[o.Meta.Namespace+"/"+o.Meta.Name] = text(t, o.Value.(tables.Item))
		})
		if err != nil {
			t.Fatal(err)
		}
		if r != tables.Leases && r != tables.Events { // the server writes these by itself
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", r, diff)
			}
		}
		total += len(got)
	}
	if total < 200 {
		t.Errorf("compared %d objects only", total)
	}
}

func text(t *testing.T, item tables.Item) string {
	t.Helper()
	item.SetManagedFields(nil)
	data, err := json.Marshal(item)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	delete(doc, "kind")
	delete(doc, "apiVersion")
	data, _ = json.Marshal(doc)
	return string(data)
}

// What the server sends of Secrets holds no value of any.
func TestRealSecrets(t *testing.T) {
	c := mustConnect(t, "--kubeconfig", realCluster(t).AdminKubeconfig)
	post(t, c, "/api/v1/namespaces/default/secrets", `{"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/basic-auth",
		"metadata":{"name":"leak","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}"}},
		"data":{"username":"YWxpY2U=","password":"aHVudGVyMg=="}}`)
	c.page = 2
	c.zip = false // net/http unzips before the tap
	var wire bytes.Buffer
	tap := c.http.Transport
	c.http.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := tap.RoundTrip(r)
		if err == nil {
			resp.Body = struct {
				io.Reader
				io.Closer
			}{io.TeeReader(resp.Body, &wire), resp.Body}
		}
		return resp, err
	})
	types := map[string]corev1.SecretType{}
	err := c.Each(t.Context(), tables.Secrets, rows.Scope{}, func(o *tables.Object) {
		s := o.Value.(*corev1.Secret)
		if s.Data != nil || s.StringData != nil || s.Annotations[corev1.LastAppliedConfigAnnotation] != "" {
			t.Errorf("secret %s has values", s.Name)
		}
		types[o.Meta.Namespace+"/"+o.Meta.Name] = s.Type
	})
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Items []any }
	if err := c.ask(t.Context(), call{path: "/api/v1/secrets", accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}, &all); err != nil || len(types) != len(all.Items) {
		t.Errorf("%d of %d secrets, %v", len(types), len(all.Items), err)
	}
	if types["default/leak"] != "kubernetes.io/basic-auth" {
		t.Errorf("types %v", types)
	}
	if wire.Len() == 0 || strings.Contains(wire.String(), "aHVudGVyMg") || strings.Contains(wire.String(), "hunter2") {
		t.Errorf("the server sent values, or nothing: %d bytes", wire.Len())
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func post(t *testing.T, c *Cluster, path, body string) {
	t.Helper()
	var into any
	if err := c.ask(t.Context(), call{method: http.MethodPost, path: path, body: body}, &into); err != nil {
		t.Fatal(err)
	}
}

func TestRealNobody(t *testing.T) {
	c := mustConnect(t, "--kubeconfig", realCluster(t).NobodyKubeconfig)
	for _, r := range tables.Resources() {
		err := c.Each(t.Context(), r, rows.Scope{}, func(*tables.Object) { t.Errorf("nobody read one of %s", r) })
		if !errors.Is(err, Forbidden) {
			t.Errorf("%s: %v", r, err)
			continue
		}
		if reason, grant := Reason(err); reason != "forbidden" || grant != r.Grant() || !strings.Contains(err.Error(), grant) {
			t.Errorf("%s: %s, %s", r, reason, grant)
		}
	}
	if i := c.Info(t.Context()); i.Version == "" || i.UID != "" || i.User == "" {
		t.Errorf("%+v", i)
	}
}

// A user whose rights end at a namespace can read that namespace's object.
func TestRealNamespaceOnly(t *testing.T) {
	real := realCluster(t)
	admin := mustConnect(t, "--kubeconfig", real.AdminKubeconfig)
	post(t, admin, "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
		"metadata":{"name":"dev"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"dev"}]}`)
	kubeconfig, err := real.Kubeconfig("dev")
	if err != nil {
		t.Fatal(err)
	}
	c := mustConnect(t, "--kubeconfig", kubeconfig)
	var got []string
	if err := c.Each(t.Context(), tables.Namespaces, rows.Scope{Namespace: "default"}, names(&got)); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]string{"default"}, got); diff != "" {
		t.Error(diff)
	}
	if err := c.Each(t.Context(), tables.ConfigMaps, rows.Scope{Namespace: "default"}, names(&got)); err != nil {
		t.Error(err)
	}
	if err := c.Each(t.Context(), tables.Namespaces, rows.Scope{Namespace: "kube-system"}, names(&got)); !errors.Is(err, Forbidden) {
		t.Error(err)
	}
}

func TestRealDiscovery(t *testing.T) {
	c := mustConnect(t, "--kubeconfig", realCluster(t).AdminKubeconfig)
	found, err := c.Discover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"po": "pods", "Pod": "pods", "deploy": "deployments.apps", "deployments.v1.apps": "deployments.apps",
		"pods.v1": "pods", "ev": "events.events.k8s.io", "crd": "customresourcedefinitions.apiextensions.k8s.io",
	} {
		if r, err := Find(found, name); err != nil || r.String() != want {
			t.Errorf("%s is %v, %v", name, r, err)
		}
	}
	if r, _ := Find(found, "po"); r != tables.Pods {
		t.Error("pods are not the pods of tables")
	}
	if _, err := Find(found, "deployment.v9.apps"); err == nil || !strings.Contains(err.Error(), "deployments.apps") {
		t.Error(err)
	}
	flows, err := Find(found, "flowschemas")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	err = c.Each(t.Context(), flows, rows.Scope{}, func(o *tables.Object) {
		u := o.Value.(*unstructured.Unstructured)
		if u.GetName() != o.Meta.Name || u.GetManagedFields() != nil || u.Object["spec"] == nil {
			t.Errorf("%v", u)
		}
		n++
	})
	if err != nil || n < 5 {
		t.Errorf("%d flow schemas, %v", n, err)
	}
}

func TestRealInfoAndRefusals(t *testing.T) {
	real := realCluster(t)
	c := mustConnect(t, "--kubeconfig", real.AdminKubeconfig)
	i := c.Info(t.Context())
	if i.Version != real.Version || i.UID == "" || i.User == "" || "https://"+i.Server != real.Server || i.Provider != "" {
		t.Errorf("%+v", i)
	}
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	for name, tt := range map[string]struct {
		args []string
		want Fault
	}{
		"bad token":   {[]string{"--server", real.Server, "--insecure-skip-tls-verify", "--token", "bad"}, Unauthorized},
		"unknown CA":  {[]string{"--server", real.Server, "--token", "bad"}, Untrusted},
		"HTTP to TLS": {[]string{"--server", strings.Replace(real.Server, "https", "http", 1)}, BadReply},
	} {
		_, err := connect(t, tt.args...)
		if !errors.Is(err, tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		t.Log(err)
	}
}

func TestRealCancel(t *testing.T) {
	c := mustConnect(t, "--kubeconfig", realCluster(t).AdminKubeconfig)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Each(ctx, tables.Pods, rows.Scope{}, func(*tables.Object) {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
