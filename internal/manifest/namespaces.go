package manifest

import (
	"fmt"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// implyNamespaces adds the namespaces that objects are in and that no document
// declares, with the place of their first mention.
func (f *Files) implyNamespaces() {
	declared := map[string]bool{}
	for _, e := range f.objects[tables.Namespaces] {
		declared[e.name] = true
	}
	first := map[string]entry{}
	for r, entries := range f.objects {
		if r == tables.Namespaces {
			continue
		}
		for _, e := range entries {
			old, ok := first[e.namespace]
			if e.namespace != "" && !declared[e.namespace] && (!ok || e.before(old)) {
				first[e.namespace] = e
			}
		}
	}
	var implied []entry
	for ns, e := range first {
		implied = append(implied, entry{name: ns, file: e.file, line: e.line, implied: true})
	}
	sortEntries(implied)
	if len(implied) > 0 {
		f.objects[tables.Namespaces] = append(f.objects[tables.Namespaces], implied...)
	}
}

// identity is what an API server allows only once.
type identity struct {
	resource        *tables.Resource
	namespace, name string
}

type place struct {
	file int32
	line int32
}

// noteDuplicate warns of an object that is there twice, which may be meant:
// the overlays of two environments.
func (f *Files) noteDuplicate(seen map[identity]place, r *tables.Resource, e entry) {
	id := identity{r, e.namespace, e.name}
	first, ok := seen[id]
	if !ok {
		seen[id] = place{e.file, e.line}
		return
	}
	name := e.name
	if e.namespace != "" {
		name = e.namespace + "/" + name
	}
	at := f.files[first.file].name
	if !f.files[first.file].rendered {
		at = fmt.Sprintf("%s:%d", at, first.line)
	}
	f.files[e.file].notice(int(e.line), fmt.Sprintf("%s %s is also at %s; both are judged", r.Kind, name, at))
}
