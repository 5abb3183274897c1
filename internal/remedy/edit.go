package remedy

import (
	"fmt"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy/yamledit"
)

// Edit makes the change in the text of a document that holds the object, by
// itself or in a list, and leaves the rest as it is written.
func (c Change) Edit(text []byte) ([]byte, error) {
	return edit(text, c.Object, c.Apply)
}

// Replace puts the change's object in the place of the one of its name.
func (c Change) Replace(text []byte) ([]byte, error) {
	return edit(text, c.Object, func(map[string]any) (map[string]any, error) { return copied(c.Object) })
}

func edit(text []byte, like map[string]any, change func(map[string]any) (map[string]any, error)) ([]byte, error) {
	doc, err := Decode(text)
	if err != nil {
		return nil, err
	}
	changed := 0
	want, err := within(doc, like, func(object map[string]any) (map[string]any, error) {
		changed++
		return change(object)
	})
	if err != nil {
		return nil, err
	}
	if changed == 0 {
		return nil, fmt.Errorf("%s is not in the document", identity(like))
	}
	if want, err = copied(want); err != nil { // numbers as they are read
		return nil, err
	}
	return yamledit.Edit(text, want)
}

// within changes the object of a name in a document, and in the lists within it.
func within(doc, like map[string]any, change func(map[string]any) (map[string]any, error)) (map[string]any, error) {
	if identity(doc) == identity(like) {
		return change(doc)
	}
	items, _ := doc["items"].([]any)
	for i, item := range items {
		m, ok := item.(map[string]any)
		if !ok {
			continue
		}
		changed, err := within(m, like, change)
		if err != nil {
			return nil, err
		}
		items[i] = changed
	}
	return doc, nil
}

// Decode reads a YAML document, whole numbers as int64.
func Decode(text []byte) (map[string]any, error) {
	doc, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	return decodeJSON(doc)
}

func copied(object map[string]any) (map[string]any, error) { return decodeJSON([]byte(flow(object))) }
