package waiver

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// The annotations by which an object's owner proposes a waiver for it.
const (
	Annotation        = "kspm.io/waive" // ids of rules, separated by commas
	annotationReason  = Annotation + "-reason"
	annotationOwner   = Annotation + "-owner"
	annotationExpires = Annotation + "-expires"
)

// Object is what of an object waivers are about.
type Object struct {
	posture.Asset
	Labels, Annotations map[string]string
	File                string
	Line                int
}

// proposal is a waiver that annotations of an object propose.
type proposal struct {
	Waiver
	asset   posture.Asset
	file    string
	invalid error
}

// Notice takes note of an object as it is read: what it proposes, and its
// labels where a waiver asks for them. It may be called from many goroutines.
func (f *File) Notice(o Object) {
	_, proposes := o.Annotations[Annotation]
	labels := f.asked(o.Labels)
	if !proposes && labels == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if labels != nil {
		f.labels[o.Asset] = labels
	}
	if proposes {
		f.proposals[o.Asset] = newProposal(o)
	}
}

// asked are the labels that some waiver selects by.
func (f *File) asked(labels map[string]string) (asked map[string]string) {
	for _, w := range f.Waivers {
		for key := range w.Selector.Labels {
			if value, ok := labels[key]; ok {
				if asked == nil {
					asked = map[string]string{}
				}
				asked[key] = value
			}
		}
	}
	return asked
}

func newProposal(o Object) *proposal {
	p := &proposal{asset: o.Asset, file: o.File, Waiver: Waiver{
		Selector: Selector{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}, Line: o.Line,
		Reason: o.Annotations[annotationReason], Owner: o.Annotations[annotationOwner], Expires: o.Annotations[annotationExpires],
	}}
	for _, id := range strings.Split(o.Annotations[Annotation], ",") {
		if id = strings.TrimSpace(id); id != "" {
			p.Rules = append(p.Rules, id)
		}
	}
	p.invalid = p.check()
	return p
}

// propose sets the proposal of a finding, or its waiver where annotations are
// trusted.
func (f *File) propose(rule string, finding *posture.Finding, now time.Time) {
	p := f.proposals[finding.Asset]
	if p == nil || !slices.Contains(p.Rules, rule) {
		return
	}
	p.used++
	if p.invalid != nil || p.Expired(now) || finding.Waiver != nil {
		return
	}
	granted := &posture.Waiver{Reason: p.Reason, Owner: p.Owner, Expires: p.Expires}
	if f.TrustAnnotations {
		finding.Waiver = granted
		return
	}
	finding.Proposed = granted
	f.proposed++
}

// Proposed counts the findings with a proposal that is not granted.
func (f *File) Proposed() int { return f.proposed }

// auditProposals lists the proposals: to be granted in a file, or trusted ones
// that need a look.
func (f *File) auditProposals(now time.Time, known []string) []Remark {
	var remarks []Remark
	for _, p := range f.proposals {
		remark := func(problem, detail string) {
			file := p.file
			if file == "" {
				file = p.asset.String()
			}
			remarks = append(remarks, Remark{file, p.Line, problem, strings.Join(p.Rules, ","), p.Owner, p.Expires, detail})
		}
		for _, id := range p.Rules {
			if !slices.Contains(known, id) {
				remark("unknown rule", "no rule is called "+id)
			}
		}
		switch {
		case p.invalid != nil:
			remark("not valid", "annotations of "+p.asset.String()+": "+strings.Replace(p.invalid.Error(), "the waiver lacks ", "want "+Annotation+"-", 1))
		case p.Expired(now):
			remark("expired", "proposed by "+p.asset.String()+": remove the annotations, or renew them")
		case p.used == 0:
			remark("unused", "proposed by "+p.asset.String()+", which fails none of these rules")
		case !f.TrustAnnotations:
			remark("proposed", "by "+p.asset.String()+": "+p.Reason+"; write it into a file of waivers to grant it")
		}
	}
	slices.SortFunc(remarks, func(a, b Remark) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Problem, b.Problem), cmp.Compare(a.Detail, b.Detail))
	})
	return remarks
}
