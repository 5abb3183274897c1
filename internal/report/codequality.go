package report

import (
	"encoding/json"
	"io"
	"path"
	"path/filepath"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// CodeQuality writes the array that GitLab's code quality report is: a finding
// at a line, by fingerprint, so that a merge request shows what it adds. Only
// findings of manifests that count are in it: the others have no file.
func CodeQuality(w io.Writer, r *posture.Report, _ Style) error {
	severities := []string{"info", "minor", "major", "critical", "blocker"}
	type lines struct {
		Begin int `json:"begin"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		CheckName   string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	issues := []issue{}
	for _, rule := range r.Rules {
		for _, f := range rule.Findings {
			if f.File == "" || !f.Counts() || rule.Status != posture.Fail {
				continue
			}
			for _, e := range f.Evidence {
				issues = append(issues, issue{
					Description: rule.Title + ": " + sarifMessage(f, e), CheckName: rule.ID, Fingerprint: e.Fingerprint, Severity: severities[f.Severity],
					Location: location{path.Clean(filepath.ToSlash(f.File)), lines{max(e.Line, f.Line, 1)}},
				})
			}
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(issues)
}
