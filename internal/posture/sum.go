package posture

import (
	"cmp"
	"slices"
	"strings"
)

// sum counts rules and assets. An asset that several rules look at counts
// once, and is compliant when none of them fails it.
func sum(rules []RuleResult) (byStatus map[Status]int, assets AssetSummary, coverage float64) {
	byStatus = map[Status]int{}
	for _, s := range Statuses {
		byStatus[s] = 0
	}
	judged, failed, exempt, unassessed := map[Asset]bool{}, map[Asset]bool{}, map[Asset]bool{}, map[Asset]bool{}
	asked, assessed := 0, 0.0
	for _, rule := range rules {
		byStatus[rule.Status]++
		if rule.Status.Judged() || rule.Status.Incomplete() {
			asked++
			assessed += rule.covered()
		}
		for _, u := range rule.Unassessed {
			unassessed[u.Asset] = true
		}
		if !rule.Status.Judged() && len(rule.Unassessed) == 0 {
			continue
		}
		for _, a := range rule.Judged {
			judged[a] = true
		}
		for _, f := range rule.Findings {
			switch {
			case f.Exempt != "":
				exempt[f.Asset] = true
			case f.Counts() && rule.Status == Fail:
				failed[f.Asset] = true
			}
		}
	}
	for a := range unassessed {
		if failed[a] {
			delete(unassessed, a)
		} else {
			delete(judged, a)
		}
	}
	assets = AssetSummary{Total: len(judged), Compliant: len(judged) - len(failed), Exempt: len(exempt), NotAssessed: len(unassessed)}
	coverage = 1
	if asked > 0 {
		coverage = assessed / float64(asked)
	}
	return byStatus, assets, coverage
}

// covered is the share of the rule's assets that it could judge.
func (r RuleResult) covered() float64 {
	switch {
	case len(r.Unassessed) > 0:
		return float64(len(r.Judged)) / float64(len(r.Judged)+len(r.Unassessed))
	case r.Status.Judged():
		return 1
	}
	return 0
}

// finish orders a rule's findings and counts its assets.
func (r *RuleResult) finish() {
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int { return a.Asset.Compare(b.Asset) })
	if r.Unassessed == nil {
		r.Unassessed = []Unassessed{}
	}
	slices.SortFunc(r.Unassessed, func(a, b Unassessed) int { return a.Asset.Compare(b.Asset) })
	r.Assets = AssetCount{Total: len(r.Judged), NotAssessed: len(r.Unassessed)}
	for i := range r.Findings {
		r.Findings[i].Identify(r.ID)
	}
	for _, f := range r.Findings {
		switch {
		case f.Exempt != "":
			r.Assets.Exempt++
		case f.Waiver != nil:
			r.Assets.Waived++
		case f.Counts():
			r.Assets.Failed++
		}
	}
}

// CompareIDs orders rule ids as people count: NSA-9 before NSA-10, CIS-5.2.2
// before CIS-5.10.1.
func CompareIDs(a, b string) int {
	for a != "" && b != "" {
		na, ra := chunk(a)
		nb, rb := chunk(b)
		if isDigit(na[0]) && isDigit(nb[0]) {
			ta, tb := strings.TrimLeft(na, "0"), strings.TrimLeft(nb, "0")
			if c := cmp.Or(cmp.Compare(len(ta), len(tb)), cmp.Compare(ta, tb)); c != 0 {
				return c
			}
		} else if c := cmp.Compare(na, nb); c != 0 {
			return c
		}
		a, b = ra, rb
	}
	return cmp.Compare(len(a), len(b))
}

// chunk cuts off the leading run of digits or of anything else.
func chunk(s string) (head, rest string) {
	i := 1
	for i < len(s) && isDigit(s[i]) == isDigit(s[0]) {
		i++
	}
	return s[:i], s[i:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
