package kube

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/json"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// decoder turns the bytes of items into one object, over and over.
type decoder struct {
	object tables.Object
	emit   func(*tables.Object)
	// raw is what the object was decoded from: protobuf without managedFields,
	// or JSON.
	raw   []byte
	specs podSpecs // of all pages
}

// into makes the object's value an empty one of its type.
func (d *decoder) into() tables.Item {
	item := d.object.Resource.New()
	d.object.Value = item
	d.object.Meta = item.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta)
	return item
}

func (d *decoder) typed() func([]byte) error {
	item := d.into()
	if pod, ok := item.(*corev1.Pod); ok {
		return d.pods(pod)
	}
	return func(data []byte) error {
		item.Reset()
		d.raw = withoutManaged(data)
		if item.Unmarshal(d.raw) != nil {
			return errCorrupt
		}
		d.emit(&d.object)
		return nil
	}
}

func (d *decoder) typedJSON() func([]byte) error {
	item := d.into()
	return func(data []byte) error {
		item.Reset()
		if err := json.UnmarshalCaseSensitivePreserveInts(data, item); err != nil {
			return err
		}
		d.raw = data
		d.emit(&d.object)
		return nil
	}
}

// unstructured decodes an object of an API that is not known by type.
func (d *decoder) unstructured(data []byte) error {
	var content map[string]any
	if err := json.UnmarshalCaseSensitivePreserveInts(data, &content); err != nil {
		return err
	}
	var head metav1.PartialObjectMetadata
	if err := json.UnmarshalCaseSensitivePreserveInts(data, &head); err != nil {
		return err
	}
	head.ManagedFields = nil
	unstructured.RemoveNestedField(content, "metadata", "managedFields")
	d.object.Value = &unstructured.Unstructured{Object: content}
	d.object.Meta = &head.ObjectMeta
	d.raw = data
	d.emit(&d.object)
	return nil
}

// row decodes a row of a Table: metadata, and of a Secret the type.
func (d *decoder) row(l *jsonList) func([]byte) error {
	item := d.into()
	return func(data []byte) error {
		var row struct {
			Cells  []any                        `json:"cells"`
			Object metav1.PartialObjectMetadata `json:"object"`
		}
		if err := json.UnmarshalCaseSensitivePreserveInts(data, &row); err != nil {
			return err
		}
		item.Reset()
		// kubectl apply leaves the values of a Secret in an annotation.
		delete(row.Object.Annotations, corev1.LastAppliedConfigAnnotation)
		row.Object.ManagedFields = nil
		*d.object.Meta = row.Object.ObjectMeta
		if secret, ok := item.(*corev1.Secret); ok {
			secret.Type = corev1.SecretType(l.cell("Type", row.Cells))
		}
		d.emit(&d.object)
		return nil
	}
}

// cell is the text in a named column of a Table's row.
func (l *jsonList) cell(column string, cells []any) string {
	for i, c := range l.columns {
		if i < len(cells) && strings.EqualFold(c.Name, column) {
			text, _ := cells[i].(string)
			return text
		}
	}
	return ""
}

// Decode returns what makes objects again of what a Watcher was told in raw: of
// one after the other, in the same memory.
func Decode(r *tables.Resource, cluster string, emit func(*tables.Object)) func(raw []byte) error {
	d := &decoder{object: tables.Object{Resource: r, Cluster: cluster}, emit: emit}
	if r.New == nil {
		return d.unstructured
	}
	return d.typed()
}
