//go:build unix

package kube

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// benchPods is the number of pods; they come in two pages.
const benchPods = 10000

// largePod gives a pod the size that real ones have: about 6 kB, two fifths of
// it managed fields.
func largePod(p *corev1.Pod) {
	managed := strings.Repeat(`"f:containers":{"k:{\"name\":\"main\"}":{".":{},"f:image":{},"f:resources":{}}},`, 12)
	p.ManagedFields = []metav1.ManagedFieldsEntry{
		{Manager: "kube-controller-manager", Operation: "Update", FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(managed)},
		{Manager: "kubelet", Operation: "Update", FieldsType: "FieldsV1", Subresource: "status", FieldsV1: metav1.NewFieldsV1(managed)},
	}
	p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "cart-7d4b9c", UID: p.UID, Controller: new(bool)}}
	for i := range 2 {
		c := corev1.Container{Name: fmt.Sprintf("c%d", i), Image: "registry.example.com/shop/cart:1.2.3", ImagePullPolicy: "IfNotPresent"}
		for j := range 10 {
			c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("VARIABLE_%d", j), Value: "http://cart.shop.svc.cluster.local:8080/" + p.Name})
		}
		for j := range 4 {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: fmt.Sprintf("volume-%d", j), MountPath: "/var/run/secrets/kubernetes.io/serviceaccount"})
		}
		p.Spec.Containers = append(p.Spec.Containers, c)
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: c.Image + "@sha256:" + strings.Repeat("ab", 32)})
	}
	for j := range 4 {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: corev1.PodConditionType(fmt.Sprint("Condition", j)), Status: "True", LastTransitionTime: metav1.Now()})
	}
}

func benchCluster(b *testing.B) *Cluster {
	b.Helper()
	pages := map[string][]byte{}
	for from := 0; from < benchPods; from += pageSize {
		next := ""
		if from+pageSize < benchPods {
			next = fmt.Sprint(from + pageSize)
		}
		list := podList(from, min(pageSize, benchPods-from), next)
		for i := range list.Items {
			largePod(&list.Items[i])
		}
		var z bytes.Buffer
		zw, _ := gzip.NewWriterLevel(&z, 4) // as the API server
		_, _ = zw.Write(encode(b, list))
		_ = zw.Close()
		key := ""
		if from > 0 {
			key = fmt.Sprint(from)
		}
		pages[key] = z.Bytes()
	}
	return serve(b, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", protobufType)
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(pages[r.URL.Query().Get("continue")])
	})
}

// BenchmarkEach reads 10,000 pods in three ways: bytes that are thrown away,
// objects decoded and thrown away without further ado (the floor), and Each.
// CPU is the whole process', the playing server's included.
func BenchmarkEach(b *testing.B) {
	c := benchCluster(b)
	fetch := func(b *testing.B, use func(io.Reader)) {
		for _, next := range []string{"", fmt.Sprint(pageSize)} {
			req, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, c.base.String()+"?continue="+next, nil)
			resp, err := c.http.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			use(resp.Body)
			resp.Body.Close()
		}
	}
	ways := []struct {
		name string
		read func(b *testing.B)
	}{
		{"bytes", func(b *testing.B) {
			fetch(b, func(r io.Reader) { _, _ = io.Copy(io.Discard, r) })
		}},
		{"floor", func(b *testing.B) {
			var pod corev1.Pod
			fetch(b, func(r io.Reader) {
				_, err := eachProto(r, func(data []byte) error {
					pod.Reset()
					return pod.Unmarshal(data)
				})
				if err != nil {
					b.Fatal(err)
				}
			})
		}},
		{"each", func(b *testing.B) {
			n := 0
			err := c.Each(b.Context(), tables.Pods, rows.Scope{}, func(*tables.Object) { n++ })
			if err != nil || n != benchPods {
				b.Fatal(n, err)
			}
		}},
	}
	for _, way := range ways {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			before := cpu()
			for range b.N {
				way.read(b)
			}
			b.ReportMetric(float64(cpu()-before)/float64(b.N)/1e6, "cpu-ms/op")
		})
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
