package posture

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The reports of teams count what the groups of the whole count, and say
// nothing of others' assets.
func TestSplit(t *testing.T) {
	whole := grouped()
	g, err := GroupBy("team", team)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string][3]int{}
	for _, group := range whole.Groups(g) {
		sums[group.Name] = [3]int{group.Findings, group.Failed, group.Assets}
	}
	got, statuses := map[string][3]int{}, map[string][]Status{}
	for _, part := range whole.Split(g) {
		findings := 0
		for _, rule := range part.Rules {
			statuses[part.Part.Name] = append(statuses[part.Part.Name], rule.Status)
			for _, f := range rule.Findings {
				if name := team(f.Asset); name != part.Part.Name && name != "" {
					t.Errorf("%s is told of %s", part.Part.Name, f.Asset)
				}
				if rule.Status == Fail && f.Counts() {
					findings++
				}
			}
		}
		a := part.Summary.Assets
		got[part.Part.Name] = [3]int{findings, a.Total - a.Compliant, a.Total}
	}
	if diff := cmp.Diff(sums, got); diff != "" {
		t.Errorf("(-groups +parts):\n%s", diff)
	}
	want := map[string][]Status{
		"red":     {Fail, Fail, Review, NotAssessed, NotApplicable, Manual},
		"blue":    {Fail, NotApplicable, NotApplicable, NotAssessed, NotApplicable, Manual},
		"unowned": {NotApplicable, NotApplicable, NotApplicable, NotAssessed, NotAssessed, Manual},
	}
	if diff := cmp.Diff(want, statuses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(whole.Rules[0].Findings) != 4 || whole.Part != nil {
		t.Error("the whole was changed")
	}
}
