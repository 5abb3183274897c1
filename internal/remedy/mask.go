package remedy

import (
	"bytes"
	"regexp"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy/yamledit"
)

// hidden stands for what is never shown.
const hidden = "(hidden)"

var separator = regexp.MustCompile(`(?m)^---.*\n?`)

// Mask returns manifests as they can be shown: values of environment variables
// and of Secrets are hidden.
func Mask(text []byte) []byte {
	var out bytes.Buffer
	at := 0
	for _, sep := range append(separator.FindAllIndex(text, -1), []int{len(text), len(text)}) {
		out.Write(maskDocument(text[at:sep[0]]))
		out.Write(text[sep[0]:sep[1]])
		at = sep[1]
	}
	return out.Bytes()
}

// maskDocument hides values where they stand. A document that cannot be
// changed in place, and has something to hide, is left out.
func maskDocument(text []byte) []byte {
	doc, err := yaml.YAMLToJSON(text)
	if err != nil {
		return text
	}
	v, err := decodeJSON(doc)
	if err != nil || !mask(v) {
		return text
	}
	masked, err := yamledit.Edit(text, v)
	if err != nil {
		return []byte("# " + hidden + "\n")
	}
	return masked
}

// mask hides values within an object, and reports whether there were any.
func mask(v any) bool {
	found := false
	switch v := v.(type) {
	case map[string]any:
		if v["kind"] == "Secret" {
			for _, field := range []string{"data", "stringData"} {
				found = maskAll(v[field]) || found
			}
		}
		if env, ok := v["env"].([]any); ok {
			for _, e := range env {
				if m, ok := e.(map[string]any); ok && m["value"] != nil {
					m["value"], found = hidden, true
				}
			}
		}
		for _, value := range v {
			found = mask(value) || found
		}
	case []any:
		for _, value := range v {
			found = mask(value) || found
		}
	}
	return found
}

func maskAll(v any) bool {
	m, _ := v.(map[string]any)
	for key := range m {
		m[key] = hidden
	}
	return len(m) > 0
}
