// Package report writes a posture report: one file per format.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Style says how a format for people is to look.
type Style struct {
	// Color allows ANSI colours.
	Color bool
	// Width is that of the terminal in columns; 0 is as wide as it takes.
	Width int
	// Evidence prints every row of evidence under its asset.
	Evidence bool
	// Locate finds the line of a path within the object that begins at a line
	// of a manifest; may be nil.
	Locate func(file string, line int, path string) int
	// Command is how the tool was called: kubectl kspm, or the binary's name.
	Command string
	// Version is the tool's own.
	Version string
	// APIVersion is that of a kind, where it is known; may be nil.
	APIVersion func(kind string) string
	// Edit finds the lines of a manifest that a finding's fix changes, where it
	// is such a change; may be nil.
	Edit func(rule string, f posture.Finding) (Edit, bool)
}

// Edit replaces whole lines of a file: Lines of them, none for an insertion,
// from Line on.
type Edit struct {
	Line, Lines int
	Text        string
	Description string
}

// Format writes a report.
type Format func(w io.Writer, r *posture.Report, s Style) error

var formats = map[string]Format{
	"table":        Table,
	"wide":         Wide,
	"json":         JSON,
	"yaml":         YAML,
	"ndjson":       NDJSON,
	"csv":          CSV,
	"markdown":     Markdown,
	"html":         HTML,
	"sarif":        SARIF,
	"junit":        JUnit,
	"codequality":  CodeQuality,
	"openreports":  OpenReports,
	"policyreport": PolicyReport,
}

// Formats are the names of all formats, sorted.
func Formats() []string {
	names := []string{"jsonpath=TEMPLATE", "go-template=TEMPLATE"}
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Named returns the format of a name.
func Named(name string) (Format, error) {
	if f, ok := formats[name]; ok {
		return f, nil
	}
	if kind, text, ok := strings.Cut(name, "="); ok && (kind == "jsonpath" || kind == "go-template") {
		return byTemplate(kind, text)
	}
	return nil, fmt.Errorf("unknown format %q: want one of %s", name, strings.Join(Formats(), ", "))
}

// Extension is what the names of a format's files end in.
func Extension(format string) string {
	switch format {
	case "json", "yaml", "ndjson", "csv", "html", "sarif":
		return "." + format
	case "markdown":
		return ".md"
	case "junit":
		return ".xml"
	case "codequality":
		return ".json"
	case "openreports", "policyreport":
		return ".yaml"
	}
	return ".txt"
}

// nameOf is what a report is about: prod, or prod, team red.
func nameOf(r *posture.Report) string {
	if r.Part == nil {
		return r.Source.Name
	}
	return r.Source.Name + ", " + r.Part.String()
}

// JSON writes the report's contract form.
func JSON(w io.Writer, r *posture.Report, _ Style) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// YAML writes the JSON form as YAML.
func YAML(w io.Writer, r *posture.Report, _ Style) error {
	out, err := yaml.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}
