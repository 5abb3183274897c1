package history

import (
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// What becomes of a finding, by what happened to it since. First marks the first
// run of a cluster, and a question mark what does not count.
func TestFold(t *testing.T) {
	for events, want := range map[string]posture.What{
		"opened":                   posture.IsNew,
		"opened?":                  "",
		"opened changed":           posture.IsNew,
		"opened? unwaived":         posture.IsNew,
		"opened resolved":          posture.IsBrief,
		"opened? resolved?":        "",
		"opened resolved reopened": posture.IsNew,
		"opened waived?":           posture.IsWaived,
		"reopened":                 posture.IsBack,
		"reopened resolved":        posture.IsBrief,
		"resolved reopened":        "",
		"resolved":                 posture.IsResolved,
		"resolved?":                "",
		"changed":                  posture.IsChanged,
		"changed?":                 "",
		"changed resolved":         posture.IsResolved,
		"waived?":                  posture.IsWaived,
		"waived? resolved?":        posture.IsResolved,
		"waived? unwaived":         "",
		"unwaived":                 posture.IsUnwaived,
		"unwaived resolved":        posture.IsBrief,
		"first":                    "",
		"first?":                   "",
		"first resolved":           posture.IsResolved,
		"first changed":            posture.IsChanged,
		"first waived?":            posture.IsWaived,
		"first? unwaived":          posture.IsUnwaived,
	} {
		var happened []store.Event
		for i, word := range strings.Fields(events) {
			e := store.Event{Seq: int64(i + 1), Cluster: "u", Rule: "NSA-1", Fingerprint: "f"}
			word, e.Quiet = strings.CutSuffix(word, "?")
			if e.Type = store.EventType(word); word == "first" {
				e.Type, e.First = store.Opened, true
			}
			happened = append(happened, e)
		}
		got := posture.What("")
		if all := fold(happened); len(all) == 1 {
			got = all[0].What
		}
		if got != want {
			t.Errorf("%s: %q, want %q", events, got, want)
		}
	}
}
