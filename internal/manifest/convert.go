package manifest

import (
	"encoding/json"

	"sigs.k8s.io/yaml"
)

// convert makes JSON of a document: one value, or several of a JSON file.
func convert(f *file, d document, text []byte, line int) []part {
	if i := space(text, 0); text[i] == '{' && json.Valid(text) {
		return []part{{json: text, line: line}}
	}
	out, err := yaml.YAMLToJSON(text)
	if err != nil {
		f.fatal(line, 0, err.Error())
		return nil
	}
	if string(out) == "null" {
		return nil
	}
	return []part{{json: out, line: line}}
}

func (f *file) typeProblems(d document, p part, o *object, err error) {
	f.fatal(p.line, 0, err.Error())
}
