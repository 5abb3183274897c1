package manifest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

var _ rows.Source = (*Files)(nil)

func read(t testing.TB, text string, opts ...Option) *Files {
	t.Helper()
	f, err := Open(context.Background(), []string{"-"}, strings.NewReader(text), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func ids(t *testing.T, f *Files, r *tables.Resource, s rows.Scope) []string {
	t.Helper()
	var got []string
	if err := f.Each(context.Background(), r, s, func(o *tables.Object) { got = append(got, o.Cluster+" "+o.ID()) }); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestSameAsServer holds what is given to what apimachinery's decoder makes of
// the same text, once both have been through protobuf as in a cluster.
func TestSameAsServer(t *testing.T) {
	var texts []string
	for i := range 10 {
		texts = append(texts, corpusObject(i))
	}
	examples, _ := filepath.Glob("../../examples/*/*.yaml")
	for _, name := range examples {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.Split(string(b), "\n---\n")...)
	}
	for _, text := range texts {
		obj, gvk, err := scheme.Codecs.UniversalDeserializer().Decode([]byte(text), nil, nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		r := tables.ResourceForKind(gvk.Group, gvk.Kind)
		want := r.New()
		b, err := obj.(interface{ Marshal() ([]byte, error) }).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if err := want.Unmarshal(b); err != nil {
			t.Fatal(err)
		}
		if s, ok := want.(*corev1.Secret); ok {
			for k := range s.StringData {
				if s.Data == nil {
					s.Data = map[string][]byte{}
				}
				s.Data[k] = nil
			}
			s.StringData = nil
			for k := range s.Data {
				s.Data[k] = []byte{}
			}
		}
		n := 0
		err = read(t, text).Each(context.Background(), r, rows.Scope{}, func(o *tables.Object) {
			if d := cmp.Diff(want, o.Value); d != "" {
				t.Errorf("-apimachinery +ours\n%s", d)
			}
			if o.Meta.Name != want.GetName() {
				t.Errorf("metadata of %q, not of %q", o.Meta.Name, want.GetName())
			}
			n++
		})
		if err != nil || n != 1 {
			t.Errorf("%d objects, %v\n%s", n, err, text)
		}
	}
}

const scoped = `
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: ops}
---
apiVersion: v1
kind: Pod
metadata: {name: c}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: all, namespace: dropped}
`

func TestScope(t *testing.T) {
	f := read(t, scoped, Named("prod"), DefaultNamespace("mine"))
	for _, tt := range []struct {
		resource *tables.Resource
		scope    rows.Scope
		want     string
	}{
		{tables.Pods, rows.Scope{}, "prod Pod/shop/a,prod Pod/shop/b,prod Pod/ops/a,prod Pod/mine/c"},
		{tables.Pods, rows.Scope{Namespace: "shop"}, "prod Pod/shop/a,prod Pod/shop/b"},
		{tables.Pods, rows.Scope{Name: "a"}, "prod Pod/shop/a,prod Pod/ops/a"},
		{tables.Pods, rows.Scope{Namespace: "ops", Name: "b"}, ""},
		{tables.Namespaces, rows.Scope{}, "prod Namespace//shop,prod Namespace//ops,prod Namespace//mine"},
		{tables.Namespaces, rows.Scope{Namespace: "ops"}, "prod Namespace//ops"},
		{tables.ClusterRoles, rows.Scope{Namespace: "ops"}, "prod ClusterRole//all"},
		{tables.Services, rows.Scope{}, ""},
	} {
		if got := strings.Join(ids(t, f, tt.resource, tt.scope), ","); got != tt.want {
			t.Errorf("%s in %+v: %s, want %s", tt.resource, tt.scope, got, tt.want)
		}
	}
}

func TestSecretsAreWithheld(t *testing.T) {
	f := read(t, `
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"hunter2"}}'
    note: stays
type: Opaque
data: {a: aHVudGVyMg==}
stringData: {b: hunter2}
`)
	for _, e := range f.objects[tables.Secrets] {
		if strings.Contains(string(e.data), "hunter2") {
			t.Error("kept")
		}
	}
	err := f.Each(context.Background(), tables.Secrets, rows.Scope{}, func(o *tables.Object) {
		s := o.Value.(*corev1.Secret)
		want := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: "s", Namespace: "default", Annotations: map[string]string{"note": "stays"}},
			Type:       "Opaque", Data: map[string][]byte{"a": {}, "b": {}},
		}
		if d := cmp.Diff(want, s); d != "" {
			t.Error(d)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnknownKinds(t *testing.T) {
	f := read(t, `{"apiVersion": "example.com/v1", "kind": "Gizmo", "metadata": {"name": "g", "namespace": "shop", "labels": {"a": "b"}},
"spec": {"big": 9007199254740993, "half": 0.5}}`)
	got := f.Resources()
	if len(got) != 1 || got[0].Objects != 1 || got[0].Resource.String() != "gizmos.example.com" || !got[0].Resource.Namespaced {
		t.Fatalf("%+v", got)
	}
	// A Resource that someone else made for the same kind reads the same.
	for _, r := range []*tables.Resource{got[0].Resource, {Group: "example.com", Version: "v2", Plural: "gizmos", Kind: "Gizmo"}} {
		n := 0
		err := f.Each(context.Background(), r, rows.Scope{}, func(o *tables.Object) {
			n++
			u := o.Value.(*unstructured.Unstructured)
			big, _, _ := unstructured.NestedInt64(u.Object, "spec", "big")
			half, _, _ := unstructured.NestedFloat64(u.Object, "spec", "half")
			if big != 9007199254740993 || half != 0.5 || o.Meta.Labels["a"] != "b" || o.ID() != "Gizmo/shop/g" {
				t.Errorf("%+v %+v", u.Object, o.Meta)
			}
		})
		if err != nil || n != 1 {
			t.Error(n, err)
		}
	}
}

func TestEachAtOnce(t *testing.T) {
	f := read(t, scoped)
	var wg sync.WaitGroup
	for range 8 {
		for _, r := range f.Resources() {
			wg.Go(func() {
				n := 0
				if err := f.Each(context.Background(), r.Resource, rows.Scope{}, func(o *tables.Object) { n++; o.Meta.Name += "!" }); err != nil || n < r.Objects {
					t.Error(n, err)
				}
			})
		}
		wg.Go(func() { f.LineOf("stdin", 2, "metadata.name") })
	}
	wg.Wait()
}

func TestCancel(t *testing.T) {
	f := read(t, scoped)
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("stop")
	cancel(stop)
	if err := f.Each(ctx, tables.Pods, rows.Scope{}, func(*tables.Object) { t.Error("called") }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if _, err := Open(ctx, []string{"testdata"}, nil); !errors.Is(err, stop) {
		t.Error(err)
	}
}

func TestEvents(t *testing.T) {
	f := read(t, `
apiVersion: v1
kind: Event
metadata: {name: web.1, namespace: shop}
involvedObject: {kind: Pod, name: web}
message: Back-off
reason: BackOff
count: 7
source: {component: kubelet}
`)
	want := &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{Name: "web.1", Namespace: "shop"}, Regarding: corev1.ObjectReference{Kind: "Pod", Name: "web"},
		Note: "Back-off", Reason: "BackOff", DeprecatedCount: 7, DeprecatedSource: corev1.EventSource{Component: "kubelet"},
	}
	err := f.Each(context.Background(), tables.Events, rows.Scope{}, func(o *tables.Object) {
		if d := cmp.Diff(want, o.Value); d != "" {
			t.Error(d)
		}
	})
	if err != nil || len(f.Problems()) > 0 || f.Counts().Objects != 1 {
		t.Error(err, f.Problems(), f.Counts())
	}
}
