package waiver

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const file = `apiVersion: kspm.io/v1
kind: Waivers
waivers:
- rules: [NSA-07]
  selector: {namespace: platform, kind: Deployment, name: 'ci-*'}
  reason: builds images
  owner: platform@example.com
  expires: 2027-01-31
- rules: [NSA-08, NSA-99]
  selector: {kind: DaemonSet}
  reason: node metrics
  owner: sre@example.com
  expires: 2026-01-01
`

func day(s string) time.Time {
	t, err := time.Parse(time.DateTime, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestGrant(t *testing.T) {
	ci := posture.Asset{Kind: "Deployment", Namespace: "platform", Name: "ci-runner"}
	for _, test := range []struct {
		name  string
		rule  string
		asset posture.Asset
		now   string
		want  bool
	}{
		{"the asset it is for", "NSA-07", ci, "2026-06-01 00:00:00", true},
		{"on its last day", "NSA-07", ci, "2027-01-31 23:59:59", true},
		{"the day after", "NSA-07", ci, "2027-02-01 00:00:00", false},
		{"another rule", "NSA-08", ci, "2026-06-01 00:00:00", false},
		{"another namespace", "NSA-07", posture.Asset{Kind: "Deployment", Namespace: "shop", Name: "ci-runner"}, "2026-06-01 00:00:00", false},
		{"another name", "NSA-07", posture.Asset{Kind: "Deployment", Namespace: "platform", Name: "web"}, "2026-06-01 00:00:00", false},
		{"expired", "NSA-08", posture.Asset{Kind: "DaemonSet", Namespace: "x", Name: "y"}, "2026-06-01 00:00:00", false},
	} {
		f, err := Parse("w.yaml", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		finding := posture.Finding{Asset: test.asset}
		f.Grant("prod", test.rule, &finding, day(test.now))
		if got := finding.Waiver != nil; got != test.want {
			t.Errorf("%s: granted %v, want %v", test.name, got, test.want)
		}
	}
}

func TestAudit(t *testing.T) {
	f, err := Parse("w.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range f.Audit(day("2027-01-20 00:00:00"), []string{"NSA-07", "NSA-08"}) {
		got = append(got, r.Problem)
	}
	want := []string{"expires soon", "unused", "unknown rule", "expired", "unused", "too broad"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMistakes(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"owner: platform@example.com", "", "w.yaml:4: the waiver lacks owner"},
		{"expires: 2027-01-31", "expires: soon", "w.yaml:4: expires \"soon\": want a day such as 2027-01-31"},
		{"namespace: platform", "namespaces: platform", "w.yaml:5: field namespaces not found in a selector"},
		{"kind: Waivers", "kind: Waiver", "w.yaml:1: want apiVersion"},
		{"name: 'ci-*'", "name: '[ci'", "is not a pattern"},
		{"selector: {kind: DaemonSet}", "selector: {}", "w.yaml:9: the waiver lacks selector"},
	} {
		_, err := Parse("w.yaml", []byte(strings.Replace(file, test.from, test.to, 1)))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.to, err, test.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(file))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = Parse("w.yaml", data) })
}
