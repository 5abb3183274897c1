package posture

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func severe(name string, s Severity) Finding {
	return Finding{Asset: pod(name), Severity: s, Evidence: []Evidence{row("x", name)}}
}

func TestFailOn(t *testing.T) {
	waivedOne := severe("w", Critical)
	waivedOne.Waiver = &Waiver{Owner: "jane"}
	r := reportOf(
		failingRule("A-1", Fail, severe("a", High), severe("b", Low), severe("c", Info), waivedOne),
		failingRule("A-2", Review, severe("d", Critical)),
	)
	for name, want := range map[string][]string{
		"critical": nil,
		"high":     {"1 finding of severity high or worse"},
		"Medium":   {"1 finding of severity high or worse"},
		"low":      {"2 findings of severity low or worse"},
		"review":   {"3 findings of severity low or worse, or for review"},
		"none":     nil,
	} {
		g, err := ParseFailOn(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "Medium" {
			want = []string{"1 finding of severity medium or worse"}
		}
		if diff := gocmp.Diff(want, g.Check(r, nil)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, name := range []string{"", "info", "worst"} {
		if _, err := ParseFailOn(name); err == nil || err.Error() != fmt.Sprintf("%q: want critical, high, medium, low, review or none", name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Only what the baseline does not have fails by severity; the share of
// compliant assets is that of the whole.
func TestGates(t *testing.T) {
	judged := []Asset{pod("a"), pod("b"), pod("c")}
	before := failingRule("A-1", Fail, severe("a", High))
	before.Judged = judged
	after := failingRule("A-1", Fail, severe("a", High), severe("b", Medium))
	after.Judged = judged
	old, r := reportOf(before), reportOf(after)
	since := Compare(old, r)
	for _, test := range []struct {
		gate Gate
		want []string
	}{
		{Gate{Severity: High}, nil},
		{Gate{Severity: Medium}, []string{"1 finding of severity medium or worse that the baseline does not have"}},
		{Gate{None: true, MinCompliance: 33}, nil},
		{Gate{None: true, MinCompliance: 33.5}, []string{"33.3% of the assets are compliant, less than 33.5%"}},
	} {
		if diff := gocmp.Diff(test.want, test.gate.Check(r, since)); diff != "" {
			t.Errorf("%v: %s", test.gate, diff)
		}
	}
	if g := (Gate{MinCompliance: 100}); len(g.Check(reportOf(), nil)) != 0 {
		t.Error("nothing was judged, and fails")
	}
}
