package kube

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const (
	protobufType = "application/vnd.kubernetes.protobuf"
	// acceptTyped takes JSON from what stands before an API server and does
	// not pass protobuf on.
	acceptTyped = protobufType + ", application/json;q=0.5"
	acceptJSON  = "application/json"
	// acceptTable is the form of `kubectl get`. With includeObject=Metadata it
	// is the one that tells a Secret's type and never its values: metadata
	// alone lacks the type, everything else has the values.
	acceptTable = "application/json;as=Table;g=meta.k8s.io;v=v1"
)

// Each implements rows.Source. Objects are decoded one by one from the reply's
// stream into the same memory. Its errors are *Error, but for those of ctx;
// those that a fresh list may cure are rows.ErrRestart as well.
func (c *Cluster) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if r.Virtual != "" {
		return c.virtual(ctx, r, scope, f)
	}
	if impossible(r, scope) {
		return nil
	}
	read := c.list
	if r.Optional && r.New == nil {
		read = c.optional
	}
	err := read(ctx, r, scope, f)
	var status *statusError
	if errors.As(err, &status) {
		switch {
		case status.code == http.StatusNotFound && r.Optional:
			return nil
		case status.code == http.StatusForbidden && r == tables.Namespaces && scope.Namespace != "" && scope.Name == "":
			// A RoleBinding to view allows get of the namespace it is in, and
			// no list.
			err = c.namespace(ctx, scope.Namespace, f, err)
		}
	}
	if err == nil {
		return nil
	}
	return c.blame(ctx, r, err)
}

// list reads a resource page by page.
func (c *Cluster) list(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	_, err := c.pages(ctx, &decoder{object: tables.Object{Resource: r, Cluster: c.name}, emit: f}, scope)
	return err
}

// pages decodes a list, and returns the version of the cluster's state that it
// shows.
func (c *Cluster) pages(ctx context.Context, d *decoder, scope rows.Scope) (version string, err error) {
	r := d.object.Resource
	q := call{path: listPath(r, scope), query: listQuery(r, scope), accept: accept(r)}
	if _, whole := c.whole.Load(r); !whole {
		q.query.Set("limit", fmt.Sprint(c.page))
	}
	for {
		reply, err := c.open(ctx, q)
		if err != nil {
			return "", c.expired(r, q, err)
		}
		meta, err := d.page(reply)
		reply.Close()
		if err != nil {
			return "", restartable(err)
		}
		if meta.Continue == "" {
			return meta.ResourceVersion, nil
		}
		q.query.Set("continue", meta.Continue)
	}
}

// expired makes a list start over, in one piece, when the server has forgotten
// the state that its pages are of.
func (c *Cluster) expired(r *tables.Resource, q call, err error) error {
	var status *statusError
	if !errors.As(err, &status) || status.code != http.StatusGone || !q.query.Has("continue") {
		return err
	}
	c.whole.Store(r, true)
	return &brokenList{err: err}
}

// restartable marks what went wrong after a reply had begun: but for a server
// that has gone silent and an object that is too big, a fresh list may do.
func restartable(err error) error {
	var quiet *silence
	if errors.As(err, &quiet) {
		return err
	}
	return &brokenList{err: err, final: errors.Is(err, errTooBig)}
}

func accept(r *tables.Resource) string {
	switch {
	case r.Sensitive:
		return acceptTable
	case r.New == nil:
		return acceptJSON
	}
	return acceptTyped
}

// page decodes one reply.
func (d *decoder) page(reply *reply) (metav1.ListMeta, error) {
	kind, _, _ := mime.ParseMediaType(reply.contentType)
	r := d.object.Resource
	switch {
	case kind == protobufType && r.New != nil && !r.Sensitive:
		return eachProto(reply, d.typed())
	case kind != acceptJSON:
		return metav1.ListMeta{}, fmt.Errorf("%q instead of a list", reply.contentType)
	}
	var l jsonList
	var item func([]byte) error
	switch {
	case r.Sensitive:
		item = d.row(&l)
	case r.New == nil:
		item = d.unstructured
	default:
		item = d.typedJSON()
	}
	err := l.each(reply, item)
	return l.meta, err
}
