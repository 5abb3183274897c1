package posture

import (
	"encoding/json"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func pod(name string) Asset { return Asset{"Pod", "shop", name} }

func finding(name string) Finding { return Finding{Asset: pod(name), Severity: High} }

func exempt(name string) Finding { return Finding{Asset: pod(name), Severity: High, Exempt: "system"} }

func waived(name string) Finding {
	return Finding{Asset: pod(name), Severity: High, Waiver: &Waiver{Owner: "jane"}}
}

// An asset that several rules look at counts once, and is compliant when none
// of them fails it; rules without a verdict say nothing of assets.
func TestSums(t *testing.T) {
	r := &Report{Rules: []RuleResult{
		{ID: "A-2", Section: "Pods", Severity: High, Status: Fail, Judged: []Asset{pod("a"), pod("b"), pod("c")}, Findings: []Finding{finding("b"), waived("c"), finding("a"), exempt("sys")}},
		{ID: "A-1", Section: "Pods", Status: Pass, Judged: []Asset{pod("a"), pod("d")}},
		{ID: "A-10", Section: "Network", Status: Review, Judged: []Asset{pod("d")}, Findings: []Finding{finding("d")}},
		{ID: "A-3", Section: "Network", Status: NotAssessed, Judged: []Asset{pod("x")}, Findings: []Finding{finding("x")}},
		{ID: "A-4", Section: "Network", Status: Error},
		{ID: "A-5", Section: "Logs", Status: Manual},
		{ID: "A-6", Section: "Logs", Status: NotApplicable},
	}, NotAssessed: []Unread{{Resource: "pods"}, {Resource: "nodes"}}}
	r.Finish()
	var ids []string
	for _, rule := range r.Rules {
		ids = append(ids, rule.ID)
	}
	if diff := gocmp.Diff([]string{"A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "A-10"}, ids); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff(AssetCount{Total: 3, Failed: 2, Waived: 1, Exempt: 1}, r.Rules[1].Assets); diff != "" {
		t.Error(diff)
	}
	if names := []string{r.Rules[1].Findings[0].Name, r.Rules[1].Findings[3].Name}; !slices.Equal(names, []string{"a", "sys"}) {
		t.Errorf("findings are not in order: %v", names)
	}
	want := Summary{
		Rules:    map[Status]int{Pass: 1, Fail: 1, Review: 1, NotAssessed: 1, Error: 1, Manual: 1, NotApplicable: 1},
		Assets:   AssetSummary{Total: 4, Compliant: 2, Exempt: 1},
		Coverage: 0.6, // of five rules that were asked for and apply, three were judged
	}
	if diff := gocmp.Diff(want, r.Summary); diff != "" {
		t.Error(diff)
	}
	var sections []Section
	for _, s := range r.Sections {
		sections = append(sections, Section{Name: s.Name, Assets: s.Assets, Coverage: s.Coverage})
	}
	if diff := gocmp.Diff([]Section{
		{Name: "Pods", Assets: AssetSummary{Total: 4, Compliant: 2, Exempt: 1}, Coverage: 1},
		{Name: "Network", Assets: AssetSummary{Total: 1, Compliant: 1}, Coverage: 1.0 / 3},
		{Name: "Logs", Coverage: 1},
	}, sections); diff != "" {
		t.Error(diff)
	}
	if r.NotAssessed[0].Resource != "nodes" || !r.Incomplete() {
		t.Errorf("%v", r.NotAssessed)
	}
}

// Absence of data is no compliance: a report of nothing has no percentage.
func TestNothing(t *testing.T) {
	r := &Report{}
	r.Finish()
	if _, ok := r.Summary.Assets.Percent(); ok || r.Incomplete() || len(Gate{}.Check(r, nil)) > 0 {
		t.Errorf("%+v", r.Summary)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"sections", "notAssessed", "problems"} {
		if _, ok := back[list].([]any); !ok {
			t.Errorf("%s is %v and not an empty list", list, back[list])
		}
	}
	if back["apiVersion"] != "kspm.io/v1" || back["kind"] != "Report" {
		t.Errorf("%v %v", back["apiVersion"], back["kind"])
	}
}

func TestPercent(t *testing.T) {
	if p, ok := (AssetSummary{Total: 8, Compliant: 5}).Percent(); !ok || p != 62.5 {
		t.Errorf("%v %v", p, ok)
	}
}

func TestIncomplete(t *testing.T) {
	for status, want := range map[Status]bool{Pass: false, Fail: false, Review: false, Manual: false, NotApplicable: false, NotAssessed: true, Error: true} {
		if got := (&Report{Rules: []RuleResult{{Status: Pass}, {Status: status}}}).Incomplete(); got != want {
			t.Errorf("with a rule that is %s: %v", status, got)
		}
	}
	if !(&Report{Problems: []string{"a.yaml:1: broken"}}).Incomplete() {
		t.Error("a broken manifest leaves the report complete")
	}
}

func TestGateSeverities(t *testing.T) {
	with := func(status Status, f Finding) *Report {
		return &Report{Rules: []RuleResult{{Status: status, Severity: Critical, Findings: []Finding{f}}}}
	}
	for _, test := range []struct {
		name      string
		report    *Report
		threshold Severity
		want      bool
	}{
		{"at the threshold", with(Fail, finding("a")), High, true},
		{"below it, whatever the rule's severity", with(Fail, finding("a")), Critical, false},
		{"above it", with(Fail, finding("a")), Low, true},
		{"waived", with(Fail, waived("a")), Low, false},
		{"exempt", with(Fail, exempt("a")), Low, false},
		{"for a human to judge", with(Review, finding("a")), Low, false},
	} {
		if got := len(Gate{Severity: test.threshold}.Check(test.report, nil)) > 0; got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestFailing(t *testing.T) {
	r := &Report{Rules: []RuleResult{
		{ID: "A-1", Severity: Low, Status: Fail, Assets: AssetCount{Failed: 9}},
		{ID: "A-10", Severity: High, Status: Fail, Assets: AssetCount{Failed: 2}},
		{ID: "A-9", Severity: High, Status: Fail, Assets: AssetCount{Failed: 2}},
		{ID: "A-3", Severity: High, Status: Fail, Assets: AssetCount{Failed: 3}},
		{ID: "A-4", Severity: Critical, Status: Review, Assets: AssetCount{Failed: 3}},
		{ID: "A-5", Severity: Critical, Status: Pass},
	}}
	var ids []string
	for _, rule := range r.Failing() {
		ids = append(ids, rule.ID)
	}
	if diff := gocmp.Diff([]string{"A-3", "A-9", "A-10", "A-1"}, ids); diff != "" {
		t.Error(diff)
	}
}

// What could not be judged is neither compliant nor failing, and lowers the
// coverage; what fails another rule fails.
func TestSumsUnassessed(t *testing.T) {
	silent := func(name string) Unassessed { return Unassessed{Asset: pod(name), Reason: "no answer"} }
	r := &Report{Rules: []RuleResult{
		{ID: "A-1", Status: NotAssessed, Judged: []Asset{pod("a")}, Unassessed: []Unassessed{silent("d"), silent("b"), silent("c")}},
		{ID: "A-2", Status: Fail, Judged: []Asset{pod("a"), pod("b"), pod("c")}, Findings: []Finding{finding("b")}},
	}}
	r.Finish()
	want := AssetSummary{Total: 2, Compliant: 1, NotAssessed: 2}
	if diff := gocmp.Diff(want, r.Summary.Assets); diff != "" {
		t.Error(diff)
	}
	if r.Summary.Coverage != 0.625 {
		t.Errorf("coverage %v: one rule judged one asset of four, the other all", r.Summary.Coverage)
	}
	if diff := gocmp.Diff(AssetCount{Total: 1, NotAssessed: 3}, r.Rules[0].Assets); diff != "" {
		t.Error(diff)
	}
	if r.Rules[0].Unassessed[0].Name != "b" || !r.Rules[0].Incomplete() || r.Rules[1].Incomplete() || !r.Incomplete() {
		t.Errorf("%+v", r.Rules)
	}
}

// A rule that fails and could not judge everything leaves the report
// incomplete.
func TestFailsAndIncomplete(t *testing.T) {
	r := RuleResult{Status: Fail, Findings: []Finding{finding("a")}, Unassessed: []Unassessed{{Asset: pod("b"), Reason: "no answer"}}}
	if !r.Incomplete() || r.WhyIncomplete() != "1 Pod not assessed: no answer (shop/b)" {
		t.Errorf("%v: %s", r.Incomplete(), r.WhyIncomplete())
	}
}

func TestWhyUnassessed(t *testing.T) {
	node := func(name, reason string) Unassessed { return Unassessed{Asset{Kind: "Node", Name: name}, reason} }
	policy := Unassessed{Asset{"NetworkPolicy", "shop", "web"}, "odd"}
	for _, test := range []struct {
		assets []Unassessed
		want   string
	}{
		{nil, ""},
		{[]Unassessed{node("a", "timeout")}, "1 Node not assessed: timeout (a)"},
		{
			[]Unassessed{node("e", "forbidden"), node("d", "timeout"), node("c", "timeout"), node("b", "timeout"), node("a", "timeout")},
			"4 Nodes not assessed: timeout (a, b, c and 1 more); 1 Node not assessed: forbidden (e)",
		},
		{[]Unassessed{node("n-1", "lookup n-1: no such host"), node("n-2", "lookup n-2: no such host")}, "2 Nodes not assessed: lookup NAME: no such host (n-1, n-2)"},
		{[]Unassessed{node("n-1", "lookup n-1: no such host")}, "1 Node not assessed: lookup n-1: no such host (n-1)"},
		{[]Unassessed{node("a", "a has no address"), node("b", "b has no address")}, "2 Nodes not assessed: NAME has no address (a, b)"},
		{[]Unassessed{policy, policy}, "2 NetworkPolicies not assessed: odd (shop/web, shop/web)"},
		{[]Unassessed{{Asset{Kind: "Ingress", Name: "a"}, "x"}, {Asset{Kind: "Ingress", Name: "b"}, "x"}}, "2 Ingresses not assessed: x (a, b)"},
	} {
		if got := WhyUnassessed(test.assets); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
