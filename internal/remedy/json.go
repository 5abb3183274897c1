package remedy

import (
	"encoding/json"
	"fmt"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// addJSON adds the operations that a row of evidence asks for. Paths count the
// items of lists as the object has them now, so a JSON patch is made before a
// merge. Ephemeral containers cannot be changed once they run.
func (f *Fix) addJSON(r *rule.Rule, asset posture.Asset, row rule.Row) error {
	if r.Patch.JSON == "" || known(asset.Kind) == nil || row["container_type"] == "ephemeral" {
		return nil
	}
	text, err := run(r.Patch.JSON, row)
	if err != nil || strings.TrimSpace(text) == "" {
		return err
	}
	if _, err := jsonpatch.DecodePatch([]byte(text)); err != nil {
		return fmt.Errorf("%s is no JSON patch: %w", text, err)
	}
	var operations []any
	if err := json.Unmarshal([]byte(text), &operations); err != nil {
		return fmt.Errorf("%s is no JSON patch: %w", text, err)
	}
	f.target = target(asset)
	f.JSON = addOperations(f.JSON, operations)
	return nil
}

// addOperations adds operations that are not there yet: rows that ask for the
// same removal ask for one.
func addOperations(have, more []any) []any {
	seen := map[string]bool{}
	for _, op := range have {
		seen[flow(op)] = true
	}
	for _, op := range more {
		if !seen[flow(op)] {
			have = append(have, op)
		}
	}
	return have
}

// flow is a value as one line of JSON, which is YAML as well.
func flow(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// applyJSON makes the operations on an object.
func applyJSON(object map[string]any, operations []any) (map[string]any, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	for _, op := range operations {
		patch, err := jsonpatch.DecodePatch([]byte("[" + flow(op) + "]"))
		if err != nil {
			return nil, err
		}
		patched, err := patch.Apply(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flow(op), err)
		}
		text = patched
	}
	return decodeJSON(text)
}

// decodeJSON keeps whole numbers whole, as API objects have them.
func decodeJSON(text []byte) (map[string]any, error) {
	var v map[string]any
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return whole(v).(map[string]any), nil
}

func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = whole(value)
		}
	case []any:
		for i, value := range v {
			v[i] = whole(value)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		n, _ := v.Float64()
		return n
	}
	return v
}
