package kube

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// virtualReaders is how many requests one virtual resource makes at a time.
const virtualReaders = 16

// NeedsNode is the fault of reading what only something on a node can.
const NeedsNode Fault = "needs node access"

// virtual reads what is not read by a list.
func (c *Cluster) virtual(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	emit := func(item tables.Item, meta *metav1.ObjectMeta) {
		f(&tables.Object{Resource: r, Value: item, Meta: meta, Cluster: c.name})
	}
	switch r.Virtual {
	case tables.VirtualKubelets:
		return c.kubelets(ctx, scope, emit)
	case tables.VirtualCluster:
		return c.clusterInfo(ctx, emit)
	case tables.VirtualDiscovery:
		return c.apiResources(ctx, emit)
	case tables.VirtualPermissions:
		return c.permissions(ctx, scope, emit)
	case tables.VirtualNodeFiles:
		return &Error{Fault: NeedsNode, Resource: r, Text: "files of nodes: the API server has none; only something that runs on the nodes can read them"}
	}
	return nil
}

type emitFunc func(item tables.Item, meta *metav1.ObjectMeta)

// emitRecord emits a value under a name, which tells it from the others of its
// resource.
func emitRecord[T any](emit emitFunc, name string, value T) {
	r := &tables.Record[T]{Value: value}
	r.Name = name
	emit(r, &r.ObjectMeta)
}

// together calls f for every index below n, at most readers of them at a time.
func together(n, readers int, f func(i int)) {
	var wg sync.WaitGroup
	work := make(chan int)
	for range min(n, readers) {
		wg.Go(func() {
			for i := range work {
				f(i)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
}

// clusterInfo asks for the version, which it must get, and for what else can
// be known.
func (c *Cluster) clusterInfo(ctx context.Context, emit emitFunc) error {
	ctx, cancel := context.WithTimeout(ctx, infoTime)
	defer cancel()
	var version struct{ Major, Minor, GitVersion, BuildDate string }
	var versionErr error
	var system metav1.PartialObjectMetadata
	var groups metav1.APIGroupList
	var review authentication.SelfSubjectReview
	var ips []net.IPAddr
	var wg sync.WaitGroup
	wg.Go(func() { versionErr = c.ask(ctx, call{path: "/version"}, &version) })
	wg.Go(func() { _ = c.ask(ctx, call{path: "/api/v1/namespaces/kube-system"}, &system) })
	wg.Go(func() { _ = c.ask(ctx, call{path: "/apis"}, &groups) })
	wg.Go(func() { _ = c.ask(ctx, selfSubjectReview, &review) })
	wg.Go(func() { ips, _ = net.DefaultResolver.LookupIPAddr(ctx, c.base.Hostname()) })
	wg.Wait()
	if versionErr != nil {
		return c.blameVirtual(ctx, tables.ClusterInfos, "get /version", versionErr)
	}
	url := *c.base
	url.User, url.RawQuery = nil, ""
	info := tables.ClusterInfo{
		GitVersion: version.GitVersion, Major: version.Major, Minor: version.Minor, BuildDate: version.BuildDate,
		ServerURL: url.String(), ServerHost: c.base.Hostname(), UID: string(system.UID),
		User: review.Status.UserInfo.Username, UserGroups: review.Status.UserInfo.Groups, ScanTime: time.Now().Unix(),
	}
	for _, g := range groups.Groups {
		info.Groups = append(info.Groups, g.Name)
	}
	for _, ip := range ips {
		info.ServerIPs = append(info.ServerIPs, ip.IP.String())
	}
	slices.Sort(info.ServerIPs)
	emitRecord(emit, c.name, info)
	return nil
}

var selfSubjectReview = call{
	method: http.MethodPost, path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
	body: `{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}`,
}

// permissions asks for every permission that tables need, of all namespaces or
// of the scope's.
func (c *Cluster) permissions(ctx context.Context, scope rows.Scope, emit emitFunc) error {
	var asked []tables.Permission
	for _, r := range tables.ReadResources() {
		for _, p := range r.Needs() {
			if r.Namespaced {
				p.Namespace = scope.Namespace
			}
			if !slices.Contains(asked, p) {
				asked = append(asked, p)
			}
		}
	}
	slices.SortFunc(asked, func(a, b tables.Permission) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Subresource, b.Subresource))
	})
	errs := make([]error, len(asked))
	together(len(asked), virtualReaders, func(i int) { errs[i] = c.mayI(ctx, &asked[i]) })
	if err := errors.Join(errs...); err != nil {
		return c.blameVirtual(ctx, tables.Permissions, "create selfsubjectaccessreviews", cmp.Or(errs...))
	}
	for _, p := range asked {
		emitRecord(emit, strings.Join([]string{p.Namespace, p.Verb, p.Group, p.Resource, p.Subresource}, " "), p)
	}
	return nil
}

// mayI answers a permission.
func (c *Cluster) mayI(ctx context.Context, p *tables.Permission) error {
	body, err := reviewBody(p)
	if err != nil {
		return err
	}
	var review authorization.SelfSubjectAccessReview
	q := call{method: http.MethodPost, path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body: body}
	if err := c.ask(ctx, q, &review); err != nil {
		return err
	}
	p.Allowed, p.Reason = review.Status.Allowed, review.Status.Reason
	return nil
}

// blameVirtual is blame for requests that are no lists.
func (c *Cluster) blameVirtual(ctx context.Context, r *tables.Resource, what string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fault, text := c.diagnose(err)
	e := &Error{Fault: fault, Resource: r, Text: what + ": " + text, Err: err}
	if fault == Forbidden {
		e.Text += "; grant " + r.Grant()
	}
	return e
}
