package tables

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// manifests makes objects of YAML documents.
func manifests(t testing.TB, docs string) []*Object {
	t.Helper()
	var objects []*Object
	for doc := range strings.SplitSeq(docs, "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		gvk := u.GroupVersionKind()
		r := ResourceForKind(gvk.Group, gvk.Kind)
		if r == nil {
			objects = append(objects, addonObject(t, u))
			continue
		}
		item := r.New()
		if err := yaml.UnmarshalStrict([]byte(doc), item); err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		objects = append(objects, object(r, item))
	}
	return objects
}

// addonObject finds the resource of an object among those that tables read
// without knowing their type.
func addonObject(t testing.TB, u *unstructured.Unstructured) *Object {
	t.Helper()
	gvk := u.GroupVersionKind()
	for _, table := range All() {
		for _, s := range table.Sources {
			if s.Resource.New == nil && s.Resource.Group == gvk.Group && s.Resource.Kind == gvk.Kind {
				return &Object{Resource: s.Resource, Value: u, Cluster: "test", Meta: &metav1.ObjectMeta{Namespace: u.GetNamespace(), Name: u.GetName()}}
			}
		}
	}
	t.Fatalf("no table reads %s", gvk)
	return nil
}

// ask is pick of a table's rows over manifests, sorted by their text.
func ask(t *testing.T, table *Table, docs string, columns ...string) []string {
	t.Helper()
	var lines []string
	for _, row := range pick(rowsOf(t, table, manifests(t, docs)...), columns...) {
		lines = append(lines, cellsLine(row))
	}
	slices.Sort(lines)
	return lines
}

// cellsLine writes cells with a space between them, NULL as -.
func cellsLine(row []any) string {
	var cells []string
	for _, v := range row {
		if v == nil {
			v = "-"
		}
		cells = append(cells, fmt.Sprint(v))
	}
	return strings.Join(cells, " ")
}
