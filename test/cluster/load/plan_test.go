package load

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestPlanHasExactlyThePods(t *testing.T) {
	for _, pods := range []int{MinPods, 60, 200, 1000, 3333} {
		for seed := range uint64(5) {
			got, names := 0, map[string]bool{}
			walk(newPlan(Options{Pods: pods, Seed: seed}, time.Now()), func(obj object) {
				if pod, ok := obj.(*corev1.Pod); ok {
					got++
					names[pod.Namespace+"/"+pod.Name] = true
				}
			})
			if got != pods || len(names) != pods {
				t.Errorf("seed %d: got %d pods with %d names, want %d", seed, got, len(names), pods)
			}
		}
	}
}

func TestPlanFollowsSeed(t *testing.T) {
	now := time.Now()
	collect := func(seed uint64) (objects []object) {
		walk(newPlan(Options{Pods: 200, Seed: seed}, now), func(obj object) { objects = append(objects, obj) })
		return objects
	}
	if diff := cmp.Diff(collect(7), collect(7)); diff != "" {
		t.Errorf("the same seed makes another cluster:\n%s", diff)
	}
	if cmp.Equal(collect(7), collect(8)) {
		t.Error("another seed makes the same cluster")
	}
}

// What tests of rules look for must be there at the size that they load.
func TestPlanHasGoodAndBad(t *testing.T) {
	seen := map[string]bool{}
	walk(newPlan(Options{Pods: 200, Seed: 1}, time.Now()), func(obj object) {
		if ns, ok := obj.(*corev1.Namespace); ok {
			seen["enforces "+ns.Labels["pod-security.kubernetes.io/enforce"]] = true
		}
		pod, ok := obj.(*corev1.Pod)
		if !ok || pod.Namespace == system {
			return
		}
		spec := pod.Spec
		seen["host network"] = seen["host network"] || spec.HostNetwork
		seen["non-root"] = seen["non-root"] || spec.SecurityContext != nil && spec.SecurityContext.RunAsNonRoot != nil
		seen["sidecar"] = seen["sidecar"] || len(spec.Containers) > 1
		seen["init container"] = seen["init container"] || len(spec.InitContainers) > 0
		for _, v := range spec.Volumes {
			seen["host path"] = seen["host path"] || v.HostPath != nil
			seen["claim"] = seen["claim"] || v.PersistentVolumeClaim != nil
		}
		for _, c := range spec.Containers {
			sc := c.SecurityContext
			seen["no security context"] = seen["no security context"] || sc == nil
			seen["read-only root"] = seen["read-only root"] || sc != nil && sc.ReadOnlyRootFilesystem != nil && *sc.ReadOnlyRootFilesystem
			seen["latest"] = seen["latest"] || strings.HasSuffix(c.Image, ":latest")
			seen["digest"] = seen["digest"] || strings.Contains(c.Image, "@sha256:")
			seen["no limits"] = seen["no limits"] || c.Resources.Limits == nil
		}
	})
	for _, want := range []string{
		"enforces ", "enforces baseline", "enforces restricted", "host network", "non-root", "sidecar", "init container",
		"host path", "claim", "no security context", "read-only root", "latest", "digest", "no limits",
	} {
		if !seen[want] {
			t.Errorf("nothing has: %s", want)
		}
	}
}

func TestImage(t *testing.T) {
	for ref, want := range map[string]string{
		"nginx":                                "nginx",
		"nginx:1.27":                           "nginx",
		"registry.example.com:5000/a/b":        "registry.example.com:5000/a/b",
		"registry.example.com/a/b:1@sha256:ab": "registry.example.com/a/b",
	} {
		if got := image(ref); got != want {
			t.Errorf("image(%q): got %q, want %q", ref, got, want)
		}
	}
}

// walk visits every object, as the server would see it before anything is created.
func walk(p *plan, visit func(object)) {
	var items func([]*item)
	items = func(list []*item) {
		for _, it := range list {
			visit(it.obj)
			for _, child := range it.owned {
				child.obj.SetOwnerReferences([]metav1.OwnerReference{{Name: it.obj.GetName()}})
			}
			items(it.owned)
		}
	}
	for _, stage := range p.stages() {
		items(stage)
	}
}
