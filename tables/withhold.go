package tables

import (
	"encoding/json"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// Withhold is the object's value as it may be saved: literal values of
// variables and ConfigMaps are replaced by what columns tell of them, and copies
// that tools keep in annotations are left out. Read back with Withheld set,
// every table has the same rows of it.
func (o *Object) Withhold() any {
	if o.Withheld {
		return o.Value
	}
	if _, ok := o.Value.(*unstructured.Unstructured); ok {
		return &unstructured.Unstructured{Object: wholeObject(o)}
	}
	object, ok := o.Value.(runtime.Object)
	if !ok || !o.holdsValues() {
		return o.Value
	}
	saved := *o
	saved.Value = object.DeepCopyObject()
	saved.Meta, _ = saved.Value.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta)
	saved.Meta.Annotations = annotations(saved.Meta)
	saved.podSpecs(podSpecRow.sealEnv)
	switch v := saved.Value.(type) {
	case *corev1.ConfigMap:
		sealConfigMap(v)
	case *storagev1.StorageClass:
		sealParameters(v.Parameters)
	case *storagev1.VolumeAttributesClass:
		sealParameters(v.Parameters)
	}
	return saved.Value
}

// holdsValues tells whether there is anything to withhold.
func (o *Object) holdsValues() bool {
	if slices.ContainsFunc(copies, func(key string) bool { _, ok := o.Meta.Annotations[key]; return ok }) {
		return true
	}
	switch o.Value.(type) {
	case *corev1.ConfigMap, *storagev1.StorageClass, *storagev1.VolumeAttributesClass:
		return true
	}
	found := false
	o.podSpecs(func(p podSpecRow) {
		p.containers(func(c containerRow) {
			found = found || slices.ContainsFunc(c.c.Env, func(e corev1.EnvVar) bool { return e.Value != "" })
		})
	})
	return found
}

// podSpecs are those in the object, of a PodTemplate too.
func (o *Object) podSpecs(f func(podSpecRow)) {
	if v, ok := o.Value.(*corev1.PodTemplate); ok {
		f(template(o, &v.Template, "template.spec"))
		return
	}
	for _, s := range allPodSpecs {
		if s.resource == o.Resource {
			s.rows(o, f)
		}
	}
}

var allPodSpecs = podSpecSources(func(p podSpecRow, emit func(podSpecRow)) { emit(p) })

// sealEnv seals the literal values of variables. What configures a component is
// saved, as its flags are.
func (p podSpecRow) sealEnv() {
	told := map[*corev1.EnvVar]string{}
	p.components(func(c component) {
		references := slices.Concat(c.c.Command, c.c.Args)
		for i := range c.c.Env {
			if e := &c.c.Env[i]; c.name == "etcd" && strings.HasPrefix(e.Name, "ETCD_") {
				references = append(references, "$("+e.Name+")", e.Value)
			}
		}
		for i := range c.c.Env {
			e := &c.c.Env[i]
			if text, ok := c.told(e); ok && slices.ContainsFunc(references, func(s string) bool { return strings.Contains(s, "$("+e.Name+")") }) {
				told[e] = text
			}
		}
	})
	p.containers(func(c containerRow) {
		for i := range c.c.Env {
			e := &c.c.Env[i]
			if text, ok := told[e]; ok {
				e.Value = literal{e.Name, e.Value, false}.sealed(&text)
			} else {
				e.Value = literal{e.Name, e.Value, false}.sealed(nil)
			}
		}
	})
}

// sealConfigMap keeps the settings of kubeadm and kube-proxy, which are tables.
func sealConfigMap(v *corev1.ConfigMap) {
	for key, value := range v.Data {
		v.Data[key] = literal{key, value, false}.sealed(toldOf(v, key))
	}
	for key, value := range v.BinaryData {
		v.BinaryData[key] = []byte(literal{key, string(value), false}.sealed(nil))
	}
}

func toldOf(v *corev1.ConfigMap, key string) *string {
	text := v.Data[key]
	switch {
	case v.Namespace == "kube-system" && v.Name == "kube-proxy" && key == "config.conf":
		return &text
	case v.Namespace == "kube-system" && v.Name == "kubeadm-config":
		value, err := yamlValue(text)
		if err != nil {
			return nil
		}
		withholdEnv(value)
		data, err := json.Marshal(value)
		if err != nil {
			return nil
		}
		text = string(data)
		return &text
	}
	return nil
}

// sealedCredential stands for a parameter that withoutCredentials withholds,
// and is one itself.
const sealedCredential = "withheld://withheld:withheld@"

func sealParameters(parameters map[string]string) {
	for name, value := range withoutCredentials(parameters) {
		if value == nil {
			parameters[name] = sealedCredential
		}
	}
}
