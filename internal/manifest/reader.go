package manifest

import (
	"fmt"
	"reflect"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest/yamljson"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// reader turns documents into objects. One goroutine uses it.
type reader struct {
	namespace string
	buf       []byte
	arena     arena
	items     map[*tables.Resource]tables.Item
	shapes    map[*tables.Resource]*shape
	yaml      yamljson.Converter
}

func newReader(namespace string) *reader {
	return &reader{namespace: namespace, items: map[*tables.Resource]tables.Item{}, shapes: map[*tables.Resource]*shape{}}
}

// object is an object that was read, before all files are known.
type object struct {
	entry
	// resource is nil for kinds that are not known by type.
	resource             *tables.Resource
	group, version, kind string
}

// document reads one document into the file's objects and problems; once says
// that its text cannot be had again.
func (r *reader) document(f *file, d *document, once bool) {
	switch {
	case d.large:
		f.fatal(d.line, 0, fmt.Sprintf("refused: the document is larger than %d MiB", maxDocument>>20))
		return
	case d.sep != "":
		f.fatal(d.line, 0, "broken YAML: nothing may follow --- in its line: "+d.sep)
	}
	whole := *d
	if d.text, d.line = trimStart(d.text, d.line); len(d.text) == 0 {
		return
	}
	f.begin(&whole, once)
	if d.sep != "" {
		return
	}
	for _, p := range r.convert(f, d) {
		r.part(f, d, p, 0)
	}
}

// expect makes room for a file of so many bytes.
func (r *reader) expect(size int) {
	if size++; size > cap(r.buf) { // the one more makes the end of the file known
		r.buf = make([]byte, 0, max(size, 64<<10))
	}
}

// release lets go of memory that a large document has needed.
func (r *reader) release() {
	if cap(r.buf) > 4<<20 {
		r.buf = nil
	}
	if cap(r.yaml.Out) > 4<<20 {
		r.yaml.Out = nil
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
func (r *reader) part(f *file, d *document, p part, depth int) {
	h, ok := readHead(p.json)
	switch {
	case !ok:
		f.notObject(p.line, "a Kubernetes object is a mapping with apiVersion and kind")
	case !h.hasKind && !h.hasVersion:
		f.notObject(p.line, "it has no apiVersion and no kind")
	case strings.HasSuffix(h.kind, "List") && h.items != nil && depth < 4:
		for _, item := range listItems(d, p, h) {
			r.part(f, d, item, depth+1)
		}
	default:
		r.object(f, d, p, h)
	}
}

// object reads one object.
func (r *reader) object(f *file, d *document, p part, h head) {
	if note := special(f, h); note != "" {
		f.skipped(p.line, note)
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
	switch {
	case len(p.json) > maxObject:
		f.fatal(p.line, 0, fmt.Sprintf("refused: %s is larger than %d MiB, more than an API server takes", h.kind, maxObject>>20))
		return
	case known != nil:
		meta, err = r.typed(&o, p)
	default:
		meta, err = r.untyped(&o, p, h)
	}
	switch {
	case err != nil:
		f.typeProblems(d, p, &o, err)
	case strings.Contains(meta.Name+meta.Namespace, "{{") && f.template(d):
	case meta.Name == "":
		f.missing(p, h, known != nil)
	default:
		if known != nil {
			f.noteUnknown(d, p, &o, r.shapes[known])
		}
		o.name, o.namespace, o.line = strings.Clone(meta.Name), strings.Clone(meta.Namespace), int32(p.line)
		f.objects = append(f.objects, o)
	}
}

// maxObject bounds the JSON of one object. An API server takes 3 MiB.
const maxObject = 8 << 20

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
		r.shapes[o.resource] = shapeOf(reflect.TypeOf(item))
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
