package manifest

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/json"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// untyped keeps an object whose kind is not known by type.
func (r *reader) untyped(o *object, p part, h head) (*metav1.ObjectMeta, error) {
	var m metav1.ObjectMeta
	if h.meta != nil {
		if err := json.UnmarshalCaseSensitivePreserveInts(h.meta, &m); err != nil {
			return nil, err
		}
	}
	if m.Name == "" {
		m.Name = m.GenerateName
	}
	o.data = r.arena.alloc(len(p.json))
	copy(o.data, p.json)
	return &m, nil
}

// decodeUnstructured makes an object out of the JSON of an entry.
func decodeUnstructured(e entry) (any, *metav1.ObjectMeta, error) {
	u := &unstructured.Unstructured{}
	if err := json.UnmarshalCaseSensitivePreserveInts(e.data, &u.Object); err != nil {
		return nil, nil, err
	}
	var head struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
	}
	if err := json.UnmarshalCaseSensitivePreserveInts(e.data, &head); err != nil {
		return nil, nil, err
	}
	m := &head.Metadata
	m.Name, m.Namespace, m.ManagedFields = e.name, e.namespace, nil
	u.SetName(e.name)
	u.SetNamespace(e.namespace)
	u.SetManagedFields(nil)
	return u, m, nil
}

// resolver gives objects of unknown kinds their resource, once every file has
// been read: a CustomResourceDefinition may come after its objects.
type resolver struct {
	defined map[schema.GroupKind]definition
	// namespaced are kinds of which an object names its namespace.
	namespaced map[schema.GroupKind]bool
	made       map[schema.GroupKind]*tables.Resource
}

// definition is what matters here of a CustomResourceDefinition.
type definition struct {
	Spec struct {
		Group string `json:"group"`
		Scope string `json:"scope"`
		Names struct {
			Kind       string   `json:"kind"`
			Plural     string   `json:"plural"`
			ShortNames []string `json:"shortNames"`
		} `json:"names"`
	} `json:"spec"`
}

func newResolver(files []*file) *resolver {
	r := &resolver{defined: map[schema.GroupKind]definition{}, namespaced: map[schema.GroupKind]bool{}, made: map[schema.GroupKind]*tables.Resource{}}
	for _, f := range files {
		for _, o := range f.objects {
			if o.kind.resource == nil && o.namespace != "" {
				r.namespaced[o.kind.groupKind()] = true
			}
			if o.kind.name != "CustomResourceDefinition" || o.kind.group != "apiextensions.k8s.io" || o.kind.resource != nil {
				continue
			}
			var d definition
			if json.UnmarshalCaseSensitivePreserveInts(o.data, &d) == nil && d.Spec.Names.Plural != "" {
				r.defined[schema.GroupKind{Group: d.Spec.Group, Kind: d.Spec.Names.Kind}] = d
			}
		}
	}
	return r
}

// resource is the resource of an object. All versions of a kind share one.
func (r *resolver) resource(o object) *tables.Resource {
	if o.kind.resource != nil {
		return o.kind.resource
	}
	gk := o.kind.groupKind()
	res := r.made[gk]
	if res == nil {
		res = &tables.Resource{Group: gk.Group, Version: o.kind.version, Plural: pluralOf(gk), Kind: gk.Kind, Namespaced: r.namespaced[gk]}
		if known := tables.AddonForKind(gk.Group, gk.Kind); known != nil {
			res.Plural, res.Namespaced = known.Plural, known.Namespaced
		}
		if d, ok := r.defined[gk]; ok {
			res.Plural, res.Short = d.Spec.Names.Plural, slices.Clone(d.Spec.Names.ShortNames)
			res.Namespaced = d.Spec.Scope == "Namespaced"
		}
		r.made[gk] = res
	}
	return res
}

// pluralOf guesses the plural of a kind as kubectl does, but for gateways,
// which it calls gatewaies.
func pluralOf(gk schema.GroupKind) string {
	guess, _ := meta.UnsafeGuessKindToResource(gk.WithVersion(""))
	if stem, ok := strings.CutSuffix(guess.Resource, "aies"); ok {
		return stem + "ays"
	}
	return guess.Resource
}

// settle finishes an object of an unknown kind. Its scope is told by its
// definition, by a table, or by another object of the kind that names its
// namespace; where none does, it is left as it is.
func (r *resolver) settle(o *object, res *tables.Resource, namespace string) {
	if o.kind.resource != nil {
		return
	}
	gk := o.kind.groupKind()
	_, known := r.defined[gk]
	known = known || tables.AddonForKind(gk.Group, gk.Kind) != nil
	switch {
	case res.Namespaced && o.namespace == "":
		o.namespace = namespace
	case known && !res.Namespaced:
		o.namespace = ""
	}
}

func (k *kind) groupKind() schema.GroupKind { return schema.GroupKind{Group: k.group, Kind: k.name} }
