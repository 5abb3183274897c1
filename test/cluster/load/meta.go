package load

import (
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func split(list string) []string { return strings.Split(list, ",") }

// with is labels and further pairs of a key and a value.
func with(labels map[string]string, pairs ...string) map[string]string {
	out := maps.Clone(labels)
	if out == nil {
		out = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func selector(pairs ...string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: with(nil, pairs...)}
}

func configMap(ns, name string, pairs ...string) *item {
	return &item{obj: &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns}, Data: with(nil, pairs...)}}
}

func secret(ns, name string, pairs ...string) *item {
	return &item{obj: &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns}, StringData: with(nil, pairs...)}}
}

func serviceAccount(ns, name string, automount *bool) *item {
	return &item{obj: &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns}, AutomountServiceAccountToken: automount}}
}
