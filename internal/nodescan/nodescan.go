package nodescan

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/node"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// API is what is asked of the API server.
type API interface {
	Send(ctx context.Context, method, path string, body, into any) error
	Log(ctx context.Context, namespace, pod, container string) ([]byte, error)
}

// Options are those of a run.
type Options struct {
	Namespace string
	// Image is that of this binary.
	Image string
	// Wait bounds how long nodes may take.
	Wait time.Duration
	// Note gets lines for people.
	Note func(format string, args ...any)
}

const (
	// tidyTime bounds the removal, also of a run that was interrupted.
	tidyTime = 20 * time.Second
	// namespaceTime is how long a namespace may take to go.
	namespaceTime = 30 * time.Second
)

// Collect has every node tell, and removes what it made for that, whatever
// happens. A node that does not tell is among the facts, with the reason.
func Collect(ctx context.Context, api API, o Options) (facts node.Facts, err error) {
	r := &run{Options: o, id: strings.ToLower(rand.Text()[:5]), now: time.Now()}
	if err := allowed(ctx, api, o.Namespace); err != nil {
		return nil, err
	}
	nodes, err := listNodes(ctx, api)
	if err != nil {
		return nil, err
	}
	r.sweep(ctx, api)
	o.Note("starting DaemonSet %s in namespace %s on %d nodes; it only reads, and is removed when they have told", r.name(), o.Namespace, nodes.expected())
	defer func() {
		// Also after Ctrl-C: what was made is removed before we go.
		tidy, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
		defer cancel()
		if left := r.remove(tidy, api, r.id); left != nil {
			o.Note("warning: not everything was removed: %v\nremove it: kubectl delete -n %s daemonset,networkpolicy,serviceaccount,configmap -l %s=%s", left, o.Namespace, runLabel, r.id)
		}
	}()
	if err := r.create(ctx, api); err != nil {
		return nil, err
	}
	if err := r.gather(ctx, api, nodes); err != nil {
		return nil, err
	}
	told := 0
	for _, f := range nodes.facts {
		if f.Value.Status == tables.NodeOK {
			told++
			continue
		}
		o.Note("node %s: %s: %s", f.Name, f.Value.Status, f.Value.Reason)
	}
	o.Note("%d of %d nodes told", told, len(nodes.facts))
	return nodes.facts, nil
}

// create makes the objects. The run's record comes first: it owns the others.
func (r *run) create(ctx context.Context, api API) error {
	if err := r.createNamespace(ctx, api); err != nil {
		return fmt.Errorf("namespace %s: %w", r.Options.Namespace, err)
	}
	var record corev1.ConfigMap
	if err := api.Send(ctx, http.MethodPost, r.path("", "configmaps", ""), r.record(), &record); err != nil {
		return fmt.Errorf("configmap %s: %w", r.name(), err)
	}
	owner := &metav1.OwnerReference{APIVersion: "v1", Kind: "ConfigMap", Name: record.Name, UID: record.UID}
	for _, o := range []struct {
		group, resource string
		object          any
	}{
		{"", "serviceaccounts", r.account(owner)},
		{"networking.k8s.io", "networkpolicies", r.silence(owner)},
		{"apps", "daemonsets", r.daemonSet(owner)},
	} {
		if err := api.Send(ctx, http.MethodPost, r.path(o.group, o.resource, ""), o.object, nil); err != nil {
			return fmt.Errorf("%s %s: %w", o.resource, r.name(), err)
		}
	}
	return nil
}

// createNamespace makes the namespace if it is not there. One that an earlier
// run removed may still be going.
func (r *run) createNamespace(ctx context.Context, api API) error {
	end := time.Now().Add(namespaceTime)
	for {
		var ns corev1.Namespace
		err := api.Send(ctx, http.MethodGet, "/api/v1/namespaces/"+r.Options.Namespace, nil, &ns)
		switch {
		case errors.Is(err, kube.ErrNotFound):
			err = api.Send(ctx, http.MethodPost, "/api/v1/namespaces", r.namespace(), nil)
			if errors.Is(err, kube.ErrExists) {
				err = nil // another run was first
			}
			return err
		case err != nil || ns.DeletionTimestamp == nil:
			return err
		case time.Now().After(end):
			return errors.New("is being deleted, and does not go; choose another with --node-namespace")
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pollEvery):
		}
	}
}

// made are the resources of a run, in the order in which they go.
var made = []struct{ group, resource string }{
	{"apps", "daemonsets"}, {"networking.k8s.io", "networkpolicies"}, {"", "serviceaccounts"}, {"", "configmaps"},
}

// remove deletes what a run made, and the namespace if a run made it and no
// other is in it.
func (r *run) remove(ctx context.Context, api API, id string) error {
	var left []error
	gone := *r
	gone.id = id
	for _, m := range made {
		path := gone.path(m.group, m.resource, gone.name()) + "?propagationPolicy=Background"
		if err := api.Send(ctx, http.MethodDelete, path, nil, nil); err != nil && !errors.Is(err, kube.ErrNotFound) {
			left = append(left, fmt.Errorf("%s %s: %w", m.resource, gone.name(), err))
		}
	}
	if len(left) > 0 {
		return errors.Join(left...)
	}
	return r.removeNamespace(ctx, api)
}

func (r *run) removeNamespace(ctx context.Context, api API) error {
	path := "/api/v1/namespaces/" + r.Options.Namespace
	var ns corev1.Namespace
	err := api.Send(ctx, http.MethodGet, path, nil, &ns)
	switch {
	case errors.Is(err, kube.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("namespace %s: %w", r.Options.Namespace, err)
	case ns.Labels[managedBy] != manager || ns.Labels[runLabel] == "" || ns.DeletionTimestamp != nil:
		return nil // made by somebody, to be used again
	}
	others, err := r.runs(ctx, api)
	if err != nil || len(others) > 0 {
		return err
	}
	// Only as it was when nobody was in it.
	body := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &ns.UID, ResourceVersion: &ns.ResourceVersion}}
	if err := api.Send(ctx, http.MethodDelete, path, body, nil); err != nil && !errors.Is(err, kube.ErrNotFound) && !errors.Is(err, kube.ErrExists) {
		return fmt.Errorf("namespace %s: %w", r.Options.Namespace, err)
	}
	return nil
}

// runs are the records of all runs in the namespace.
func (r *run) runs(ctx context.Context, api API) ([]corev1.ConfigMap, error) {
	var list corev1.ConfigMapList
	err := api.Send(ctx, http.MethodGet, r.path("", "configmaps", "")+"?labelSelector="+managedBy+"%3D"+manager+","+runLabel, nil, &list)
	return list.Items, err
}

// sweep removes what runs left behind that ended without removing it.
func (r *run) sweep(ctx context.Context, api API) {
	records, err := r.runs(ctx, api)
	if err != nil {
		return // the namespace, or the right, is not there: create says so
	}
	for _, c := range records {
		end, err := time.Parse(time.RFC3339, c.Annotations[expires])
		if err == nil && end.After(r.now) {
			continue
		}
		id := c.Labels[runLabel]
		if err := r.remove(ctx, api, id); err != nil {
			r.Note("warning: what an earlier run left could not be removed: %v", err)
			continue
		}
		r.Note("removed what an earlier run left: %s", c.Name)
	}
}
