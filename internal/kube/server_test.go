package kube

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// serve starts an HTTP server that plays the API server, and returns a cluster
// that does not wait long between its tries.
func serve(t testing.TB, handler http.HandlerFunc) *Cluster {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	c, err := NewCluster("test", &rest.Config{Host: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	c.backoff = time.Millisecond
	return c
}

// encode is a list as the API server writes it.
func encode(t testing.TB, list runtime.Object) []byte {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := protobuf.NewSerializer(scheme, scheme).Encode(list, &b); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

// podList makes pods named pod-<from> and on.
func podList(from, n int, next string) *corev1.PodList {
	list := &corev1.PodList{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"},
		ListMeta: metav1.ListMeta{ResourceVersion: "1", Continue: next},
	}
	for i := from; i < from+n; i++ {
		list.Items = append(list.Items, corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Name: fmt.Sprintf("pod-%d", i), Namespace: "shop", UID: types.UID(fmt.Sprint(i)),
				Labels:        map[string]string{"app": "cart"},
				ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl", FieldsV1: metav1.NewFieldsV1(`{"f:spec":{}}`)}},
			},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "registry.k8s.io/pause:3.10"}}},
		})
	}
	return list
}

// send writes a protobuf reply, compressed if the client takes it so.
func send(w http.ResponseWriter, r *http.Request, data []byte) {
	w.Header().Set("Content-Type", protobufType)
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		_, _ = w.Write(data)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
	_, _ = z.Write(data)
	_ = z.Close()
}

func sendJSON(w http.ResponseWriter, code int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(body))
}

// status answers with a Status.
func status(w http.ResponseWriter, code int, message string) {
	sendJSON(w, code, fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","message":%q,"code":%d}`, message, code))
}

// names collects the names of objects.
func names(into *[]string) func(*tables.Object) {
	return func(o *tables.Object) { *into = append(*into, o.Meta.Name) }
}
