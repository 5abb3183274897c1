package overlay_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/overlay"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const cluster = `{apiVersion: v1, kind: Namespace, metadata: {name: shop, uid: n1}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop, uid: d1, ownerReferences: [{apiVersion: x/v1, kind: App, name: web, uid: a1, controller: true}]}, spec: {replicas: 2}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: shop, uid: d2}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, namespace: shop, uid: r1, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d1, controller: true}]}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: api-1, namespace: shop, uid: r2, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: api, uid: d2, controller: true}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web-1-a, namespace: shop, uid: p1, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: r1, controller: true}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api-1-a, namespace: shop, uid: p2, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: api-1, uid: r2, controller: true}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: alone, namespace: shop, uid: p3}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly, namespace: shop, uid: c1}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: nightly-1, namespace: shop, uid: j1, ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: c1, controller: true}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: nightly-1-a, namespace: shop, uid: p4, ownerReferences: [{apiVersion: batch/v1, kind: Job, name: nightly-1, uid: j1, controller: true}]}}
`

const change = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 5}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly, namespace: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: alone, namespace: shop}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: fresh, namespace: new}}
`

var resources = []*tables.Resource{tables.Namespaces, tables.Deployments, tables.ReplicaSets, tables.Pods, tables.CronJobs, tables.Jobs, tables.ConfigMaps, tables.KubeletConfigs}

func open(t *testing.T, text string) *manifest.Files {
	t.Helper()
	files, err := manifest.Open(t.Context(), []string{"-"}, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func list(t *testing.T, src rows.Source, scope rows.Scope) []string {
	t.Helper()
	got := []string{}
	for _, r := range resources {
		err := src.Each(t.Context(), r, scope, func(o *tables.Object) {
			line := r.Kind + " " + o.Meta.Namespace + "/" + o.Meta.Name + " " + string(o.Meta.UID)
			if len(o.Meta.OwnerReferences) > 0 {
				line += " of " + o.Meta.OwnerReferences[0].Name
			}
			got = append(got, line)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(got)
	return got
}

// Objects of one name are replaced and others added; what runs of a replaced
// workload is on neither side, what runs of others is on both.
func TestOverlay(t *testing.T) {
	o, err := overlay.New(t.Context(), open(t, cluster), open(t, change), resources)
	if err != nil {
		t.Fatal(err)
	}
	if o.Replaced != 3 || o.Added != 1 {
		t.Errorf("%d replaced, %d added", o.Replaced, o.Added)
	}
	before := []string{
		"CronJob shop/nightly c1", "Deployment shop/api d2", "Deployment shop/web d1 of web", "Namespace /shop n1",
		"Pod shop/alone p3", "Pod shop/api-1-a p2 of api-1", "ReplicaSet shop/api-1 r2 of api",
	}
	if diff := cmp.Diff(before, list(t, o.Before(), rows.Scope{})); diff != "" {
		t.Error("before:", diff)
	}
	after := slices.Sorted(slices.Values(append([]string{"ConfigMap new/fresh ", "Namespace /new "}, before...)))
	if diff := cmp.Diff(after, list(t, o.After(), rows.Scope{})); diff != "" {
		t.Error("after:", diff)
	}
	if got := list(t, o.After(), rows.Scope{Namespace: "new"}); len(got) != 2 {
		t.Error("a scope reaches both sides:", got)
	}
	if !o.Holds(tables.Pods) || o.Holds(tables.ReplicaSets) {
		t.Error("what the manifests hold")
	}
}

// unreadable is a cluster that refuses one resource.
type unreadable struct{ rows.Source }

func (u unreadable) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if r == tables.Deployments {
		return context.DeadlineExceeded
	}
	return u.Source.Each(ctx, r, scope, f)
}

// What cannot be read of the cluster stays unread: the manifests do not stand
// for it.
func TestUnread(t *testing.T) {
	o, err := overlay.New(t.Context(), unreadable{open(t, cluster)}, open(t, change), resources)
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range []rows.Source{o.Before(), o.After()} {
		if err := src.Each(t.Context(), tables.Deployments, rows.Scope{}, func(*tables.Object) {}); err == nil {
			t.Error("deployments were read")
		}
	}
}
