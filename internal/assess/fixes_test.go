package assess_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// TestFixes makes the fix of every failing case of every rule, and runs the
// rule again: it passes.
func TestFixes(t *testing.T) {
	db := openDB(t)
	for _, r := range allRules(t) {
		if r.Verdict != rule.VerdictFail {
			continue
		}
		rules := compile(t, db, r)
		for _, c := range r.Fail {
			t.Run(r.ID+"/"+c.Name, func(t *testing.T) {
				got := judge(t, rules, c.Objects).Rules[0]
				objects, applied := applyFixes(t, r, got, decode(t, c.Objects))
				if !applied {
					return // the fix is for a human to make
				}
				after := judge(t, rules, encode(t, objects)).Rules[0]
				for _, f := range after.Findings {
					for _, e := range f.Evidence {
						// What came from elsewhere than the asset's own object
						// cannot be changed in it.
						if f.Counts() && e.Detail("drift") == nil && e.Detail("container_type") != "ephemeral" {
							t.Errorf("after the fix %s still has %s = %v\n%s", f.Asset, e.Path, e.Actual, encode(t, objects))
						}
					}
				}
			})
		}
	}
}

func applyFixes(t *testing.T, r *rule.Rule, res posture.RuleResult, objects []map[string]any) ([]map[string]any, bool) {
	t.Helper()
	applied := false
	for _, f := range res.Findings {
		fix, err := remedy.For(r, f)
		if err != nil {
			t.Fatal(err)
		}
		if !fix.Changes() {
			continue
		}
		if objects, err = fix.Apply(objects); err != nil {
			t.Fatal(err)
		}
		applied = true
	}
	return objects, applied
}

func decode(t *testing.T, manifests string) []map[string]any {
	t.Helper()
	var objects []map[string]any
	dec := yaml.NewDecoder(strings.NewReader(manifests))
	for {
		var o map[string]any
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatal(err)
		}
		if o != nil {
			objects = append(objects, o)
		}
	}
}

func encode(t *testing.T, objects []map[string]any) string {
	t.Helper()
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	for _, o := range objects {
		if err := enc.Encode(o); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
