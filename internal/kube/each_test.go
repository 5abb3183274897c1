package kube

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func TestEachReadsEveryPage(t *testing.T) {
	var paths []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.String())
		if r.URL.Query().Get("continue") == "" {
			send(w, r, encode(t, podList(0, 3, "next")))
			return
		}
		send(w, r, encode(t, podList(3, 2, "")))
	})
	var got, images []string
	err := c.Each(t.Context(), tables.Pods, rows.Scope{Namespace: "shop"}, func(o *tables.Object) {
		if o.Cluster != "test" || o.Resource != tables.Pods {
			t.Errorf("object of %s in %s", o.Resource, o.Cluster)
		}
		got = append(got, o.Meta.Name)
		images = append(images, o.Value.(*corev1.Pod).Spec.Containers[0].Image)
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"pod-0", "pod-1", "pod-2", "pod-3", "pod-4"}, got); diff != "" {
		t.Error(diff)
	}
	if len(images) != 5 || images[4] != "registry.k8s.io/pause:3.10" {
		t.Errorf("images %q", images)
	}
	want := []string{
		"/api/v1/namespaces/shop/pods?limit=5000",
		"/api/v1/namespaces/shop/pods?continue=next&limit=5000",
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
}
