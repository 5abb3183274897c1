package posture

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func row(path string, actual any, details ...Detail) Evidence {
	return Evidence{Path: path, Actual: actual, Details: details}
}

func in(container string) Detail { return Detail{"container", container} }

func failingRule(id string, status Status, findings ...Finding) RuleResult {
	return RuleResult{ID: id, Severity: High, Status: status, Findings: findings}
}

func of(a Asset, rows ...Evidence) Finding { return Finding{Asset: a, Severity: High, Evidence: rows} }

func reportOf(rules ...RuleResult) *Report {
	r := &Report{Rules: rules}
	r.Finish()
	return r
}

// A row keeps its identity through all that does not last, and has another
// than what is elsewhere or of another.
func TestFingerprints(t *testing.T) {
	print := func(rule string, f Finding) string {
		return reportOf(failingRule(rule, Fail, f)).Rules[0].Findings[0].Evidence[0].Fingerprint
	}
	base := of(pod("web"), row("spec.template.spec.containers[0].securityContext.privileged", "true", in("app")))
	want := print("A-1", base)
	moved := base
	moved.File, moved.Line, moved.Pods, moved.Fix, moved.Team = "web.yaml", 12, 3, "do", "shop"
	for name, f := range map[string]Finding{
		"another place among containers":  of(pod("web"), row("spec.template.spec.containers[4].securityContext.privileged", "true", in("app"))),
		"the running pod's":               of(pod("web"), row("spec.containers[1].securityContext.privileged", "true", in("app"), Detail{"drift", "Pod/web-7f9c-x2x1"})),
		"a CronJob's template":            of(pod("web"), row("spec.jobTemplate.spec.template.spec.containers[0].securityContext.privileged", "true", in("app"))),
		"a sidecar now":                   of(pod("web"), row("spec.template.spec.initContainers[0].securityContext.privileged", "true", in("app"))),
		"another value in the same place": of(pod("web"), row("spec.template.spec.containers[0].securityContext.privileged", int64(1), in("app"))),
		"another line, file and team":     moved,
	} {
		if got := print("A-1", f); got != want {
			t.Errorf("%s: another identity", name)
		}
	}
	other := map[string]string{"another rule": print("A-2", base)}
	for name, f := range map[string]Finding{
		"another asset":     of(pod("api"), base.Evidence...),
		"another container": of(pod("web"), row("spec.template.spec.containers[0].securityContext.privileged", "true", in("app2"))),
		"another field":     of(pod("web"), row("spec.template.spec.containers[0].securityContext.runAsUser", "true", in("app"))),
		"the pod's field":   of(pod("web"), row("spec.template.spec.securityContext.privileged", "true")),
	} {
		other[name] = print("A-1", f)
	}
	for name, got := range other {
		if got == want || len(got) != 32 {
			t.Errorf("%s: the same identity, or none: %q", name, got)
		}
	}
}

// Entries of a list are told apart by what they hold; rows alike in all by
// their number.
func TestFingerprintsOfLists(t *testing.T) {
	prints := func(rows ...Evidence) map[string]bool {
		out := map[string]bool{}
		for _, e := range reportOf(failingRule("A-1", Fail, of(pod("web"), rows...))).Rules[0].Findings[0].Evidence {
			out[e.Fingerprint] = true
		}
		if len(out) != len(rows) {
			t.Errorf("%d identities for %d rows", len(out), len(rows))
		}
		return out
	}
	two := prints(row("spec.volumes[0].hostPath", "/a"), row("spec.volumes[1].hostPath", "/b"))
	if diff := gocmp.Diff(two, prints(row("spec.volumes[7].hostPath", "/b"), row("spec.volumes[9].hostPath", "/a"))); diff != "" {
		t.Error(diff)
	}
	prints(row("spec.volumes[0].hostPath", "/a"), row("spec.volumes[1].hostPath", "/a"))
	prints(row("", "x"), row("", "x"))
}

// What came, went, or could not be seen, told by the reason.
func TestCompare(t *testing.T) {
	a, b, c := row("spec.a", "1"), row("spec.b", "1"), row("spec.c", "1")
	waived := of(pod("waived"), a)
	waived.Waiver = &Waiver{Owner: "jane"}
	still := of(pod("waived"), a)
	before := reportOf(
		failingRule("A-1", Fail, of(pod("same"), a), of(pod("more"), a), of(pod("less"), a, b), of(pod("gone"), a), waived, of(pod("soon"), a)),
		failingRule("A-2", Fail, of(pod("hidden"), a)),
		failingRule("A-3", Fail, of(pod("dropped"), a)),
		failingRule("A-4", NotAssessed),
		failingRule("A-6", Review, of(pod("r"), a), of(pod("blind"), a)),
	)
	soon := of(pod("soon"), a)
	soon.Waiver = &Waiver{Owner: "jane"}
	after := reportOf(
		failingRule("A-1", Fail, of(pod("same"), a), of(pod("more"), a, c), of(pod("less"), a), of(pod("fresh"), a), still, soon),
		RuleResult{ID: "A-2", Status: NotAssessed, Reason: "forbidden: pods"},
		failingRule("A-4", Fail, of(pod("seen"), a)),
		failingRule("A-5", Fail, of(pod("rule"), a)),
		RuleResult{ID: "A-6", Status: Pass, Unassessed: []Unassessed{{pod("blind"), "did not answer"}}},
	)
	got := Compare(before, after)
	list := func(changes []Change) (out []string) {
		for _, c := range changes {
			line := c.Rule + " " + c.Name
			for _, e := range c.Evidence {
				line += " " + e.Path
			}
			out = append(out, line+" "+c.Reason)
		}
		return out
	}
	for _, want := range []struct {
		name string
		got  []Change
		want []string
	}{
		{"new", got.New, []string{
			"A-1 fresh spec.a ", "A-1 more spec.c the asset failed before, not so", "A-1 waived spec.a was waived before",
			"A-4 seen spec.a was not assessed before", "A-5 rule spec.a the earlier report does not have the rule",
		}},
		{"gone", got.Gone, []string{"A-1 gone spec.a ", "A-1 less spec.b the asset still fails otherwise", "A-1 soon spec.a waived", "A-6 r spec.a "}},
		{"unknown", got.Unknown, []string{"A-2 hidden spec.a forbidden: pods", "A-3 dropped spec.a the later report does not have the rule", "A-6 blind spec.a did not answer"}},
	} {
		if diff := gocmp.Diff(want.want, list(want.got)); diff != "" {
			t.Errorf("%s: %s", want.name, diff)
		}
	}
	if got.Known != 2 {
		t.Errorf("%d known, want same and less", got.Known)
	}
	var rules []string
	for _, r := range got.Rules {
		rules = append(rules, fmt.Sprintf("%s %s>%s", r.ID, r.Before, r.After))
	}
	if diff := gocmp.Diff([]string{"A-2 fail>not_assessed", "A-3 fail>", "A-4 not_assessed>fail", "A-5 >fail", "A-6 review>pass"}, rules); diff != "" {
		t.Error(diff)
	}
	if same := Compare(before, before); len(same.New)+len(same.Gone)+len(same.Unknown)+len(same.Rules) != 0 {
		t.Errorf("a report differs from itself: %+v", same)
	}
}

// What a report of one namespace does not show may still be there.
func TestCompareNarrower(t *testing.T) {
	whole := reportOf(failingRule("A-1", Fail, of(pod("a"), row("x", "1")), of(Asset{"Pod", "dev", "b"}, row("x", "1")), of(Asset{"Namespace", "", "shop"}, row("x", "1"))))
	narrow := reportOf(failingRule("A-1", Pass))
	narrow.Source.Namespace = "shop"
	if c := Compare(whole, narrow); len(c.Gone) != 2 || len(c.Unknown) != 1 || c.Unknown[0].Namespace != "dev" || c.Unknown[0].Reason != "the later report is of namespace shop alone" {
		t.Errorf("%+v", c)
	}
	if c := Compare(narrow, whole); len(c.New) != 3 || c.New[0].Reason != "" || c.New[1].Reason != "the earlier report is of namespace shop alone" {
		t.Errorf("%+v", c.New)
	}
}
