package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with testdata/NAME.golden.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func asset(name string) posture.Asset {
	return posture.Asset{Kind: "Deployment", Namespace: "shop", Name: name}
}

func failing(name string, rows ...posture.Evidence) posture.Finding {
	return posture.Finding{Asset: asset(name), Severity: posture.High, Evidence: rows}
}

// sample has one of each thing that a table can show.
func sample() *posture.Report {
	privileged := posture.Evidence{
		Path: "spec.template.spec.containers[0].securityContext.privileged", Actual: "true", Expected: "false",
		Details: []posture.Detail{{Name: "container", Value: "app"}, {Name: "drift", Value: nil}, {Name: "note", Value: "two\nlines"}, {Name: "pods", Value: int64(3)}},
	}
	var many []posture.Finding
	var assets []posture.Asset
	for i := range 7 {
		name := fmt.Sprintf("web-%d", i)
		many = append(many, failing(name, privileged, privileged))
		assets = append(assets, asset(name))
	}
	many[0].File, many[0].Line = "shop/web.yaml", 12
	many[1].Pods, many[2].Pods = 1, 14
	many[5].Exempt = "system"
	many[6].Waiver = &posture.Waiver{Owner: "jane"}
	r := &posture.Report{
		Rules: []posture.RuleResult{
			{ID: "A-7", Title: "Privileged containers", Section: "Pods", Severity: posture.High, Status: posture.Fail, Judged: assets, Findings: many},
			{
				ID: "A-8", Title: "No quota", Section: "Namespaces", Severity: posture.Critical, Status: posture.Fail,
				Judged:   []posture.Asset{{Kind: "Namespace", Name: "shop"}, {Kind: "Namespace", Name: "dev"}},
				Findings: []posture.Finding{{Asset: posture.Asset{Kind: "Namespace", Name: "shop"}, Evidence: []posture.Evidence{{Path: "spec.hard.limits.memory", Expected: "a limit"}}}},
			},
			{ID: "A-9", Title: "Passes", Section: "Pods", Severity: posture.Low, Status: posture.Pass, Judged: assets[:2]},
			{
				ID: "A-10", Title: "Looks like a password", Section: "Pods", Severity: posture.Medium, Status: posture.Review, Judged: assets[:3],
				Findings: []posture.Finding{failing("web-1", posture.Evidence{Path: "spec.x", Actual: strings.Repeat("s3cret", 20), Expected: "a Secret"})},
			},
			{ID: "A-11", Title: "Nodes are patched", Section: "Nodes", Severity: posture.Medium, Status: posture.NotAssessed, Reason: "nodes forbidden"},
			{ID: "A-12", Title: "Broken", Section: "Nodes", Severity: posture.Medium, Status: posture.Error, Reason: "no such column: x"},
			{ID: "A-13", Title: "By hand", Section: "Logs", Severity: posture.Info, Status: posture.Manual},
			{ID: "A-14", Title: "Of nothing", Section: "Logs", Severity: posture.Info, Status: posture.NotApplicable},
		},
		NotAssessed: []posture.Unread{{Resource: "nodes", Reason: "forbidden", Grant: "{}"}},
		Problems:    []string{"shop/broken.yaml:3: broken YAML: expected a value here"},
	}
	r.Finish()
	return r
}

func TestTables(t *testing.T) {
	for name, test := range map[string]struct {
		format Format
		style  Style
	}{
		"table":       {Table, Style{}},
		"table-color": {Table, Style{Color: true}},
		"evidence":    {Table, Style{Evidence: true}},
		"wide":        {Wide, Style{}},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := test.format(&b, sample(), test.style); err != nil {
				t.Fatal(err)
			}
			golden(t, name, b.Bytes())
		})
	}
}

// Without colour the text says as much, word for word.
func TestColorAddsNothing(t *testing.T) {
	var plain, colored bytes.Buffer
	for w, color := range map[*bytes.Buffer]bool{&plain: false, &colored: true} {
		if err := Table(w, sample(), Style{Color: color}); err != nil {
			t.Fatal(err)
		}
	}
	var stripped strings.Builder
	for i, part := range strings.Split(colored.String(), "\x1b[") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "m")
		}
		stripped.WriteString(part)
	}
	if diff := gocmp.Diff(plain.String(), stripped.String()); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(plain.String(), "\x1b") || !strings.Contains(colored.String(), "\x1b") {
		t.Error("colour is where it was not asked for, or missing")
	}
}

// A report of which nothing could be judged has no percentage but that of its
// coverage.
func TestNothingJudged(t *testing.T) {
	r := &posture.Report{Rules: []posture.RuleResult{{ID: "A-1", Section: "Pods", Status: posture.NotAssessed, Reason: "pods forbidden"}}}
	r.Finish()
	var b bytes.Buffer
	if err := Table(&b, r, Style{}); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "100%") || strings.Count(text, "%") != 1 || !strings.Contains(text, " 0%\n") {
		t.Error(text)
	}
}

func TestPercent(t *testing.T) {
	for p, want := range map[float64]string{0: "0%", 0.4: "0%", 33.333: "33%", 99.99: "99%", 100: "100%", 56.999: "56%", 56.99999999999999: "57%", 99.9999999999: "100%"} {
		if got := Percent(p); got != want {
			t.Errorf("Percent(%v) = %s, want %s", p, got, want)
		}
	}
}

// A bar is full only for all, and empty only for nothing.
func TestBar(t *testing.T) {
	for share, want := range map[float64]string{0: "░░░░", 0.001: "█░░░", 0.5: "██░░", 0.999: "███░", 1: "████"} {
		if got := bar(share, 4); got != want {
			t.Errorf("bar(%v) = %s, want %s", share, got, want)
		}
	}
}

func TestGrants(t *testing.T) {
	got := Grants([]posture.Unread{
		{Resource: "deployments.apps", Grant: "{}"},
		{Resource: "jobs.batch", Reason: "timeout"},
		{Resource: "nodes", Grant: "{}"},
		{Resource: "pods", Grant: "{}"},
		{Resource: "statefulsets.apps", Grant: "{}"},
		{Resource: "roles.rbac.authorization.k8s.io", Grant: "{}"},
	})
	want := []string{
		`- {apiGroups: [""], resources: ["nodes", "pods"], verbs: ["get", "list"]}`,
		`- {apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: ["get", "list"]}`,
		`- {apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["get", "list"]}`,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := Grants([]posture.Unread{{Resource: "pods", Reason: "timeout"}}); len(got) != 0 {
		t.Errorf("a timeout is cured by %v", got)
	}
}

func TestSummary(t *testing.T) {
	for _, test := range []struct {
		evidence posture.Evidence
		want     string
	}{
		{posture.Evidence{Path: "spec.hostPID", Actual: "true"}, "hostPID = true"},
		{posture.Evidence{Actual: int64(3)}, "3"},
		{posture.Evidence{Path: "spec.containers[0].securityContext.capabilities.drop"}, "capabilities.drop = unset"},
		{posture.Evidence{Path: "resources.limits.memory", Details: []posture.Detail{{Name: "container", Value: "app"}}}, "app: limits.memory = unset"},
		{posture.Evidence{Path: "x", Actual: "a\nb\tc"}, `x = a\nb\tc`},
		{posture.Evidence{Path: "x", Actual: strings.Repeat("ö", 100)}, "x = " + strings.Repeat("ö", 75) + "…"},
	} {
		if got := describe(test.evidence); got != test.want {
			t.Errorf("describe(%+v) = %q, want %q", test.evidence, got, test.want)
		}
	}
	if got := summary(failing("web", posture.Evidence{Path: "x", Actual: "1"}, posture.Evidence{}, posture.Evidence{})); got != "x = 1 (+2)" {
		t.Errorf("summary of three: %q", got)
	}
	if got := summary(failing("web")); got != "" {
		t.Errorf("summary of none: %q", got)
	}
}

func TestFormats(t *testing.T) {
	for _, name := range Formats() {
		format, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := format(&b, sample(), Style{}); err != nil || b.Len() == 0 {
			t.Errorf("%s: %d bytes, %v", name, b.Len(), err)
		}
	}
	if _, err := Named("xml"); err == nil || !strings.Contains(err.Error(), `unknown format "xml": want one of`) {
		t.Error(err)
	}
}

// A terminal's width is kept as far as words allow, and nothing is lost in it
// but bars and columns that say nothing.
func TestWidths(t *testing.T) {
	for _, width := range []int{80, 100, 120} {
		var b bytes.Buffer
		if err := Table(&b, sample(), Style{Width: width}); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("table-%d", width), b.Bytes())
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width && !strings.Contains(line, "s3cret") && !strings.Contains(line, "ClusterRole") {
				t.Errorf("%d columns, not %d: %s", n, width, line)
			}
		}
	}
}
