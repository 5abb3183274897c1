package waiver

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Remark is something to look at in a file of waivers.
type Remark struct {
	File string `json:"file"`
	Line int    `json:"line"`
	// Problem is unknown rule, expired, expires soon, unused, too broad, or of
	// an annotation proposed or not valid.
	Problem string `json:"problem"`
	Rules   string `json:"rules"`
	Owner   string `json:"owner"`
	Expires string `json:"expires"`
	Detail  string `json:"detail"`
}

// soon is when a waiver that still holds is worth a look.
const soon = 14 * 24 * time.Hour

// Audit looks through the waivers after findings have been granted theirs:
// what expired, what matched nothing, what says too little about what it is
// for. known are the ids of all rules.
func (f *File) Audit(now time.Time, known []string) []Remark {
	var remarks []Remark
	for _, w := range f.Waivers {
		add := func(problem, detail string, args ...any) {
			remarks = append(remarks, Remark{f.path, w.Line, problem, strings.Join(w.Rules, ","), w.Owner, w.Expires, fmt.Sprintf(detail, args...)})
		}
		for _, id := range w.Rules {
			if !slices.Contains(known, id) {
				add("unknown rule", "no rule is called %s", id)
			}
		}
		switch {
		case w.Expired(now):
			add("expired", "it has stopped working: renew it with a reason, or remove it")
		case w.expires.Sub(now) < soon:
			add("expires soon", "its findings will count again on %s", w.expires.Format(time.DateOnly))
		}
		if w.used == 0 {
			add("unused", "it matches no finding: the problem is gone, or the selector is wrong")
		}
		if w.Selector.broad() {
			add("too broad", "it covers every object of every namespace that it can: name a namespace or an object")
		}
	}
	return append(remarks, f.auditProposals(now, known)...)
}

// broad selectors name neither a namespace, an object nor a label.
func (s Selector) broad() bool {
	wild := func(p string) bool { return strings.Trim(p, "*") == "" }
	return wild(s.Namespace) && wild(s.Name) && len(s.Labels) == 0
}
