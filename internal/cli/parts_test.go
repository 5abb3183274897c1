package cli

import (
	"regexp"
	"strings"
	"testing"
)

// The files of parts stay in their folder and apart, whatever a team is called.
func TestPartNames(t *testing.T) {
	safe := regexp.MustCompile(`^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,100}$`)
	taken := map[string]bool{}
	for _, name := range []string{
		"red", "Red", "RED", "a/b", "a_b", "../../etc/passwd", "..", ".", ".hidden", "", "équipe", "x\ny", strings.Repeat("long", 100), "(cluster)", "a b", "con:1",
	} {
		file := partName(name, taken)
		if !safe.MatchString(file) || taken[strings.ToLower(file)] {
			t.Errorf("%q is %q", name, file)
		}
		taken[strings.ToLower(file)] = true
	}
	if partName("red-team.1", taken) != "red-team.1" {
		t.Error("a plain name is not kept")
	}
}
