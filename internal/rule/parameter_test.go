package rule

import (
	"strings"
	"testing"
)

const told = `-- id: A-1
-- title: T
-- section: S
-- severity: low
-- scope: object
-- why: W
-- fix: F
-- assets: SELECT 1
-- parameters:
--   - {name: names, type: list, default: [a, b], doc: D}
--   - {name: days, type: integer, doc: D}
--   - {name: strict, type: boolean, default: false, doc: D}
--   - {name: prefix, type: text, doc: D}
SELECT 1`

func TestParameters(t *testing.T) {
	r, err := Parse("a.sql", told)
	if err != nil {
		t.Fatal(err)
	}
	value := func(i int) string {
		if v := r.Parameters[i].Info().Value; v != nil {
			return *v
		}
		return "NULL"
	}
	all := func() string { return strings.Join([]string{value(0), value(1), value(2), value(3)}, " ") }
	if got := all(); got != `["a","b"] NULL 0 NULL` {
		t.Error(got)
	}
	restore, err := r.With(map[string]any{"names": []any{"c"}, "days": 3, "strict": true, "prefix": "p"})
	if err != nil {
		t.Fatal(err)
	}
	if got := all(); got != `["c"] 3 1 p` || !r.Parameters[0].Info().Set {
		t.Error(got)
	}
	restore()
	if got := all(); got != `["a","b"] NULL 0 NULL` || r.Parameters[0].Info().Set {
		t.Error(got)
	}
	for name, value := range map[string]any{"names": "c", "days": "3", "strict": 1, "prefix": []any{"p"}, "none": 1} {
		if err := r.Set(name, value); err == nil {
			t.Errorf("%s takes %v", name, value)
		}
	}
	if err := r.Set("names", []any{"a", 1}); err == nil {
		t.Error("a list takes numbers")
	}
}

func TestParameterMistakes(t *testing.T) {
	for change, want := range map[[2]string]string{
		{"name: days", "name: Days"}:           "want something like allowed_registries",
		{"name: days", "name: names"}:          "is there twice",
		{"type: integer", "type: number"}:      "want list, text, integer or boolean",
		{"default: false", "default: 3"}:       "3 is not of type boolean",
		{"type: text, doc: D", "type: text"}:   "prefix lacks doc",
		{"doc: D}\nSELECT", "dok: D}\nSELECT"}: "field dok not found",
	} {
		_, err := Parse("a.sql", strings.Replace(told, change[0], change[1], 1))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", change, err)
		}
	}
}
