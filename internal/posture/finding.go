package posture

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
)

// Asset is the thing a rule judges, keyed by its root owner, so that a rollout
// does not make a new asset.
type Asset struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// String is Kind/namespace/name, or Kind/name for cluster-scoped assets.
func (a Asset) String() string {
	if a.Namespace == "" {
		return a.Kind + "/" + a.Name
	}
	return a.Kind + "/" + a.Namespace + "/" + a.Name
}

// Compare orders by namespace, kind, name.
func (a Asset) Compare(b Asset) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// Finding is an asset that fails a rule, with the rows that prove it.
type Finding struct {
	Asset
	// Fingerprint is the finding's identity, of the rule and the asset.
	Fingerprint string   `json:"fingerprint"`
	Severity    Severity `json:"severity"`
	Team        string   `json:"team,omitempty"`
	File        string   `json:"file,omitempty"`
	Line        int      `json:"line,omitempty"`
	// Labels are the asset's, where the rule's assets query returns them; not
	// part of the JSON form.
	Labels map[string]string `json:"-"`
	// Pods is how many running pods are concerned; 0 where that says nothing.
	Pods int `json:"pods,omitempty"`
	// Exempt says why the asset is shown and not counted: system.
	Exempt   string     `json:"exempt,omitempty"`
	Evidence []Evidence `json:"evidence"`
	Fix      string     `json:"fix"`
	Waiver   *Waiver    `json:"waiver"`
	// Proposed is a waiver that the object's own annotations ask for, and that
	// nobody granted.
	Proposed *Waiver `json:"proposedWaiver,omitempty"`
}

// Counts reports whether the finding makes its asset fail.
func (f Finding) Counts() bool { return f.Exempt == "" && f.Waiver == nil }

// State is open, waived or exempt.
func (f Finding) State() string {
	switch {
	case f.Exempt != "":
		return "exempt"
	case f.Waiver != nil:
		return "waived"
	}
	return "open"
}

// Waiver is an accepted finding: who, why, until when.
type Waiver struct {
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Expires string `json:"expires"` // YYYY-MM-DD
}

// Evidence is one row that a rule's query returned: where, what is there,
// what should be there, and whatever else convinces.
type Evidence struct {
	Path     string
	Actual   any // nil, int64, float64 or string
	Expected any
	// Line is where the field stands in the finding's file; 0 without one.
	Line int
	// Fingerprint is the row's identity: that of the finding, and the place in
	// the object by what lasts of it.
	Fingerprint string
	// Details are the further columns, in the query's order.
	Details []Detail
}

// Detail is a column of a row of evidence.
type Detail struct {
	Name  string
	Value any
}

// Detail returns a further column's value, nil without one.
func (e Evidence) Detail(name string) any {
	for _, d := range e.Details {
		if d.Name == name {
			return d.Value
		}
	}
	return nil
}

// MarshalJSON writes one object: path, actual, expected, line and fingerprint,
// then the details.
func (e Evidence) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	head := []Detail{{"path", e.Path}, {"actual", e.Actual}, {"expected", e.Expected}}
	if e.Line > 0 {
		head = append(head, Detail{"line", e.Line})
	}
	if e.Fingerprint != "" {
		head = append(head, Detail{"fingerprint", e.Fingerprint})
	}
	for i, d := range append(head, e.Details...) {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, v := range []any{d.Name, d.Value} {
			if j > 0 {
				b.WriteByte(':')
			}
			if text, ok := v.(string); ok && plainText(text) {
				b.WriteByte('"')
				b.WriteString(text)
				b.WriteByte('"')
				continue
			}
			text, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("evidence column %s: %w", d.Name, err)
			}
			b.Write(text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainText reports whether a text needs no escape in JSON, as most do not.
func plainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// UnmarshalJSON reads what MarshalJSON wrote, the details in their order.
func (e *Evidence) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if start, err := dec.Token(); err != nil {
		return fmt.Errorf("evidence: %w", err)
	} else if start != json.Delim('{') {
		return fmt.Errorf("evidence: %s is no object", data)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		var value any
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("evidence column %v: %w", key, err)
		}
		e.set(fmt.Sprint(key), plain(value))
	}
	return nil
}

func (e *Evidence) set(name string, value any) {
	switch name {
	case "path":
		e.Path, _ = value.(string)
	case "actual":
		e.Actual = value
	case "expected":
		e.Expected = value
	case "line":
		line, _ := value.(int64)
		e.Line = int(line)
	case "fingerprint":
		e.Fingerprint, _ = value.(string)
	default:
		e.Details = append(e.Details, Detail{name, value})
	}
}

func plain(v any) any {
	n, ok := v.(json.Number)
	if !ok {
		return v
	}
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, _ := n.Float64()
	return f
}
