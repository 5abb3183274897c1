package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

func failures(t *testing.T, r *posture.Report) []Object {
	t.Helper()
	objects, err := Failures(r, Style{})
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// What fails is listed; what passes, is waived or is to be judged by a human is
// counted; what nobody knows is said.
func TestFailures(t *testing.T) {
	objects := failures(t, sample())
	if len(objects) != 2 || objects[0].Kind != "ClusterReport" || objects[0].Namespace != "" || objects[1].Kind != "Report" || objects[1].Namespace != "shop" {
		t.Fatalf("%+v", objects)
	}
	for _, o := range objects {
		for _, res := range o.body.Results {
			if res.Result != "fail" && (res.Result != "error" || o.Namespace != "") {
				t.Errorf("%s: %s is listed", o.Name, res.Result)
			}
		}
		if o.body.Metadata.Annotations[FailuresDigest] != o.Digest || o.body.Metadata.Labels[FailuresLabel] != "serve" {
			t.Errorf("%+v", o.body.Metadata)
		}
	}
	// What is found of severity info is no failure.
	if diff := gocmp.Diff(policySummary{Pass: 1, Warn: 1, Error: 2}, objects[0].body.Summary); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff(policySummary{Pass: 4, Fail: 5, Warn: 1, Skip: 2}, objects[1].body.Summary); diff != "" {
		t.Error(diff)
	}
	later := sample()
	later.FinishedAt = later.FinishedAt.Add(time.Hour)
	if failures(t, later)[1].Digest != objects[1].Digest {
		t.Error("the digest depends on the time")
	}
	if failures(t, &posture.Report{Benchmark: "nsa"})[0].Digest == objects[0].Digest {
		t.Error("the digest does not depend on the results")
	}
}

// One object is all that a namespace has: the worst is listed, all is counted.
func TestFailuresBounded(t *testing.T) {
	for name, size := range map[string]int{"many": 1, "long": 3000} {
		r := &posture.Report{Benchmark: "nsa"}
		for _, severity := range []posture.Severity{posture.Low, posture.Critical} {
			rule := posture.RuleResult{ID: "A-" + severity.String(), Status: posture.Fail, Severity: severity}
			for i := range 1000 {
				f := failing(fmt.Sprintf("web-%d", i), posture.Evidence{Path: "x", Actual: strings.Repeat("y", size)})
				f.Severity = severity
				rule.Findings = append(rule.Findings, f)
			}
			r.Rules = append(r.Rules, rule)
		}
		r.Finish()
		objects := failures(t, r)
		if len(objects) != 2 {
			t.Fatalf("%s: %d objects", name, len(objects))
		}
		o := objects[1]
		text, err := o.JSON("12345")
		if err != nil {
			t.Fatal(err)
		}
		listed := len(o.body.Results)
		if len(text) > policyBytes || listed > policyResults || listed < 100 {
			t.Errorf("%s: %d bytes, %d results", name, len(text), listed)
		}
		if o.body.Summary.Fail != 2000 || o.body.Metadata.Annotations[failuresMore] != fmt.Sprint(2000-listed) {
			t.Errorf("%s: %+v %+v", name, o.body.Summary, o.body.Metadata)
		}
		for _, res := range o.body.Results {
			if res.Severity != "critical" {
				t.Fatalf("%s: lists what is %s, and not all that is critical", name, res.Severity)
			}
		}
		var there struct {
			Metadata struct{ ResourceVersion string }
		}
		if err := json.Unmarshal(text, &there); err != nil || there.Metadata.ResourceVersion != "12345" {
			t.Errorf("%s: %v %+v", name, err, there)
		}
	}
}
