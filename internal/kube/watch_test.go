package kube

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// recorder is a Watcher that knows the objects of one namespace.
type recorder struct {
	mu      sync.Mutex
	space   string
	round   int
	objects map[string]int // by name, the round in which they were told last
	told    int
	why     string
}

func (r *recorder) Begin() { r.locked(func() { r.round++ }) }
func (r *recorder) Set(o *tables.Object, raw []byte) {
	r.locked(func() {
		if r.told++; len(raw) > 0 && (r.space == "" || o.Meta.Namespace == r.space) {
			r.objects[strings.Clone(o.Meta.Name)] = r.round
		}
	})
}
func (r *recorder) Delete(o *tables.Object) { r.locked(func() { delete(r.objects, o.Meta.Name) }) }
func (r *recorder) Synced() {
	r.locked(func() {
		maps.DeleteFunc(r.objects, func(_ string, round int) bool { return round != r.round })
		r.why = ""
	})
}
func (r *recorder) Heard()           {}
func (r *recorder) Unread(err error) { r.locked(func() { r.why, _ = Reason(err) }) }

func (r *recorder) locked(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *recorder) state() (names []string, rounds int, why string) {
	r.locked(func() { names, rounds, why = slices.Sorted(maps.Keys(r.objects)), r.round, r.why })
	return names, rounds, why
}

// until waits for the recorder to know just these.
func (r *recorder) until(t *testing.T, names ...string) {
	t.Helper()
	var diff string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		got, _, why := r.state()
		if diff = gocmp.Diff(append([]string{}, names...), append([]string{}, got...)) + why; diff == "" {
			return
		}
	}
	t.Fatal(diff)
}

// between is a proxy before the real API server, which answers some requests itself.
func between(t *testing.T, config *rest.Config, answer func(http.ResponseWriter, *http.Request) bool) *Cluster {
	t.Helper()
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Transport: transport, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answer(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	c, err := NewCluster("test", &rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	c.backoff, c.watchFor, c.relist, c.apisLast, c.outage = 10*time.Millisecond, time.Second, 50*time.Millisecond, 50*time.Millisecond, 0
	return c
}

func follow(t *testing.T, c *Cluster, r *tables.Resource, rec *recorder) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { c.Watch(ctx, r, rec) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
}

// A watch goes on, or begins anew, whatever the server says.
func TestWatchFaults(t *testing.T) {
	config, err := clientcmd.BuildConfigFromFlags("", realCluster(t).AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	resumes := func(r *http.Request) bool {
		return r.FormValue("watch") != "" && r.FormValue("resourceVersion") != ""
	}
	begins := func(r *http.Request) bool { return r.FormValue("sendInitialEvents") != "" }
	gone := `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version","reason":"Expired","code":410}`
	tests := []struct {
		name  string
		which func(*http.Request) bool
		times int32
		say   http.HandlerFunc
		anew  bool // all objects have to be told again
	}{
		{"410", resumes, 1, code(http.StatusGone, "too old resource version"), true},
		{"410 as an event", resumes, 1, body("application/json", `{"type":"ERROR","object":`+gone+`}`), true},
		{"429", resumes, 3, code(http.StatusTooManyRequests, "slow down", "Retry-After", "0"), false},
		{"500", resumes, 3, code(http.StatusInternalServerError, "etcd is away"), false},
		{"broken off", resumes, 3, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false},
		{"an event cut in two", resumes, 2, body("application/json", `{"type":"ADDED","obj`), false},
		{"no event at all", resumes, 2, body("text/html", "<p>Sign in"), false},
		{"initial events refused", begins, 1000, code(http.StatusUnprocessableEntity, "sendInitialEvents is forbidden"), false},
		{"initial events unknown", begins, 1000, code(http.StatusBadRequest, "what is that"), false},
		{"list without watch", func(r *http.Request) bool { return r.FormValue("watch") != "" }, 1000, code(http.StatusForbidden, "may not watch"), true},
		{"initial events cut", begins, 2, body("application/json", `{"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"1"}}}`), true},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			space := fmt.Sprint("watch-", i)
			_, err := client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: space}}, metav1.CreateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			set := func(name string) {
				t.Helper()
				o := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
				if _, err := client.CoreV1().ConfigMaps(space).Create(t.Context(), o, metav1.CreateOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			set("first")
			set("second")
			var left atomic.Int32
			left.Store(tt.times)
			c := between(t, config, func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, "/configmaps") || !tt.which(r) || left.Add(-1) < 0 {
					return false
				}
				tt.say(w, r)
				return true
			})
			rec := &recorder{space: space, objects: map[string]int{}}
			follow(t, c, tables.ConfigMaps, rec)
			rec.until(t, "first", "second")
			for end := time.Now().Add(30 * time.Second); left.Load() > 0 && tt.times < 1000; time.Sleep(20 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("it was never asked what it was to refuse")
				}
			}
			set("third")
			if err := client.CoreV1().ConfigMaps(space).Delete(t.Context(), "first", metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
			rec.until(t, "second", "third")
			if _, rounds, _ := rec.state(); rounds > 1 != tt.anew {
				t.Errorf("all objects were told %d times", rounds)
			}
		})
	}
}

// A resource that is not served has no objects; it may come, and go.
func TestWatchOptional(t *testing.T) {
	config, err := clientcmd.BuildConfigFromFlags("", realCluster(t).AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	crds := client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	gateways := client.Resource(schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"}).Namespace("default")
	c := between(t, config, func(http.ResponseWriter, *http.Request) bool { return false })
	rec := &recorder{objects: map[string]int{}}
	var resource *tables.Resource
	for _, s := range tables.Lookup("k8s_gateways").Sources {
		resource = s.Resource
	}
	follow(t, c, resource, rec)
	rec.until(t)
	for range 2 {
		open := map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}
		crd := map[string]any{
			"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
			"metadata": map[string]any{"name": "gateways.gateway.networking.k8s.io", "annotations": map[string]any{"api-approved.kubernetes.io": "unapproved, a test"}},
			"spec": map[string]any{
				"group": "gateway.networking.k8s.io", "scope": "Namespaced", "names": map[string]any{"plural": "gateways", "kind": "Gateway"},
				"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true, "schema": map[string]any{"openAPIV3Schema": open}}},
			},
		}
		if _, err := crds.Create(t.Context(), &unstructured.Unstructured{Object: crd}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		gateway := map[string]any{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": map[string]any{"name": "front"}}
		for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			_, err := gateways.Create(t.Context(), &unstructured.Unstructured{Object: gateway}, metav1.CreateOptions{})
			if err == nil {
				break
			}
			if !errors.IsNotFound(err) || time.Now().After(end) {
				t.Fatal(err)
			}
		}
		rec.until(t, "front")
		if err := crds.Delete(t.Context(), "gateways.gateway.networking.k8s.io", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		rec.until(t)
	}
}
