package load

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

type object interface {
	metav1.Object
	runtime.Object
}

// item is an object to create and what it owns: children come after it and carry its uid.
type item struct {
	obj    object
	status bool // obj's status is written too, by a second request
	update bool // obj is written again, because admission changes it when it is created
	owned  []*item
}

// creator sends objects as protobuf, a fixed number of requests at a time. An object that exists
// already is left as it is.
type creator struct {
	config *rest.Config
	http   *http.Client
	slots  chan struct{}

	noStatus bool

	mu      sync.Mutex
	counts  map[string]int
	clients map[schema.GroupVersion]rest.Interface
}

func newCreator(config *rest.Config, workers int) (*creator, error) {
	config = rest.CopyConfig(config)
	config.QPS = -1
	config.WarningHandler = rest.NoWarnings{} // insecure pods are what it is about
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	return &creator{
		config:  config,
		http:    client,
		slots:   make(chan struct{}, workers),
		counts:  map[string]int{},
		clients: map[schema.GroupVersion]rest.Interface{},
	}, nil
}

// createAll creates the items side by side, each one's children after it, and answers the first error.
func (c *creator) createAll(ctx context.Context, items []*item) error {
	more, fail := context.WithCancelCause(ctx) // requests under way are left to end
	defer fail(nil)
	var wg sync.WaitGroup
	var run func(it *item)
	run = func(it *item) {
		defer wg.Done()
		select {
		case c.slots <- struct{}{}:
		case <-more.Done():
			return
		}
		created, err := c.create(ctx, it)
		<-c.slots
		if err != nil {
			fail(err)
			return
		}
		for _, child := range it.owned {
			child.obj.SetOwnerReferences([]metav1.OwnerReference{ownerReference(created)})
			wg.Add(1)
			go run(child)
		}
	}
	wg.Add(len(items))
	for _, it := range items {
		go run(it)
	}
	wg.Wait()
	return context.Cause(more)
}

func (c *creator) create(ctx context.Context, it *item) (object, error) {
	gvk, err := kindOf(it.obj)
	if err != nil {
		return nil, err
	}
	client, err := c.client(gvk.GroupVersion())
	if err != nil {
		return nil, err
	}
	plural, _ := meta.UnsafeGuessKindToResource(gvk)
	ns, name := it.obj.GetNamespace(), it.obj.GetName()
	out := reflect.New(reflect.TypeOf(it.obj).Elem()).Interface().(object)
	send := func(verb string, body object, path ...string) error {
		return retry(ctx, func() error {
			r := client.Verb(verb).NamespaceIfScoped(ns, ns != "").Resource(plural.Resource)
			if verb != http.MethodPost {
				r = r.Name(name).SubResource(path...)
			}
			if body != nil {
				r = r.Body(body)
			}
			return r.Do(ctx).Into(out)
		})
	}
	err = send(http.MethodPost, it.obj)
	if err == nil {
		c.count(gvk.Kind)
		if it.update {
			it.obj.SetResourceVersion(out.GetResourceVersion())
			err = send(http.MethodPut, it.obj)
		}
		if err == nil && it.status && !c.noStatus {
			copyStatus(out, it.obj)
			err = send(http.MethodPut, out, "status")
		}
	} else if ctx.Err() == nil && send(http.MethodGet, nil) == nil {
		err = nil // it exists; the refusal may have named another reason, such as a Service's taken address
	}
	if err != nil {
		return nil, fmt.Errorf("create %s %s/%s: %w", gvk.Kind, ns, name, err)
	}
	out.GetObjectKind().SetGroupVersionKind(gvk)
	return out, nil
}

func (c *creator) count(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[kind]++
}

func (c *creator) client(gv schema.GroupVersion) (rest.Interface, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if client := c.clients[gv]; client != nil {
		return client, nil
	}
	config := rest.CopyConfig(c.config)
	config.GroupVersion = &gv
	config.APIPath = "/apis"
	if gv.Group == "" {
		config.APIPath = "/api"
	}
	client, err := rest.RESTClientForConfigAndClient(config, c.http)
	if err != nil {
		return nil, err
	}
	c.clients[gv] = client
	return client, nil
}

func kindOf(obj object) (schema.GroupVersionKind, error) {
	kinds, _, err := scheme.Scheme.ObjectKinds(obj)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	return kinds[0], nil
}

func copyStatus(to, from object) {
	if pod, ok := to.(*corev1.Pod); ok {
		from.(*corev1.Pod).Status.QOSClass = pod.Status.QOSClass // the server computed it, and it may not change
	}
	field := func(o object) reflect.Value { return reflect.ValueOf(o).Elem().FieldByName("Status") }
	field(to).Set(field(from))
}

func ownerReference(owner object) metav1.OwnerReference {
	return *metav1.NewControllerRef(owner, owner.GetObjectKind().GroupVersionKind())
}

// retry repeats what a server that has just started, or is busy, refuses for the moment.
func retry(ctx context.Context, request func() error) error {
	const tries = 20
	var err error
	for range tries {
		err = request()
		if !apierrors.IsServiceUnavailable(err) && !apierrors.IsTooManyRequests(err) && !apierrors.IsServerTimeout(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return err
}
