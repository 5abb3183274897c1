package tables

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// whole are hidden columns with all that an object says, for what no column of
// its own does. They cost nothing unless a query names them.
func whole[R objectRow]() []column[R] {
	part := func(field string) func(R) Value {
		return func(r R) Value { return JSON(wholeObject(r.object())[field]) }
	}
	return []column[R]{
		jsonCol("spec", "the object's spec; values of environment variables are withheld", part("spec")).hidden(),
		jsonCol("status", "the object's status", part("status")).hidden(),
		jsonCol("raw", "the whole object without managedFields; values of environment variables, ConfigMaps and Secrets are withheld", func(r R) Value {
			if object := wholeObject(r.object()); object != nil {
				return JSON(object)
			}
			return Null
		}).hidden(),
	}
}

// withoutTwice leaves out hidden columns of a name that was there before: the
// raw of a kubelet's configuration is that, and no object.
func withoutTwice[R any](all []column[R]) []column[R] {
	out := make([]column[R], 0, len(all))
	for _, c := range all {
		if !c.Hidden || !slices.ContainsFunc(out, func(before column[R]) bool { return before.Name == c.Name }) {
			out = append(out, c)
		}
	}
	return out
}

// wholeObject is an object as kubectl -o json shows it, without what is nobody's
// business here; nil for what is no object of an API.
func wholeObject(o *Object) map[string]any {
	if _, ok := o.Value.(runtime.Object); !ok || o.Implied {
		return nil
	}
	u := toUnstructured(o.Value)
	if u == nil {
		return nil
	}
	object := u.Object
	if u == o.Value {
		object = u.DeepCopy().Object
	}
	object["apiVersion"], object["kind"] = o.Resource.GVK().GroupVersion().String(), o.Resource.Kind
	unstructured.RemoveNestedField(object, "metadata", "managedFields")
	for _, key := range copies {
		unstructured.RemoveNestedField(object, "metadata", "annotations", key)
	}
	if o.Resource == ConfigMaps || o.Resource == Secrets {
		for _, field := range []string{"data", "binaryData", "stringData"} {
			withholdAll(object[field])
		}
	}
	if parameters, ok := object["parameters"].(map[string]any); ok {
		withholdCredentials(parameters)
	}
	withholdEnv(object)
	return object
}

func withholdAll(values any) {
	m, _ := values.(map[string]any)
	for k := range m {
		m[k] = nil
	}
}

func withholdCredentials(parameters map[string]any) {
	plain := map[string]string{}
	for k, v := range parameters {
		if s, ok := v.(string); ok {
			plain[k] = s
		}
	}
	for k, v := range withoutCredentials(plain) {
		if v == nil {
			parameters[k] = nil
		}
	}
}

// withholdEnv takes the values of variables out of every list of them,
// wherever containers, or kubeadm's components, are.
func withholdEnv(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, field := range v {
			if list, ok := field.([]any); ok && (key == "env" || key == "extraEnvs") {
				for _, variable := range list {
					if m, ok := variable.(map[string]any); ok {
						delete(m, "value")
					}
				}
				continue
			}
			withholdEnv(field)
		}
	case []any:
		for _, item := range v {
			withholdEnv(item)
		}
	}
}
