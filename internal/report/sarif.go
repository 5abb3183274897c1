package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// SARIF writes the Static Analysis Results Interchange Format 2.1.0 (OASIS), as
// code scanning reads it: a result for each row of evidence. Waived and exempt
// ones are suppressed, and what could not be assessed is a notification of an
// execution that was not successful.
func SARIF(w io.Writer, r *posture.Report, s Style) error {
	run := sarifRun{
		Tool:              sarifTool{Driver: sarifDriver(r, s)},
		AutomationDetails: sarifID{ID: sarifCategory(r)},
		Invocations:       []sarifInvocation{sarifInvoked(r)},
		Taxonomies:        []sarifComponent{sarifSections(r)},
		ColumnKind:        "utf16CodeUnits",
		Results:           []sarifResult{},
		Properties:        map[string]any{"source": r.Source, "coverage": r.Summary.Coverage, "ruleDigest": r.RuleDigest},
	}
	fresh, teams := since(r), owned(r)
	for i, rule := range r.Rules {
		if !rule.Status.Judged() {
			continue
		}
		for _, f := range rule.Findings {
			for _, e := range f.Evidence {
				result := sarifOf(r, i, f, e, s, fresh)
				if teams {
					result.Properties["team"] = teamName(f)
				}
				run.Results = append(run.Results, result)
			}
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// sarifCategory is what code scanning keeps reports apart by.
func sarifCategory(r *posture.Report) string {
	id := path.Join("kspm", orDash(r.Benchmark), r.Source.Type)
	if r.Part != nil {
		id = path.Join(id, r.Part.By, url.PathEscape(r.Part.Name))
	}
	return id + "/"
}

func sarifDriver(r *posture.Report, s Style) sarifComponent {
	driver := sarifComponent{Name: "kubectl-kspm", Version: s.Version, InformationURI: "https://github.com/kubectl-kspm/kubectl-kspm", Rules: []sarifRule{}}
	for _, rule := range r.Rules {
		driver.Rules = append(driver.Rules, sarifRuleOf(rule))
	}
	return driver
}

// sarifLevels and sarifScores are by severity. A score is on the scale of CVSS,
// by which code scanning sorts: above 9 is critical, from 7 high, from 4 medium.
var (
	sarifLevels = []string{"note", "note", "warning", "error", "error"}
	sarifScores = []string{"0.0", "3.0", "5.5", "8.0", "9.5"}
)

func sarifRuleOf(rule posture.RuleResult) sarifRule {
	out := sarifRule{
		ID: rule.ID, Name: rule.Title, ShortDescription: sarifText{Text: rule.Title},
		DefaultConfiguration: map[string]string{"level": sarifLevels[rule.Severity]},
		Properties: map[string]any{
			"tags": []string{"security", "kubernetes"}, "security-severity": sarifScores[rule.Severity], "precision": "very-high",
			"problem.severity": map[string]string{"note": "recommendation", "warning": "warning", "error": "error"}[sarifLevels[rule.Severity]],
		},
		Relationships: []sarifRelationship{{Target: sarifTarget{ID: rule.Section, Component: sarifName{taxonomy}}, Kinds: []string{"superset"}}},
	}
	if why := strings.TrimSpace(rule.Rule.Why); why != "" {
		out.FullDescription = &sarifText{Text: linkless(why)}
		out.Help = &sarifText{Text: linkless(why), Markdown: ruleMarkdown(rule)}
	}
	for _, ref := range rule.Rule.References {
		if u, err := url.Parse(ref); err == nil && u.Scheme == "https" {
			out.HelpURI = ref
			break
		}
	}
	return out
}

// ruleMarkdown is why a rule matters, what to change in the first asset that
// fails it, and the query that proves it, every text of it as plain text.
func ruleMarkdown(rule posture.RuleResult) string {
	var b strings.Builder
	b.WriteString(markdownText(strings.Join(strings.Fields(rule.Rule.Why), " ")) + "\n")
	if i := slices.IndexFunc(rule.Findings, posture.Finding.Counts); i >= 0 && rule.Findings[i].Fix != "" {
		fmt.Fprintf(&b, "\n**What to change**, in %s for one\n\n%s", markdownText(rule.Findings[i].Asset.String()), fenced("", rule.Findings[i].Fix))
	}
	if rule.Rule.SQL != "" {
		fmt.Fprintf(&b, "\n**The query whose rows are the evidence**\n\n%s", fenced("sql", rule.Rule.SQL))
	}
	for _, ref := range rule.Rule.References {
		fmt.Fprintf(&b, "\n* %s", markdownText(ref))
	}
	return b.String()
}

// fenced is a block of code whose fence is longer than any in the text.
func fenced(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimSpace(text) + "\n" + fence + "\n"
}

// taxonomy is the name of the sections of the guide, as a taxonomy.
const taxonomy = "sections"

func sarifSections(r *posture.Report) sarifComponent {
	t := sarifComponent{Name: taxonomy, Taxa: []sarifTaxon{}}
	for _, s := range r.Sections {
		t.Taxa = append(t.Taxa, sarifTaxon{ID: s.Name, Name: s.Name})
	}
	return t
}

func sarifInvoked(r *posture.Report) sarifInvocation {
	inv := sarifInvocation{ExecutionSuccessful: !r.Incomplete(), StartTime: r.StartedAt.UTC().Format(time.RFC3339), EndTime: r.FinishedAt.UTC().Format(time.RFC3339)}
	for i, rule := range r.Rules {
		if rule.Incomplete() {
			inv.Notifications = append(inv.Notifications, sarifNotification{
				Level: "error", Message: sarifText{Text: linkless(rule.ID + " could not be assessed: " + rule.WhyIncomplete())},
				AssociatedRule: &sarifRuleRef{ID: rule.ID, Index: i},
			})
		}
	}
	for _, problem := range r.Problems {
		inv.Notifications = append(inv.Notifications, sarifNotification{Level: "error", Message: sarifText{Text: linkless(problem)}})
	}
	return inv
}

func sarifOf(r *posture.Report, rule int, f posture.Finding, e posture.Evidence, s Style, fresh baseline) sarifResult {
	res := r.Rules[rule]
	out := sarifResult{
		RuleID: res.ID, RuleIndex: rule, Kind: "fail", Level: sarifLevels[f.Severity],
		Message:   sarifText{Text: linkless(sarifMessage(f, e) + inWords(f.Fix))},
		Locations: []sarifLocation{sarifWhere(r.Source, f, e)},
		Prints:    map[string]string{"kspm/v1": e.Fingerprint, "primaryLocationLineHash": e.Fingerprint + ":1"},
		State:     map[string]string{"new": "new", "known": "unchanged"}[fresh.state(f, e)],
		Properties: map[string]any{
			"severity": f.Severity.String(), "asset": f.Asset, "path": e.Path, "actual": e.Actual, "expected": e.Expected,
		},
	}
	if res.Status == posture.Review {
		out.Kind, out.Level = "review", "none"
	}
	switch {
	case f.Waiver != nil:
		out.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: fmt.Sprintf("%s (%s, until %s)", f.Waiver.Reason, f.Waiver.Owner, f.Waiver.Expires)}}
	case f.Exempt != "":
		out.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: "part of the " + f.Exempt}}
	}
	if s.Edit != nil && f.File != "" {
		if edit, ok := s.Edit(res.ID, f); ok {
			out.Fixes = []sarifFix{sarifFixOf(f.File, edit)}
		}
	}
	return out
}

func sarifMessage(f posture.Finding, e posture.Evidence) string {
	text := f.Asset.String() + ": "
	if c := e.Detail("container"); c != nil {
		text += "container " + Value(c) + ", "
	}
	if e.Path != "" {
		text += e.Path + " = "
	}
	text += shorten(Value(e.Actual), 500)
	if e.Expected != nil {
		text += ", expected " + shorten(Value(e.Expected), 500)
	}
	return oneLine(text)
}

// inWords is the part of a fix that is for people: what comes before the YAML.
func inWords(fix string) string {
	words, _, _ := strings.Cut(fix, "\n\n")
	if words == "" {
		return ""
	}
	return ".\n" + words
}

// linkless breaks what SARIF takes for a link within a message: text in
// brackets, then a target in parentheses.
func linkless(s string) string { return strings.ReplaceAll(s, "](", "] (") }

// sarifWhere is the line of a manifest. An object of a cluster has no file, and
// code scanning wants one: its path in the API's terms stands for it.
func sarifWhere(source posture.Source, f posture.Finding, e posture.Evidence) sarifLocation {
	at := sarifPhysical{Artifact: sarifArtifactOf(f.File), Region: &sarifRegion{StartLine: max(e.Line, f.Line, 1)}}
	if f.File == "" {
		at.Artifact = sarifArtifact{URI: escapePath(path.Join(source.Type, f.Kind, f.Namespace, f.Name)), BaseID: "%SRCROOT%"}
	}
	return sarifLocation{Physical: at, Logical: []sarifLogical{{Name: f.Name, FullName: f.Asset.String(), Kind: "resource"}}}
}

func sarifArtifactOf(file string) sarifArtifact {
	slashed := filepath.ToSlash(file)
	if path.IsAbs(slashed) {
		return sarifArtifact{URI: "file://" + escapePath(slashed)}
	}
	return sarifArtifact{URI: escapePath(path.Clean(slashed)), BaseID: "%SRCROOT%"}
}

// escapePath makes a path a URI reference: a:b is ./a:b.
func escapePath(p string) string { return (&url.URL{Path: p}).String() }

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
