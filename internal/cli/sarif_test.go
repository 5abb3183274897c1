package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type sarif struct {
	Runs []struct {
		Results []struct {
			RuleID string
			Fixes  []struct {
				ArtifactChanges []struct {
					ArtifactLocation struct{ URI string }
					Replacements     []struct {
						DeletedRegion   struct{ StartLine, StartColumn, EndLine, EndColumn int }
						InsertedContent struct{ Text string }
					}
				}
			}
			PartialFingerprints map[string]string
		}
	}
}

func results(t *testing.T, file string, rules string) sarif {
	t.Helper()
	_, out, stderr := run(t, "", "check", "-f", file, "--rule", rules, "-o", "sarif")
	var log sarif
	if err := json.Unmarshal([]byte(out), &log); err != nil {
		t.Fatal(err, stderr)
	}
	return log
}

// TestSARIFFixes makes the edits that SARIF tells of as an editor would, one at
// a time, and the finding they belong to is gone.
func TestSARIFFixes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "app.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text := "# shop\n---\n" + shop
	write(text)
	const rules = "NSA-01,NSA-02,NSA-07,NSA-13,NSA-16,NSA-17,NSA-19,NSA-21,NSA-27"
	fixed := 0
	for _, res := range results(t, file, rules).Runs[0].Results {
		for _, fix := range res.Fixes {
			r := fix.ArtifactChanges[0].Replacements[0]
			if got := fix.ArtifactChanges[0].ArtifactLocation.URI; got != "file://"+file || r.DeletedRegion.StartColumn != 1 || r.DeletedRegion.EndColumn != 1 {
				t.Fatalf("%s: %+v", got, r)
			}
			lines := strings.SplitAfter(text, "\n")
			lines = slices.Replace(lines, r.DeletedRegion.StartLine-1, r.DeletedRegion.EndLine-1, r.InsertedContent.Text)
			write(strings.Join(lines, ""))
			for _, after := range results(t, file, res.RuleID).Runs[0].Results {
				if after.PartialFingerprints["kspm/v1"] == res.PartialFingerprints["kspm/v1"] {
					t.Errorf("%s is not gone after its fix:\n%s", res.RuleID, strings.Join(lines, ""))
				}
			}
			fixed++
			write(text)
		}
	}
	if fixed < 10 {
		t.Errorf("%d fixes, want 10 or more", fixed)
	}
}
