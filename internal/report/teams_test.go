package report

import (
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// teamed is the sample, with a team for two of the assets.
func teamed() *posture.Report {
	r := sample()
	r.Rules[0].Findings[0].Team, r.Rules[0].Findings[1].Team = "red", "red"
	return r
}

// Every format names teams as soon as a finding has one, and then says of the
// others that nobody owns them; where none has one, none is spoken of.
func TestTeams(t *testing.T) {
	for format, want := range map[string]string{
		"wide": "unowned", "csv": ",red,", "json": `"team": "red"`, "yaml": "team: red", "ndjson": `"team":"red"`,
		"markdown": "| unowned |", "sarif": `"team": "unowned"`, "junit": "team unowned", "html": `data-team="unowned"`, "openreports": "team: red",
	} {
		if text := string(written(t, format, teamed(), Style{})); !strings.Contains(text, want) {
			t.Errorf("%s does not have %q", format, want)
		}
		plain := strings.ToLower(string(written(t, format, sample(), Style{})))
		for _, bad := range []string{"unowned", "red,", ">team<", `"team"`, "| team"} {
			if strings.Contains(plain, bad) {
				t.Errorf("%s speaks of teams where there are none: %q", format, bad)
			}
		}
	}
}
