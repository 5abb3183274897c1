package node

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// command is a line of a fix that changes a file's mode or owner.
var command = regexp.MustCompile(`(?m)^\s+(chmod|chown) (\S+) (/\S+)$`)

// What a rule about a file says to do on the host is done to the files, and the
// rule passes.
func TestFixesOfFiles(t *testing.T) {
	all, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	if err := rule.Resolve(all); err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	owners := map[string]int64{"root": 0, "etcd": 107}
	for _, w := range ways() {
		if w.text != "" {
			continue // what to write instead is for a human
		}
		t.Run(w.id, func(t *testing.T) {
			r := all[slices.IndexFunc(all, func(r *rule.Rule) bool { return r.ID == "CIS-"+w.id })]
			compiled, err := assess.Compile(t.Context(), db, []*rule.Rule{r})
			if err != nil {
				t.Fatal(err)
			}
			judge := func(tr tree) posture.RuleResult {
				t.Helper()
				text, err := json.Marshal(tr.collect(t))
				if err != nil {
					t.Fatal(err)
				}
				report, err := assess.Judge(t.Context(), compiled, string(text))
				if err != nil {
					t.Fatal(err)
				}
				return report.Rules[0]
			}
			tr := kubeadm()
			w.spoil(tr)
			done := 0
			for _, f := range judge(tr).Findings {
				fix, err := remedy.For(r, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range command.FindAllStringSubmatch(fix.String(), -1) {
					th := tr[m[3]]
					if th == nil {
						t.Fatalf("%s: there is no such file", m[0])
					}
					if m[1] == "chmod" {
						mode, err := strconv.ParseUint(m[2], 8, 32)
						if err != nil {
							t.Fatal(err)
						}
						th.mode = th.mode&fs.ModeDir | fs.FileMode(mode)
					} else {
						user, group, _ := strings.Cut(m[2], ":")
						uid, known := owners[user]
						gid, also := owners[group]
						if !known || !also {
							t.Fatalf("%s: no such owner", m[0])
						}
						th.uid, th.gid = uid, gid
					}
					done++
				}
			}
			if done == 0 {
				t.Fatal("the fix has no command")
			}
			if after := judge(tr); after.Status != posture.Pass {
				t.Errorf("after %d commands: %s %v", done, after.Status, after.Findings)
			}
		})
	}
}
