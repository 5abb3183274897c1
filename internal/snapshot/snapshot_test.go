package snapshot_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/snapshot"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const objects = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop, labels: {team: payments}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: db, namespace: data}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w, namespace: shop}
spec: {size: 3}
`

var errDenied = errors.New("denied")

// source is manifests of which Pods cannot be read.
type source struct{ *manifest.Files }

func (s source) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if r == tables.Pods {
		return errDenied
	}
	return s.Files.Each(ctx, r, scope, f)
}

func write(t *testing.T) (path string, widgets *tables.Resource) {
	t.Helper()
	files, err := manifest.Open(t.Context(), []string{"-"}, strings.NewReader(objects))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range files.Resources() {
		if c.Resource.Kind == "Widget" {
			widgets = c.Resource
		}
	}
	var b bytes.Buffer
	sum, err := snapshot.Write(t.Context(), &b, source{files}, snapshot.Options{
		Info: snapshot.Info{Name: "prod"}, Resources: []*tables.Resource{tables.Namespaces, tables.ServiceAccounts, tables.Pods, widgets},
		Reason: func(error) (string, string) { return "forbidden", "grant" },
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"pods": "forbidden"}, sum.Unread); diff != "" {
		t.Error(diff)
	}
	path = filepath.Join(t.TempDir(), "a.kspm")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, widgets
}

func names(t *testing.T, f *snapshot.File, r *tables.Resource, scope rows.Scope) (list []string) {
	t.Helper()
	err := f.Each(t.Context(), r, scope, func(o *tables.Object) {
		list = append(list, o.Cluster+":"+o.Meta.Namespace+"/"+o.Meta.Name)
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRoundTrip(t *testing.T) {
	path, widgets := write(t)
	f, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, test := range []struct {
		r     *tables.Resource
		scope rows.Scope
		want  []string
	}{
		{tables.ServiceAccounts, rows.Scope{}, []string{"prod:shop/web", "prod:data/db"}},
		{tables.ServiceAccounts, rows.Scope{Namespace: "data"}, []string{"prod:data/db"}},
		{tables.ServiceAccounts, rows.Scope{Name: "web"}, []string{"prod:shop/web"}},
		{tables.Namespaces, rows.Scope{Namespace: "shop"}, []string{"prod:/shop"}},
		{widgets, rows.Scope{}, []string{"prod:shop/w"}},
	} {
		if diff := cmp.Diff(test.want, names(t, f, test.r, test.scope)); diff != "" {
			t.Errorf("%s %v: %s", test.r, test.scope, diff)
		}
	}
}

func TestUnreadStaysUnread(t *testing.T) {
	path, _ := write(t)
	f, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r, want := range map[*tables.Resource]string{tables.Pods: "forbidden", tables.Nodes: "not asked for"} {
		err := f.Each(t.Context(), r, rows.Scope{}, func(*tables.Object) { t.Error("an object") })
		if reason, _ := snapshot.Reason(err); reason != want {
			t.Errorf("%s: %v, want %s", r, err, want)
		}
	}
}

// TestDamage flips and cuts bytes everywhere: a damaged file is an error, and
// never fewer objects.
func TestDamage(t *testing.T) {
	path, _ := write(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read := func(data []byte) error {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := snapshot.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for _, r := range []*tables.Resource{tables.Namespaces, tables.ServiceAccounts} {
			if err := f.Each(t.Context(), r, rows.Scope{}, func(*tables.Object) {}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := read(whole); err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if err := read(whole[:n]); !errors.Is(err, snapshot.ErrCorrupt) && !errors.Is(err, snapshot.ErrNot) {
			t.Errorf("cut to %d of %d bytes: %v", n, len(whole), err)
		}
	}
	changed := 0
	for n := range whole {
		damaged := bytes.Clone(whole)
		damaged[n] ^= 0x55
		if read(damaged) != nil {
			changed++
		}
	}
	// All but the sections that this test does not read.
	if changed < len(whole)*2/3 {
		t.Errorf("%d of %d changed bytes were noticed", changed, len(whole))
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("KSPMSNAP"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "a.kspm")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := snapshot.Open(path)
		if err != nil {
			return
		}
		defer file.Close()
		for _, r := range file.Resources() {
			_ = file.Each(t.Context(), r, rows.Scope{}, func(*tables.Object) {})
		}
	})
}
