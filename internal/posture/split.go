package posture

import (
	"cmp"
	"slices"
)

// Part says of which assets a report is, where it is not of all: those of a
// team, or in a namespace.
type Part struct {
	By   string `json:"by"` // team or namespace
	Name string `json:"name"`
}

// String is "team red".
func (p Part) String() string { return p.By + " " + p.Name }

// Split makes a report for each name of a grouping by asset, ordered by name.
// Each has every rule, with the assets of its own alone; what could not be
// assessed at all is in each, since it may be about any of them.
func (r *Report) Split(g Grouping) []*Report {
	parts := map[string]*Report{}
	part := func(a Asset) *Report {
		name := g.of(nil, a, Info)
		p := parts[name]
		if p == nil {
			whole := *r
			p = &whole
			p.Part = &Part{g.By, name}
			p.Rules = slices.Clone(r.Rules)
			for i := range p.Rules {
				p.Rules[i].Judged, p.Rules[i].Findings, p.Rules[i].Unassessed = nil, nil, nil
			}
			parts[name] = p
		}
		return p
	}
	for i, rule := range r.Rules {
		for _, a := range rule.Judged {
			in := &part(a).Rules[i]
			in.Judged = append(in.Judged, a)
		}
		for _, f := range rule.Findings {
			in := &part(f.Asset).Rules[i]
			in.Findings = append(in.Findings, f)
		}
		for _, u := range rule.Unassessed {
			in := &part(u.Asset).Rules[i]
			in.Unassessed = append(in.Unassessed, u)
		}
	}
	var out []*Report
	for _, p := range parts {
		for i := range p.Rules {
			p.Rules[i].settle(len(r.Rules[i].Unassessed) > 0, *p.Part)
		}
		p.Finish()
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *Report) int { return cmp.Compare(a.Part.Name, b.Part.Name) })
	return out
}

// settle gives a rule, of whose assets a part is left, the status of that part.
func (r *RuleResult) settle(byAsset bool, of Part) {
	if !r.Status.Judged() && !byAsset {
		return
	}
	switch {
	case slices.ContainsFunc(r.Findings, Finding.Counts) && (r.Status == Fail || r.Status == Review):
	case len(r.Unassessed) > 0:
		r.Status, r.Reason = NotAssessed, WhyUnassessed(r.Unassessed)
	case len(r.Judged) == 0:
		r.Status, r.Reason = NotApplicable, "nothing of "+of.String()
	default:
		r.Status, r.Reason = Pass, ""
	}
}
