package watch

import (
	"fmt"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// history is what somebody knows who was told deltas and nothing else.
type history struct {
	open map[string]map[string]posture.Finding // by rule and fingerprint
	ends map[string]posture.ResolveReason      // by rule and fingerprint, of those that are no more
	last posture.Delta
	wide posture.Delta // the last that was Complete
}

// fold reads deltas as posture.Delta says that they are to be read.
func fold(deltas []posture.Delta) *history {
	h := &history{open: map[string]map[string]posture.Finding{}, ends: map[string]posture.ResolveReason{}}
	for _, d := range deltas {
		for _, r := range d.Rules {
			h.rule(&r)
		}
		if d.Complete {
			h.wide = d
		}
		h.last = d
	}
	return h
}

func (h *history) rule(r *posture.RuleDelta) {
	open := h.open[r.ID]
	if open == nil {
		open = map[string]posture.Finding{}
		h.open[r.ID] = open
	}
	for _, f := range r.Findings {
		open[f.Fingerprint] = f
		delete(h.ends, r.ID+" "+f.Fingerprint)
	}
	for _, end := range r.Resolved {
		delete(open, end.Fingerprint)
		h.ends[r.ID+" "+end.Fingerprint] = end.Reason
	}
	if !r.Whole || r.Status.Incomplete() && len(r.Unassessed) == 0 {
		return
	}
	for print, f := range open {
		among := func(g posture.Finding) bool { return g.Fingerprint == print }
		unread := func(u posture.Unassessed) bool { return u.Asset == f.Asset }
		if !slices.ContainsFunc(r.Findings, among) && !slices.ContainsFunc(r.Unassessed, unread) {
			delete(open, print)
			h.ends[r.ID+" "+print] = posture.Fixed
		}
	}
}

// differs is how what was told differs from a report, of the rules that came to a
// verdict on all of their assets.
func (h *history) differs(r *posture.Report) string {
	want, got := map[string]posture.Finding{}, map[string]posture.Finding{}
	for _, res := range r.Rules {
		if res.Status.Incomplete() {
			continue
		}
		for _, f := range res.Findings {
			want[res.ID+" "+f.Fingerprint] = f
		}
		for print, f := range h.open[res.ID] {
			got[res.ID+" "+print] = f
		}
	}
	opts := gocmp.Options{cmpopts.EquateEmpty(), gocmp.AllowUnexported(posture.Evidence{}, posture.Finding{})}
	if diff := gocmp.Diff(want, got, opts); diff != "" {
		return fmt.Sprintf("findings:\n%s", diff)
	}
	d := r.Delta()
	return gocmp.Diff(d.Summary, h.last.Summary, opts) + gocmp.Diff(d.Sections, h.last.Sections, opts) + gocmp.Diff(d.Benchmarks, h.last.Benchmarks, opts)
}
