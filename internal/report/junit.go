package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// JUnit writes the XML that CI systems show test results from: a suite for each
// section, a case for each rule, so that a case is the same one in every run and
// has a history. What could not be assessed is an error, and what no query
// decides is skipped: neither is a pass.
func JUnit(w io.Writer, r *posture.Report, s Style) error {
	teams := owned(r)
	all := junitSuites{Name: "kubectl-kspm " + r.Benchmark, Time: seconds(r)}
	for _, section := range r.Sections {
		suite := junitSuite{Name: section.Name, Time: "0", Timestamp: r.StartedAt.UTC().Format("2006-01-02T15:04:05"), Hostname: r.Source.Name}
		suite.Properties = &junitProperties{[]junitProperty{
			{"source", r.Source.Type + " " + r.Source.Name}, {"coverage", Percent(100 * section.Coverage)}, {"ruleDigest", r.RuleDigest},
		}}
		for _, rule := range r.Rules {
			if rule.Section == section.Name {
				suite.add(junitCaseOf(rule, r.Benchmark, teams, s))
			}
		}
		all.Suites = append(all.Suites, suite)
		all.Tests, all.Failures = all.Tests+suite.Tests, all.Failures+suite.Failures
		all.Errors, all.Skipped = all.Errors+suite.Errors, all.Skipped+suite.Skipped
	}
	if len(r.Problems) > 0 {
		all.Suites = append(all.Suites, junitProblems(r))
		all.Tests, all.Errors = all.Tests+1, all.Errors+1
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(r *posture.Report) string {
	return fmt.Sprintf("%.3f", r.FinishedAt.Sub(r.StartedAt).Seconds())
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Error != nil:
		s.Errors++
	case c.Failure != nil:
		s.Failures++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func junitCaseOf(rule posture.RuleResult, benchmark string, teams bool, s Style) junitCase {
	c := junitCase{Class: benchmark + "." + rule.Section, Name: rule.ID + " " + rule.Title, Time: "0"}
	count := fmt.Sprintf("%d of %d assets", rule.Assets.Failed, rule.Assets.Total) + apart(rule)
	switch {
	case rule.Status == posture.Fail:
		c.Failure = &junitResult{Message: count + " fail", Type: rule.Severity.String(), Text: junitText(rule, teams, s)}
		for _, f := range rule.Findings {
			if f.Counts() && f.File != "" {
				c.File = f.File
				break
			}
		}
	case rule.Incomplete():
		c.Error = &junitResult{Message: rule.WhyIncomplete(), Type: string(posture.NotAssessed)}
	case rule.Status == posture.Review:
		c.Skipped = &junitResult{Message: "for a human to judge: " + count, Text: junitText(rule, teams, s)}
	case rule.Status != posture.Pass:
		c.Skipped = &junitResult{Message: strings.TrimSuffix(statusWord(rule.Status)+": "+rule.Reason, ": ")}
	case rule.Assets.Waived > 0 || rule.Assets.Exempt > 0:
		c.Out = "passes" + apart(rule)
	}
	return c
}

// junitText is the evidence of a rule, its assets with what to change.
func junitText(rule posture.RuleResult, teams bool, s Style) string {
	t := &printer{style: s, teams: teams}
	t.b.WriteString("\n" + strings.TrimSpace(rule.Rule.Why) + "\n")
	for _, f := range rule.Findings {
		if !f.Counts() {
			continue
		}
		t.b.WriteString("\n")
		t.evidence(f)
		t.b.WriteString("\n")
		t.indented(f.Fix)
	}
	if rule.Incomplete() {
		t.b.WriteString("\n" + rule.WhyIncomplete() + "\n")
	}
	return xmlText(t.b.String())
}

// xmlText leaves out what XML has no way to write, which CDATA does not catch.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff || r < ' ' && r != '\n' && r != '\t' {
			return 0xfffd
		}
		return r
	}, s)
}

func junitProblems(r *posture.Report) junitSuite {
	return junitSuite{Name: "What could not be read", Tests: 1, Errors: 1, Time: "0", Timestamp: r.StartedAt.UTC().Format("2006-01-02T15:04:05"), Cases: []junitCase{{
		Class: r.Benchmark, Name: "every document can be read", Time: "0",
		Error: &junitResult{Message: counted(len(r.Problems), "problem"), Type: string(posture.NotAssessed), Text: xmlText(strings.Join(r.Problems, "\n"))},
	}}}
}

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string           `xml:"name,attr"`
	Tests      int              `xml:"tests,attr"`
	Failures   int              `xml:"failures,attr"`
	Errors     int              `xml:"errors,attr"`
	Skipped    int              `xml:"skipped,attr"`
	Time       string           `xml:"time,attr"`
	Timestamp  string           `xml:"timestamp,attr"`
	Hostname   string           `xml:"hostname,attr,omitempty"`
	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
}

type junitProperties struct {
	Properties []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	File    string       `xml:"file,attr,omitempty"`
	Time    string       `xml:"time,attr"`
	Skipped *junitResult `xml:"skipped"`
	Error   *junitResult `xml:"error"`
	Failure *junitResult `xml:"failure"`
	Out     string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}
