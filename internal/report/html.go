package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

var (
	//go:embed page/report.html
	pageText string
	//go:embed page/report.css
	pageStyle string
	//go:embed page/report.js
	pageScript string

	pageTemplate = template.Must(template.New("report").Parse(pageText))
)

// HTML writes one file that asks nothing of any network: its policy allows the
// style and the script that are in it, by their hashes, and nothing else.
func HTML(w io.Writer, r *posture.Report, s Style) error {
	return pageTemplate.Execute(w, pageOf(r, s))
}

// policy is the Content-Security-Policy of the page.
func policy() string {
	source := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", source(pageStyle), source(pageScript))
}

type htmlPage struct {
	*posture.Report
	Policy              string
	Style               template.CSS
	Script              template.JS
	Name, Facts, Footer string
	Total               htmlSection
	Sections            []htmlSection
	Statuses            []htmlCount
	Severities, Apart   []htmlCount
	Baseline            *htmlBaseline
	Namespaces, Teams   []string
	Missing             []string
	Grants              string
	Rules               []htmlRule
}

// htmlCount is a number with its name.
type htmlCount struct {
	Key, Name string
	Count     int
}

type htmlBaseline struct {
	Text string
	Gone []string
}

func pageOf(r *posture.Report, s Style) htmlPage {
	p := htmlPage{
		Report: r, Policy: policy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript), Name: nameOf(r), Facts: facts(r),
		Footer:   fmt.Sprintf("kubectl-kspm %s · rules %s · read-only, from %s to %s", s.Version, r.RuleDigest, moment(r.StartedAt), moment(r.FinishedAt)),
		Statuses: statusCounts(r), Grants: strings.Join(Grants(r.NotAssessed), "\n"),
	}
	p.Severities, p.Apart = severityCounts(r)
	for _, section := range r.Sections {
		p.Sections = append(p.Sections, htmlSectionOf(section.Name, posture.Summary{Rules: section.Rules, Assets: section.Assets, Coverage: section.Coverage}))
	}
	p.Total = htmlSectionOf("Total", r.Summary)
	p.Total.Last = true
	teams := owned(r)
	p.Rules = htmlRules(r, s)
	for _, rule := range r.Rules {
		if rule.Incomplete() {
			p.Missing = append(p.Missing, fmt.Sprintf("%s %s: %s", rule.ID, rule.Title, rule.WhyIncomplete()))
		}
		for _, f := range rule.Findings {
			p.Namespaces = choice(p.Namespaces, f.Namespace)
			if teams {
				p.Teams = choice(p.Teams, teamName(f))
			}
		}
	}
	p.Missing = append(p.Missing, r.Problems...)
	if c := r.Baseline; c != nil {
		p.Baseline = &htmlBaseline{Text: fmt.Sprintf("%d new, %d gone, %d known. The baseline is of %s.", len(c.New), len(c.Gone), c.Known, moment(c.Before.FinishedAt))}
		for _, gone := range c.Gone {
			p.Baseline.Gone = append(p.Baseline.Gone, strings.TrimRight(fmt.Sprintf("%s %s: %s  %s", gone.Rule, gone.Title, gone.Asset, gone.Reason), " "))
		}
	}
	return p
}

// choice adds a name to sorted ones, once.
func choice(names []string, name string) []string {
	if i, found := slices.BinarySearch(names, name); name != "" && !found {
		return slices.Insert(names, i, name)
	}
	return names
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// facts say what was looked at.
func facts(r *posture.Report) string {
	parts := []string{r.Source.Type}
	for _, part := range []string{r.Source.Version, r.Source.Provider} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if r.Part != nil {
		parts = append(parts, oneLine(r.Part.String()))
	}
	if r.Source.Namespace != "" {
		parts = append(parts, "namespace "+r.Source.Namespace)
	}
	parts = append(parts, counted(r.Source.Objects, "object"), fmt.Sprintf("%s of %s", counted(len(r.Rules), "rule"), orDash(r.Benchmark)), moment(r.FinishedAt))
	return strings.Join(parts, " · ")
}

func statusCounts(r *posture.Report) []htmlCount {
	var counts []htmlCount
	for _, status := range []posture.Status{posture.Fail, posture.Pass, posture.Review, posture.NotAssessed, posture.Error, posture.Manual, posture.NotApplicable} {
		if n := r.Summary.Rules[status]; n > 0 || status != posture.Error {
			counts = append(counts, htmlCount{string(status), Verb(status), n})
		}
	}
	return counts
}

// severityCounts counts the findings that fail, and those counted apart.
func severityCounts(r *posture.Report) (bySeverity, apart []htmlCount) {
	for s := posture.Critical; s >= posture.Info; s-- {
		bySeverity = append(bySeverity, htmlCount{Key: s.String(), Name: s.String()})
	}
	waived, exempt := 0, 0
	for _, rule := range r.Rules {
		waived, exempt = waived+rule.Assets.Waived, exempt+rule.Assets.Exempt
		for _, f := range rule.Findings {
			if f.Counts() && rule.Status == posture.Fail {
				bySeverity[posture.Critical-f.Severity].Count++
			}
		}
	}
	if waived > 0 {
		apart = append(apart, htmlCount{Name: "waived", Count: waived})
	}
	if exempt > 0 {
		apart = append(apart, htmlCount{Name: "of the system, exempt", Count: exempt})
	}
	return bySeverity, apart
}
