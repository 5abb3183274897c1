package posture

import (
	"encoding/json"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// Evidence is one object, its columns in the query's order, and comes back as
// it went.
func TestEvidenceJSON(t *testing.T) {
	for text, e := range map[string]Evidence{
		`{"path":"","actual":null,"expected":null}`: {},
		`{"path":"spec.x","actual":"true","expected":0,"zebra":"z","ant":null,"count":9007199254740993,"share":0.5,"text":"a\"b\n"}`: {
			Path: "spec.x", Actual: "true", Expected: int64(0),
			Details: []Detail{{"zebra", "z"}, {"ant", nil}, {"count", int64(9007199254740993)}, {"share", 0.5}, {"text", "a\"b\n"}},
		},
	} {
		got, err := json.Marshal(e)
		if err != nil || string(got) != text {
			t.Errorf("got %s, %v, want %s", got, err, text)
		}
		var back Evidence
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(e, back); diff != "" {
			t.Error(diff)
		}
	}
	for _, text := range []string{`[]`, `"x"`, `{"path": }`} {
		if err := json.Unmarshal([]byte(text), new(Evidence)); err == nil {
			t.Errorf("%s was taken for evidence", text)
		}
	}
}

// A report comes back as it went, findings and all.
func TestReportJSON(t *testing.T) {
	r := &Report{
		Benchmark: "nsa", Source: Source{Type: "cluster", Name: "prod"}, Rules: []RuleResult{{
			ID: "A-1", Severity: High, Status: Fail, Judged: []Asset{pod("a")},
			Findings: []Finding{{
				Asset: pod("a"), Severity: Low, File: "a.yaml", Line: 3, Pods: 2, Fix: "do", Waiver: &Waiver{"why", "who", "2030-01-01"},
				Evidence: []Evidence{{Path: "p", Actual: int64(1), Expected: "2", Details: []Detail{{"x", "y"}}}},
			}},
		}},
		NotAssessed: []Unread{{"pods", "forbidden", "{}"}},
	}
	r.Finish()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	back := &Report{}
	if err := json.Unmarshal(text, back); err != nil {
		t.Fatal(err)
	}
	r.Rules[0].Judged = nil
	if diff := gocmp.Diff(r, back); diff != "" {
		t.Error(diff)
	}
}

func TestAssets(t *testing.T) {
	assets := []Asset{{"Pod", "b", "a"}, {"Service", "a", "a"}, {"Pod", "a", "b"}, {"Pod", "a", "a"}, {"Namespace", "", "z"}}
	slices.SortFunc(assets, Asset.Compare)
	var names []string
	for _, a := range assets {
		names = append(names, a.String())
	}
	if diff := gocmp.Diff([]string{"Namespace/z", "Pod/a/a", "Pod/a/b", "Service/a/a", "Pod/b/a"}, names); diff != "" {
		t.Error(diff)
	}
}
