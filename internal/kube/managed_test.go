package kube

import (
	"bytes"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestWithoutManaged(t *testing.T) {
	small := metav1.ManagedFieldsEntry{Manager: "kubelet", FieldsV1: metav1.NewFieldsV1(`{"f:status":{}}`)}
	large := metav1.ManagedFieldsEntry{Manager: "kubectl", FieldsV1: metav1.NewFieldsV1(strings.Repeat("x", 5000))}
	tests := map[string]*corev1.Pod{
		"nothing":  {},
		"none":     {ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "b"}},
		"only":     {ObjectMeta: metav1.ObjectMeta{ManagedFields: []metav1.ManagedFieldsEntry{small}}},
		"small":    {ObjectMeta: metav1.ObjectMeta{Name: "a", UID: "1", Generation: 300, ManagedFields: []metav1.ManagedFieldsEntry{small, small}}},
		"large":    {ObjectMeta: metav1.ObjectMeta{Name: "a", UID: types.UID(bytes.Repeat([]byte("u"), 300)), ManagedFields: []metav1.ManagedFieldsEntry{small, large}}, Spec: corev1.PodSpec{NodeName: "n"}},
		"shortens": {ObjectMeta: metav1.ObjectMeta{Name: "a", ManagedFields: []metav1.ManagedFieldsEntry{large}}, Status: corev1.PodStatus{PodIP: "10.0.0.1"}},
	}
	for name, want := range tests {
		data, err := want.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		var got corev1.Pod
		if err := got.Unmarshal(withoutManaged(data)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want.ManagedFields = nil
		if diff := gocmp.Diff(want, &got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whatever the bytes are, the rest of the object is what it was.
func FuzzWithoutManaged(f *testing.F) {
	for _, pod := range podList(0, 2, "").Items {
		data, err := pod.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want, got corev1.Pod
		wantErr := want.Unmarshal(bytes.Clone(data))
		gotErr := got.Unmarshal(withoutManaged(bytes.Clone(data)))
		if wantErr != nil {
			return // managed fields that are corrupt are not looked into
		}
		if gotErr != nil {
			t.Fatal(gotErr)
		}
		got.ManagedFields, want.ManagedFields = nil, nil
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
