package tables

import (
	"reflect"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Everything that runs a pod spec has the metadata of its pods, but pods.
func TestTemplateMeta(t *testing.T) {
	for _, r := range podSpecResources() {
		value := r.New()
		if template := reflect.ValueOf(value).Elem().FieldByName("Spec").FieldByName("Template"); template.IsValid() && template.Kind() == reflect.Pointer {
			template.Set(reflect.New(template.Type().Elem()))
		}
		got := TemplateMeta(&Object{Resource: r, Value: value, Meta: &metav1.ObjectMeta{}})
		if (got != nil) != (r != Pods) {
			t.Errorf("%s: metadata of its pods: %v", r, got)
		}
	}
}
