package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

func policyObjects(t *testing.T, name string, r *posture.Report) []policyObject {
	t.Helper()
	var objects []policyObject
	for _, doc := range strings.Split(string(written(t, name, r, Style{})), "\n---\n") {
		var o policyObject
		if err := yaml.UnmarshalStrict([]byte(strings.TrimPrefix(doc, "---\n")), &o); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	return objects
}

// An object for each namespace with what fails in it, and one of the cluster's
// with what has none.
func TestOpenReports(t *testing.T) {
	for name, kinds := range map[string][2]string{"openreports": {"ClusterReport", "Report"}, "policyreport": {"ClusterPolicyReport", "PolicyReport"}} {
		objects := policyObjects(t, name, sample())
		if len(objects) != 2 || objects[0].Kind != kinds[0] || objects[1].Kind != kinds[1] || objects[1].Metadata.Namespace != "shop" {
			t.Fatalf("%s: %+v", name, objects)
		}
		if diff := gocmp.Diff(policySummary{Pass: 1, Fail: 1, Error: 2}, objects[0].Summary); diff != "" {
			t.Errorf("%s: the cluster: %s", name, diff)
		}
		// Seven assets of A-7, one of them exempt and one waived; A-9 passes in two, A-10 in two of three.
		if diff := gocmp.Diff(policySummary{Pass: 4, Fail: 5, Warn: 1, Skip: 2}, objects[1].Summary); diff != "" {
			t.Errorf("%s: the namespace: %s", name, diff)
		}
	}
}

// No object grows beyond its bounds, none is lost, and passes count once.
func TestOpenReportsSplit(t *testing.T) {
	r := &posture.Report{Benchmark: "nsa"}
	rule := posture.RuleResult{ID: "A-1", Status: posture.Fail}
	for i := range 1201 {
		rule.Findings = append(rule.Findings, failing(fmt.Sprintf("web-%d", i), posture.Evidence{Path: "x", Actual: strings.Repeat("y", 10*(i%70))}))
		rule.Judged = append(rule.Judged, asset(fmt.Sprintf("web-%d", i)), asset(fmt.Sprintf("ok-%d", i)))
	}
	r.Rules = append(r.Rules, rule)
	r.Finish()
	results, passes, seen := 0, 0, map[string]bool{}
	var names []string
	for _, o := range policyObjects(t, "openreports", r) {
		results += o.Summary.Fail
		passes += o.Summary.Pass
		if o.Kind == "Report" {
			names = append(names, o.Metadata.Name)
		}
		for _, res := range o.Results {
			seen[res.Resources[0].Name] = true
		}
		if text, _ := yaml.Marshal(o); len(o.Results) > policyResults || len(text) > 2*policyBytes {
			t.Errorf("%s: %d results, %d bytes", o.Metadata.Name, len(o.Results), len(text))
		}
	}
	if results != 1201 || len(seen) != 1201 || passes != 1201 {
		t.Errorf("%d results of %d assets, %d passes", results, len(seen), passes)
	}
	if len(names) < 3 || names[0] != "kspm-nsa" || names[1] != "kspm-nsa-2" || !slices.IsSorted(names) {
		t.Error(names)
	}
}
