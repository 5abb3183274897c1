package watch

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// world changes a cluster at random: a seed decides how.
type world struct {
	*server
	*rand.Rand
	client dynamic.Interface
	prefix string
	spaces map[string]bool // namespaces that are there
	// owners are the objects that own others, by kind, namespace and name, and
	// templates the pods that they are made for.
	owners    map[string]types.UID
	templates map[string]corev1.PodSpec
	// made, altered and removed count what was done, by kind.
	made, altered, removed map[string]int
}

func newWorld(s *server, prefix string, seed uint64) *world {
	s.Helper()
	s.Logf("KSPM_WATCH_SEED=%d does the same again", seed)
	client, err := rest.HTTPClientFor(s.config)
	s.must(err)
	w := &world{
		server: s, Rand: rand.New(rand.NewPCG(seed, 8)), prefix: prefix, spaces: map[string]bool{},
		owners: map[string]types.UID{}, templates: map[string]corev1.PodSpec{},
		made: map[string]int{}, altered: map[string]int{}, removed: map[string]int{},
	}
	w.client, err = dynamic.NewForConfigAndClient(s.config, client)
	s.must(err)
	s.Cleanup(func() {
		for _, k := range kinds {
			if !k.namespaced && k.plural != "namespaces" {
				for n := range k.names {
					_ = w.of(k, "").Delete(s.ctx(), w.name(k, n), metav1.DeleteOptions{})
				}
			}
		}
		for ns := range w.spaces {
			s.dropNamespace(ns)
		}
		client.CloseIdleConnections()
	})
	return w
}

// kind is a kind of object that the world is made of.
type kind struct {
	group, version, plural, kind string
	namespaced                   bool
	names                        int // as many of them there are, in a namespace
	often                        int
	make                         func(w *world, ns, name string) runtime.Object
}

func (w *world) of(k kind, ns string) dynamic.ResourceInterface {
	r := w.client.Resource(schema.GroupVersionResource{Group: k.group, Version: k.version, Resource: k.plural})
	if k.namespaced {
		return r.Namespace(ns)
	}
	return r
}

func (w *world) name(k kind, n int) string {
	if k.namespaced {
		return k.plural[:2] + strconv.Itoa(n)
	}
	return w.prefix + strconv.Itoa(n)
}

// change makes, alters or removes an object. It reports whether the server did
// so: it refuses some.
func (w *world) change() bool {
	w.Helper()
	total := 0
	for _, k := range kinds {
		total += k.often
	}
	n := w.IntN(total)
	for _, k := range kinds {
		if n -= k.often; n < 0 {
			return w.changeOne(k)
		}
	}
	return false
}

func (w *world) changeOne(k kind) bool {
	w.Helper()
	name, ns := w.name(k, w.IntN(k.names)), ""
	if k.namespaced {
		if len(w.spaces) == 0 {
			return false
		}
		ns = pick(w, slices.Sorted(maps.Keys(w.spaces)))
	}
	if k.plural == "namespaces" && w.spaces[name] {
		if w.IntN(12) == 0 {
			w.dropNamespace(name)
			delete(w.spaces, name)
			w.removed[k.plural]++
			return true
		}
	} else if w.IntN(4) == 0 {
		err := w.of(k, ns).Delete(w.ctx(), name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)})
		if apierrors.IsNotFound(err) {
			return false
		}
		w.must(err)
		w.removed[k.plural]++
		return true
	}
	o := w.object(k, ns, name)
	if made, err := w.of(k, ns).Create(w.ctx(), o, metav1.CreateOptions{}); err == nil {
		w.made[k.plural]++
		w.born(k, made)
		return true
	} else if !apierrors.IsAlreadyExists(err) {
		return w.refused(k, err)
	}
	before, err := w.of(k, ns).Get(w.ctx(), name, metav1.GetOptions{})
	w.must(err)
	o.SetResourceVersion(before.GetResourceVersion())
	if k.plural == "namespaces" {
		o.Object["spec"] = before.Object["spec"]
	}
	if k.plural == "services" {
		o.SetResourceVersion("")
		err = w.of(k, ns).Delete(w.ctx(), name, metav1.DeleteOptions{})
		w.must(err)
		_, err = w.of(k, ns).Create(w.ctx(), o, metav1.CreateOptions{})
	} else if _, err = w.of(k, ns).Update(w.ctx(), o, metav1.UpdateOptions{}); apierrors.IsInvalid(err) || apierrors.IsForbidden(err) {
		// What cannot be altered is made anew, as controllers do.
		o.SetResourceVersion("")
		w.must(w.of(k, ns).Delete(w.ctx(), name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)}))
		var made *unstructured.Unstructured
		if made, err = w.of(k, ns).Create(w.ctx(), o, metav1.CreateOptions{}); err == nil {
			w.born(k, made)
		}
	}
	if err != nil {
		return w.refused(k, err)
	}
	w.altered[k.plural]++
	return true
}

// refused is what the server does with pods without a service account, and with
// what a quota or a policy forbids.
func (w *world) refused(k kind, err error) bool {
	w.Helper()
	if !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
		w.Fatalf("%s: %v", k.plural, err)
	}
	return false
}

func (w *world) object(k kind, ns, name string) *unstructured.Unstructured {
	w.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(k.make(w, ns, name))
	w.must(err)
	o := &unstructured.Unstructured{Object: content}
	o.SetAPIVersion(schema.GroupVersion{Group: k.group, Version: k.version}.String())
	o.SetKind(k.kind)
	o.SetName(name)
	o.SetNamespace(ns)
	unstructured.RemoveNestedField(content, "status")
	return o
}

// born notes what may own others, and gives a new namespace its service account.
func (w *world) born(k kind, o *unstructured.Unstructured) {
	w.Helper()
	key := fmt.Sprint(k.kind, "/", o.GetNamespace(), "/", o.GetName())
	w.owners[key] = o.GetUID()
	if spec, ok, _ := unstructured.NestedMap(o.Object, "spec", "template", "spec"); ok {
		var pod corev1.PodSpec
		w.must(runtime.DefaultUnstructuredConverter.FromUnstructured(spec, &pod))
		w.templates[key] = pod
	}
	if k.plural == "namespaces" {
		w.spaces[o.GetName()] = true
		_, err := w.CoreV1().ServiceAccounts(o.GetName()).Create(w.ctx(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}, metav1.CreateOptions{})
		w.must(err)
	}
}
