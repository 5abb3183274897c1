package manifest

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// reader turns documents into objects. One goroutine uses it.
type reader struct {
	namespace string
	buf       []byte
	arena     arena
	items     map[*tables.Resource]tables.Item
}

func newReader(namespace string) *reader {
	return &reader{namespace: namespace, items: map[*tables.Resource]tables.Item{}}
}

// object is an object that was read, before all files are known.
type object struct {
	entry
	// resource is nil for kinds that are not known by type.
	resource             *tables.Resource
	group, version, kind string
}

// part is an object, or a list of them, within a document.
type part struct {
	json []byte
	line int
	// path is where in the document it is, for problems: "items[3]." or "".
	path string
}

// document reads one document into the file's objects and problems.
func (r *reader) document(f *file, d document) {
	if d.large {
		f.fatal(d.line, 0, fmt.Sprintf("the document is larger than %d MiB", maxDocument>>20))
		return
	}
	text, line := trimStart(d.text, d.line)
	if len(text) == 0 {
		return
	}
	f.docs = append(f.docs, span{offset: d.offset, length: int32(len(d.text)), line: int32(d.line)})
	parts := convert(f, d, text, line)
	for _, p := range parts {
		r.part(f, d, p, 0)
	}
}

// trimStart skips blank lines and comments before the first token.
func trimStart(text []byte, line int) ([]byte, int) {
	for {
		i := 0
		for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r') {
			i++
		}
		switch {
		case i == len(text):
			return nil, line
		case text[i] == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
			if i == len(text) {
				return nil, line
			}
		case text[i] != '\n':
			return text, line
		}
		text = text[i+1:]
		line++
	}
}

// part reads an object, or the objects of a list.
func (r *reader) part(f *file, d document, p part, depth int) {
	h, ok := readHead(p.json)
	switch {
	case !ok:
		f.notObject(p.line, "a Kubernetes object is a mapping with apiVersion and kind")
	case !h.hasKind && !h.hasVersion:
		f.notObject(p.line, "it has no apiVersion and no kind")
	case strings.HasSuffix(h.kind, "List") && h.items != nil && depth < 4:
		for _, item := range listItems(f, d, p, h) {
			r.part(f, d, item, depth+1)
		}
	default:
		r.object(f, d, p, h)
	}
}

// object reads one object.
func (r *reader) object(f *file, d document, p part, h head) {
	if note := special(f, h); note != "" {
		f.notice(p.line, note)
		return
	}
	group, version, _ := parseAPIVersion(h.apiVersion)
	known := knownResource(group, h.kind)
	if h.kind == "" || h.apiVersion == "" {
		f.missing(p, h, known != nil)
		return
	}
	o := object{resource: known, group: group, version: version, kind: h.kind}
	var meta *metav1.ObjectMeta
	var err error
	if known != nil {
		meta, err = r.typed(&o, p)
	} else {
		meta, err = r.untyped(&o, p, h)
	}
	switch {
	case err != nil:
		f.typeProblems(d, p, &o, err)
	case meta.Name == "":
		f.missing(p, h, known != nil)
	default:
		o.name, o.namespace, o.line = strings.Clone(meta.Name), strings.Clone(meta.Namespace), int32(p.line)
		f.objects = append(f.objects, o)
	}
}

// marshaler is what every type of k8s.io/api has.
type marshaler interface {
	Size() int
	MarshalToSizedBuffer(data []byte) (int, error)
}

func (r *reader) typed(o *object, p part) (*metav1.ObjectMeta, error) {
	item := r.items[o.resource]
	if item == nil {
		item = o.resource.New()
		r.items[o.resource] = item
	}
	item.Reset()
	if err := json.UnmarshalCaseSensitivePreserveInts(p.json, item); err != nil {
		return nil, err
	}
	meta := item.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta)
	r.settle(meta, o.resource.Namespaced)
	withhold(item)
	m, ok := item.(marshaler)
	if !ok {
		return nil, fmt.Errorf("%T cannot be kept", item)
	}
	data := r.arena.alloc(m.Size())
	if _, err := m.MarshalToSizedBuffer(data); err != nil {
		return nil, err
	}
	o.data = data
	return meta, nil
}

// settle makes of metadata what it would be in a cluster.
func (r *reader) settle(meta *metav1.ObjectMeta, namespaced bool) {
	meta.ManagedFields = nil
	if meta.Name == "" {
		meta.Name = meta.GenerateName
	}
	switch {
	case !namespaced:
		meta.Namespace = ""
	case meta.Namespace == "":
		meta.Namespace = r.namespace
	}
}

// arena allocates small pieces of memory that live as long as the source.
type arena struct{ free []byte }

func (a *arena) alloc(n int) []byte {
	const chunk = 256 << 10
	if n > chunk/8 {
		return make([]byte, n)
	}
	if n > len(a.free) {
		a.free = make([]byte, chunk)
	}
	b := a.free[:n:n]
	a.free = a.free[n:]
	return b
}
