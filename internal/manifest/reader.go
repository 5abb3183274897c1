package manifest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest/yamljson"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const (
	// maxObject bounds the JSON of one object. An API server takes 3 MiB.
	maxObject = 8 << 20
	// maxLists bounds how deep a List is within a List.
	maxLists = 4
)

// reader turns documents into objects. One goroutine uses it, for one file
// after the other.
type reader struct {
	namespace string
	quota     *quota
	buf       []byte
	arena     arena
	yaml      yamljson.Converter
	kinds     map[string]*kind
	items     map[*tables.Resource]tables.Item
	// names are the namespaces seen, so that each is kept once.
	names map[string]string
}

func newReader(namespace string, q *quota) *reader {
	return &reader{
		namespace: namespace, quota: q, kinds: map[string]*kind{},
		items: map[*tables.Resource]tables.Item{}, names: map[string]string{},
	}
}

// object is an object that was read, before all files are known.
type object struct {
	entry
	kind *kind
}

// part is an object, or a list of them, within a document.
type part struct {
	json []byte
	line int
	// path is where in the document it is: "items[3]", or "".
	path string
	// verbatim is set where json is as it stands in the file, so that its
	// line feeds count.
	verbatim bool
	// items are those of the list "items", where their lines are known.
	items []yamljson.Item
}

// document reads one document into the file's objects and problems; once says
// that its text cannot be had again.
func (r *reader) document(f *file, d *document, once bool) {
	if d.large {
		f.fatal(d.line, 0, fmt.Sprintf("refused: the document is larger than %d MiB", maxDocument>>20))
		return
	}
	if d.sep != "" {
		f.fatal(d.line, 0, "broken YAML: nothing may follow --- in its line: "+d.sep)
	}
	whole := d.text
	at := span{offset: d.offset, length: int32(len(whole)), line: int32(d.line)}
	if d.text, d.line = trimStart(d.text, d.line); len(d.text) == 0 {
		return
	}
	f.begin(at, whole, once)
	if d.text[0] == '%' && !d.directives() {
		return
	}
	if d.sep == "" {
		r.convert(f, d)
	}
}

// directives skips the %YAML before a document, and reports whether any of it
// is left. A %TAG stays for the YAML library to see.
func (d *document) directives() bool {
	end := bytes.Index(d.text, []byte("\n---"))
	if end < 0 || bytes.Contains(d.text[:end], []byte("%TAG")) {
		return true
	}
	d.line += bytes.Count(d.text[:end+1], []byte("\n"))
	d.text, d.line = trimStart(d.text[end+4:], d.line)
	return len(d.text) > 0
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
	if !ok {
		f.notObject(p, cmp.Or(f.otherTool(""), "a Kubernetes object is a mapping with apiVersion and kind"))
		return
	}
	k := r.kind(h)
	switch tool := f.otherTool(k.group); {
	case tool != "":
		f.notObject(p, tool)
	case k.list && h.items != nil && depth < maxLists:
		listItems(d, p, h, k, func(item part) { r.part(f, d, item, depth+1) })
	case k.name == "List":
	case k.apiVersion == "kspm.io/v1" && (k.name == "Config" || k.name == "Waivers" || k.name == "Owners"):
		// Our own files lie beside the manifests.
	default:
		r.object(f, d, p, h, k)
	}
}

// object reads one object.
func (r *reader) object(f *file, d *document, p part, h head, k *kind) {
	if k.name == "" || k.apiVersion == "" {
		f.missing(p, h, k)
		return
	}
	if len(p.json) > maxObject {
		f.fatal(p.line, 0, fmt.Sprintf("refused: %s of more than %d MiB, which is more than an API server takes", k.name, maxObject>>20))
		return
	}
	if !r.quota.object() {
		return
	}
	if k.resource == tables.Events && k.group == "" {
		p.json = asEvent(p.json)
	}
	o := object{kind: k}
	decode := r.typed
	switch k.resource {
	case nil:
		decode = r.untyped
	case tables.KubeletConfigs:
		decode = func(o *object, p part, _ head) (*metav1.ObjectMeta, error) { return r.kubelet(o, p, f.name) }
	case tables.NodeFiles:
		decode = func(o *object, p part, _ head) (*metav1.ObjectMeta, error) { return r.nodeFacts(o, p) }
	}
	meta, err := decode(&o, p, h)
	switch {
	case err != nil:
		f.typeProblems(d, p, k, err)
	case strings.Contains(meta.Name+meta.Namespace, "{{") && f.template(d):
	case meta.Name == "":
		f.missing(p, h, k)
	default:
		if k.shape != nil {
			f.noteUnknown(d, p, k)
		}
		o.name, o.namespace, o.line = strings.Clone(meta.Name), r.name(meta.Namespace), int32(p.line)
		f.objects = append(f.objects, o)
	}
}

// name returns the one copy of a namespace's name.
func (r *reader) name(ns string) string {
	if kept, ok := r.names[ns]; ok {
		return kept
	}
	ns = strings.Clone(ns)
	r.names[ns] = ns
	return ns
}

// marshaler is what every type of k8s.io/api has.
type marshaler interface {
	Size() int
	MarshalToSizedBuffer(data []byte) (int, error)
}

var errKeep = errors.New("cannot be kept")

// typed decodes an object and keeps its protobuf.
func (r *reader) typed(o *object, p part, _ head) (*metav1.ObjectMeta, error) {
	item := r.items[o.kind.resource]
	if item == nil {
		item = o.kind.resource.New()
		r.items[o.kind.resource] = item
	}
	item.Reset()
	if err := json.UnmarshalCaseSensitivePreserveInts(p.json, item); err != nil {
		return nil, err
	}
	m, ok := item.(marshaler)
	meta := metaOf(item)
	if !ok || meta == nil {
		return nil, errKeep
	}
	r.settle(meta, o.kind.resource.Namespaced)
	withhold(item)
	o.data = r.arena.alloc(m.Size())
	_, err := m.MarshalToSizedBuffer(o.data)
	return meta, err
}

// metaOf returns the metadata within a typed object.
func metaOf(item tables.Item) *metav1.ObjectMeta {
	if acc, ok := item.(metav1.ObjectMetaAccessor); ok {
		meta, _ := acc.GetObjectMeta().(*metav1.ObjectMeta)
		return meta
	}
	return nil
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

// kind returns what is known of an object's apiVersion and kind.
func (r *reader) kind(h head) *kind {
	var space [128]byte
	key := append(append(append(space[:0], h.apiVersion...), 0), h.kind...)
	k := r.kinds[string(key)]
	if k == nil {
		k = newKind(unquote(h.apiVersion), unquote(h.kind))
		if k.resource != nil && k.resource.Virtual == "" {
			k.shape = shapeOf(reflect.TypeOf(k.resource.New()))
		}
		if len(r.kinds) < 1000 {
			r.kinds[string(key)] = k
		}
	}
	return k
}
