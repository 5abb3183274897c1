package kubebench

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const report = `{"Controls":[{"id":"1","version":"cis-1.11","detected_version":"1.31","text":"Control plane","node_type":"master","tests":[
{"section":"1.1","pass":1,"fail":1,"warn":0,"info":0,"desc":"files","results":[
{"test_number":"1.1.1","test_desc":"manifest","audit":"stat","type":"","remediation":"chmod","test_info":["x"],"status":"PASS","actual_value":"permissions=600","scored":true,"IsMultiple":false,"expected_result":"600"},
{"test_number":"5.2.10","test_desc":"capabilities","status":"FAIL","actual_value":"x","scored":false,"expected_result":"y","reason":"z"},
{"test_number":"5.2.9","status":"WARN"}]}],"total_pass":1}],"Totals":{"total_pass":1}}`

func TestRead(t *testing.T) {
	got, err := Read(strings.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	want := &Report{Benchmark: "cis-1.11", Unknown: []string{"5.2.9"}, Checks: []Check{
		{ID: "1.1.1", Theirs: "1.1.1", Title: "manifest", NodeType: "master", Status: Pass, Actual: "permissions=600", Expected: "600"},
		{ID: "5.2.9", Theirs: "5.2.10", Title: "capabilities", NodeType: "master", Status: Fail, Actual: "x", Expected: "y", Reason: "z"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, text := range map[string]string{
		"bare controls": strings.TrimSuffix(strings.TrimPrefix(report, `{"Controls":[`), `],"Totals":{"total_pass":1}}`),
		"a list":        strings.TrimSuffix(strings.TrimPrefix(report, `{"Controls":`), `,"Totals":{"total_pass":1}}`),
	} {
		got, err := Read(strings.NewReader(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestOurs(t *testing.T) {
	for _, tt := range []struct{ benchmark, theirs, ours string }{
		{"cis-2.0", "5.2.9", "5.2.9"},
		{"cis-1.12", "5.6.1", "5.6.1"},
		{"cis-1.11", "5.2.13", "5.2.12"},
		{"cis-1.11", "5.2.8", "5.2.8"},
		{"cis-1.11", "4.2.15", ""},
		{"cis-1.11", "5.6.1", "5.6.1"},
		{"cis-1.10", "5.7.4", "5.6.4"},
		{"cis-1.10", "5.2.9", ""},
	} {
		id, ok, err := ours(tt.benchmark, tt.theirs)
		if err != nil || ok != (tt.ours != "") || id != tt.ours && ok {
			t.Errorf("%s %s: %q %v %v", tt.benchmark, tt.theirs, id, ok, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"another status", `"PASS"`, `"OK"`, `1.1.1: status "OK"`},
		{"no status", `"status":"WARN"`, `"state":"WARN"`, `5.2.9: status ""`},
		{"no number", `"1.1.1"`, `"1.1.x"`, `test_number "1.1.x"`},
		{"an old benchmark", "cis-1.11", "cis-1.6", "want a report of cis-1.10"},
		{"a managed one", "cis-1.11", "eks-1.8.0", `made by benchmark "eks-1.8.0"`},
		{"no benchmark", `"version":"cis-1.11"`, `"version":""`, "do not say which benchmark"},
		{"text after it", `"Totals":{"total_pass":1}}`, `"Totals":{}} {}`, "more text after"},
		{"a list of numbers", `"tests":[`, `"tests":[3,`, "cannot unmarshal"},
		{"something else", report, `{"kind":"Pod"}`, "neither Controls nor tests"},
		{"no results", report, `{"Controls":[{"version":"cis-2.0","tests":[]}]}`, "no check in it"},
		{"nothing", report, ``, "EOF"},
	} {
		_, err := Read(strings.NewReader(strings.Replace(report, tt.old, tt.new, 1)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(report)
	f.Add(`[{"version":"cis-2.0","tests":[{"results":[{"test_number":"1.1.1","status":"FAIL"}]}]}]`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, c := range r.Checks {
			if !number.MatchString(c.ID) || c.Status == "" {
				t.Errorf("%+v", c)
			}
		}
	})
}
