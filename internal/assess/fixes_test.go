package assess_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/benchmark"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// TestFixes makes the fix of every failing case of every rule: the rule then
// passes, and no other rule of its benchmark newly fails.
func TestFixes(t *testing.T) {
	db := openDB(t)
	all := allRules(t)
	every := map[string]*assess.Rules{}
	for _, name := range benchmark.Names(all) {
		every[name] = compile(t, db, slices.DeleteFunc(slices.Clone(all), func(r *rule.Rule) bool { return r.Benchmark() != name })...)
	}
	for _, r := range all {
		if r.Verdict != rule.VerdictFail || r.Query != "" {
			continue
		}
		for _, c := range r.Fail {
			t.Run(r.ID+"/"+c.Name, func(t *testing.T) {
				before := judge(t, every[r.Benchmark()], c.Objects)
				objects, applied := applyFixes(t, r, resultOf(before, r.ID), decode(t, c.Objects))
				if !applied {
					return // the fix is for a human to make
				}
				after := judge(t, every[r.Benchmark()], encode(t, objects))
				for _, f := range resultOf(after, r.ID).Findings {
					for _, e := range f.Evidence {
						// What came from elsewhere than the asset's own object
						// cannot be changed in it.
						if f.Counts() && e.Detail("drift") == nil && e.Detail("container_type") != "ephemeral" {
							t.Errorf("after the fix %s still has %s = %v\n%s", f.Asset, e.Path, e.Actual, encode(t, objects))
						}
					}
				}
				for _, worse := range newlyFailing(before, after) {
					if id, _, _ := strings.Cut(worse, " "); consequences[r.ID] == id {
						continue
					}
					t.Errorf("the fix makes another rule fail: %s\n%s", worse, encode(t, objects))
				}
			})
		}
	}
}

// consequences are rules that judge an asset only once another one's fix is
// made: a pod that leaves the host's network is one that policies can isolate.
// The fix says so.
var consequences = map[string]string{"NSA-10": "NSA-29"}

// TestFixesByHand wants of a fix that no program can make that it says exactly
// where: a file and flag of a host, the object, or the command to type.
func TestFixesByHand(t *testing.T) {
	db := openDB(t)
	for _, r := range allRules(t) {
		if r.Verdict != rule.VerdictFail || r.Query != "" {
			continue
		}
		rules := compile(t, db, r)
		for _, c := range r.Fail {
			for _, f := range judge(t, rules, c.Objects).Rules[0].Findings {
				fix, err := remedy.For(r, f)
				if err != nil {
					t.Fatal(err)
				}
				if f.Counts() && !fix.Changes() && len(fix.Commands) == 0 && !exact(f, strings.Join(fix.Text, "\n")) {
					t.Errorf("%s/%s: the fix of %s says neither file, flag, object nor command:\n%s", r.ID, c.Name, f.Asset, fix)
				}
			}
		}
	}
}

// exact reports whether words name what they are to change.
func exact(f posture.Finding, text string) bool {
	if strings.Contains(text, "/etc/") || strings.Contains(text, "--") || strings.Contains(text, f.Name) {
		return true
	}
	return slices.ContainsFunc(f.Evidence, func(e posture.Evidence) bool {
		return slices.ContainsFunc([]any{e.Path, e.Detail("container"), e.Detail("volume"), e.Detail("variable")}, func(v any) bool {
			return v != nil && v != "" && strings.Contains(text, fmt.Sprint(v))
		})
	})
}

func resultOf(report *posture.Report, id string) posture.RuleResult {
	i := slices.IndexFunc(report.Rules, func(r posture.RuleResult) bool { return r.ID == id })
	return report.Rules[i]
}

// newlyFailing are the rules and assets that fail in after and did not before.
func newlyFailing(before, after *posture.Report) []string {
	failing := func(report *posture.Report) map[string]bool {
		keys := map[string]bool{}
		for _, r := range report.Rules {
			for _, f := range r.Findings {
				if r.Status == posture.Fail && f.Counts() {
					keys[r.ID+" "+f.Asset.String()] = true
				}
			}
			if r.Status == posture.Error {
				keys[r.ID+" "+r.Reason] = true
			}
		}
		return keys
	}
	was := failing(before)
	var worse []string
	for key := range failing(after) {
		if !was[key] {
			worse = append(worse, key)
		}
	}
	slices.Sort(worse)
	return worse
}

func applyFixes(t *testing.T, r *rule.Rule, res posture.RuleResult, objects []map[string]any) ([]map[string]any, bool) {
	t.Helper()
	applied := false
	for _, f := range res.Findings {
		fix, err := remedy.For(r, f)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Counts() || !fix.Changes() {
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
