package report

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// evil are names that would act on a terminal, a page, a spreadsheet, a
// Markdown or SARIF viewer, an XML or YAML reader, if a format let them.
var evil = []string{
	"\x1b[31mred\x1b]0;title\x07\u202etxt.exe\u009b2J",
	`<script>alert(1)</script><img src=x onerror=alert(1)>`,
	`"><svg/onload=alert(1)>'` + "`",
	`</script></style><!-- --> ]]> &lt; &#x41;`,
	`javascript:alert(1)//[click](https://evil.example) ![x](https://evil.example/x.png)`,
	`=HYPERLINK("https://evil.example","x")`, `@SUM(1+1)*cmd|' /C calc'!A0`, "+1", "-1", "\t=1", "\r=1",
	"two\nlines\r\nand\ta tab", "- a: b\n  c: {{.}} {0} $(id) `id` # x | y", "***| a | b |***", "~!@#$%^&*()_+\\",
	"null", "true", "1e3", "0x10", "~", "", " ", "é\u0301日本語\U0001f600", "\xff\xfe bytes", "\ufffe\uffff\u2028\ufeff",
	strings.Repeat("x", 64<<10), strings.Repeat("<&\"'\n`", 11<<10),
}

// hostile has each of them in every place that a cluster or a rule can name.
// They are cleaned, as everything is where rows are made.
func hostile() *posture.Report {
	r := &posture.Report{Benchmark: "nsa", Source: posture.Source{Type: "cluster"}}
	for i, s := range evil {
		long := tables.Clean(s)
		s = long[:min(len(long), 500)] // 64 kB once in each row is enough
		f := posture.Finding{
			Asset: posture.Asset{Kind: s, Namespace: s, Name: long}, Severity: posture.High, Team: s, File: s, Line: i, Fix: s + "\n\n" + s,
			Evidence: []posture.Evidence{
				{Path: s, Actual: long, Expected: s, Details: []posture.Detail{{Name: "container", Value: s}, {Name: "detail", Value: s}}},
				{Path: "spec['" + s + "']", Actual: nil, Expected: int64(i)},
			},
		}
		waived := f
		waived.Name += "2"
		waived.Evidence = slices.Clone(f.Evidence)
		waived.Waiver = &posture.Waiver{Reason: s, Owner: s, Expires: s}
		r.Rules = append(r.Rules, posture.RuleResult{
			ID: "A-" + s, Title: s, Section: s, Severity: posture.High, Status: posture.Fail, Reason: s, Judged: []posture.Asset{f.Asset, waived.Asset},
			Findings: []posture.Finding{f, waived}, Unassessed: []posture.Unassessed{{Asset: posture.Asset{Kind: "Node", Name: s}, Reason: s}},
			Rule: posture.Rule{ID: s, Title: s, Why: s, Fix: s, SQL: s, References: []string{s, "https://example.com/" + s}, Aliases: []string{s}},
		}, posture.RuleResult{ID: "B-" + s, Title: s, Section: s, Status: posture.NotAssessed, Reason: s})
		r.Problems = append(r.Problems, s)
		r.NotAssessed = append(r.NotAssessed, posture.Unread{Resource: s, Reason: s, Grant: s})
		r.Source.Name = s
	}
	r.Finish()
	return r
}

// compared is sample with a baseline in which all is known but one.
func compared() *posture.Report {
	r, before := sample(), sample()
	before.Rules = slices.DeleteFunc(before.Rules, func(rule posture.RuleResult) bool { return rule.ID == "A-8" })
	r.Baseline = posture.Compare(before, r)
	return r
}

// Nothing in any format can steer a terminal, or turn its text around.
func TestHostile(t *testing.T) {
	r := hostile()
	other := sample()
	r.Baseline = posture.Compare(other, r)
	for _, name := range append(Formats(), "jsonpath={.rules[*].findings[*].name}", "go-template={{range .rules}}{{.title}}{{end}}") {
		if strings.HasSuffix(name, "=TEMPLATE") {
			continue
		}
		t.Run(strings.SplitN(name, "=", 2)[0], func(t *testing.T) {
			text := written(t, name, r, Style{Evidence: true, Edit: anEdit})
			if !utf8.Valid(text) {
				t.Error("not UTF-8")
			}
			for i, c := range string(text) {
				if c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && (unicode.Is(unicode.Cc, c) || unicode.Is(unicode.Bidi_Control, c)) {
					t.Fatalf("%U at %d", c, i)
				}
			}
		})
	}
	for name := range diffFormats {
		var b strings.Builder
		if err := diffFormats[name](&b, r.Baseline, Style{}); err != nil {
			t.Error(err)
		}
	}
}

// Where a format is data, every name comes back as it was.
func TestRoundTrips(t *testing.T) {
	r := hostile()
	var want []string
	for _, rule := range r.Rules {
		for _, f := range rule.Findings {
			want = append(want, f.Name)
		}
	}
	fromReport := func(text []byte) (names []string) {
		back := &posture.Report{}
		if err := yaml.Unmarshal(text, back); err != nil {
			t.Fatal(err)
		}
		for _, rule := range back.Rules {
			for _, f := range rule.Findings {
				names = append(names, f.Name)
			}
		}
		return names
	}
	read := map[string]func(text []byte) []string{
		"json": fromReport,
		"yaml": fromReport,
		"ndjson": func(text []byte) (names []string) {
			for line := range strings.Lines(string(text)) {
				var l struct {
					Status  string
					Finding *posture.Finding
				}
				if err := json.Unmarshal([]byte(line), &l); err != nil {
					t.Fatal(err)
				}
				if l.Finding != nil && l.Status == "fail" {
					names = append(names, l.Finding.Name)
				}
			}
			return names
		},
		"csv": func(text []byte) (names []string) {
			rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			name, print, status, seen := slices.Index(rows[0], "name"), slices.Index(rows[0], "fingerprint"), slices.Index(rows[0], "status"), map[string]bool{}
			for _, row := range rows[1:] {
				if row[name] != "" && strings.ContainsRune("=+-@\t\r", rune(row[name][0])) {
					t.Errorf("a spreadsheet takes %.20q for a formula", row[name])
				}
				if row[status] != "fail" || seen[row[print]] {
					continue
				}
				seen[row[print]] = true
				names = append(names, strings.TrimPrefix(row[name], "'"))
			}
			return onlyFirst(names)
		},
		"sarif": func(text []byte) (names []string) {
			var log sarifLog
			if err := json.Unmarshal(text, &log); err != nil {
				t.Fatal(err)
			}
			for _, res := range log.Runs[0].Results {
				if strings.Contains(res.Message.Text, "](") {
					t.Errorf("a link: %.100q", res.Message.Text)
				}
				names = append(names, res.Locations[0].Logical[0].Name)
			}
			return onlyFirst(names)
		},
	}
	for format, names := range read {
		t.Run(format, func(t *testing.T) {
			got := names(written(t, format, r, Style{}))
			if len(got) != len(want) {
				t.Fatalf("%d names, want %d", len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%.60q came back as %.60q", want[i], got[i])
				}
			}
		})
	}
	var all junitSuites
	if err := xml.Unmarshal(written(t, "junit", r, Style{}), &all); err != nil {
		t.Fatal(err)
	}
}

// onlyFirst leaves one of each two: there are two rows of evidence a finding.
func onlyFirst(names []string) (out []string) {
	for i := 0; i < len(names); i += 2 {
		out = append(out, names[i])
	}
	return out
}

// In Markdown every name is text: no raw HTML, no link, no cell too many.
func TestMarkdownIsText(t *testing.T) {
	var text string
	for line := range strings.Lines(string(written(t, "markdown", hostile(), Style{}))) {
		if summary, ok := strings.CutPrefix(line, "<details><summary>"); ok { // HTML, which ends with the line
			if strings.Contains(strings.NewReplacer("<b>", "", "</b>", "", "</summary>\n", "").Replace(summary), "<") {
				t.Errorf("raw HTML: %.200q", line)
			}
			continue
		}
		text += line
	}
	for _, bad := range []string{"<script", "<img", "<svg", "](http"} {
		for rest := text; ; {
			before, after, ok := strings.Cut(rest, bad)
			if !ok {
				break
			}
			if !strings.HasSuffix(before, `\`) {
				t.Errorf("%s is not escaped: …%.80q", bad, before[max(0, len(before)-40):])
			}
			rest = after
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| A") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 5 {
			t.Errorf("cells: %.200q", line)
		}
	}
}
