package watch

import (
	"fmt"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// result is a rule's result without its findings.
func (l *ledger) result(a *account) posture.RuleResult {
	res := a.rule.Result()
	res.Status, res.Reason = a.status, a.why
	res.Findings = []posture.Finding{}
	res.Unassessed = l.unassessedOf(a)
	if res.Unassessed == nil {
		res.Unassessed = []posture.Unassessed{}
	}
	res.Assets = posture.AssetCount{
		Total: a.counts[judged], Failed: a.failed, Waived: a.waived, Exempt: a.exempt, NotAssessed: a.counts[unassessed],
	}
	return res
}

// open returns a finding as it is told.
func (l *ledger) open(a *account, id uint32, fixes bool) (posture.Finding, error) {
	f, err := l.archive.get(a.findings[id])
	if err != nil {
		return f, fmt.Errorf("%s: %s: %w", a.rule.ID, l.assets.byID[id], err)
	}
	f.Identify(a.rule.ID)
	if fixes {
		err = assess.Render(a.rule, &f)
	}
	return f, err
}

// full is everything that a rule knows.
func (l *ledger) full(a *account, fixes bool) (posture.RuleResult, error) {
	res := l.result(a)
	for id, v := range a.verdicts {
		if v == judged {
			res.Judged = append(res.Judged, l.assets.byID[id])
		}
	}
	slices.SortFunc(res.Judged, posture.Asset.Compare)
	for id := range a.findings {
		f, err := l.open(a, id, fixes)
		if err != nil {
			return res, err
		}
		res.Findings = append(res.Findings, f)
	}
	slices.SortFunc(res.Findings, func(a, b posture.Finding) int { return a.Asset.Compare(b.Asset) })
	return res, nil
}

// delta is what is to be told of the rules: of all with complete, else of those
// that have something new. gone tells whether an asset is there no more.
func (l *ledger) delta(complete, fixes bool, gone func(posture.Asset) bool) (rules []posture.RuleDelta, err error) {
	for _, a := range l.accounts {
		if !complete && !a.whole && len(a.fresh) == 0 {
			continue
		}
		d := posture.RuleDelta{Benchmark: a.rule.Benchmark(), Whole: complete || a.whole}
		if d.Whole {
			d.RuleResult, err = l.full(a, fixes)
			text := a.rule.Describe()
			d.Text = &text
		} else {
			d.RuleResult = l.result(a)
			err = l.news(a, &d, fixes, gone)
		}
		if err != nil {
			return nil, err
		}
		rules = append(rules, d)
	}
	return rules, nil
}

// news is what is new of a rule since it was last told of.
func (l *ledger) news(a *account, d *posture.RuleDelta, fixes bool, gone func(posture.Asset) bool) error {
	for id := range a.fresh {
		f, told := a.findings[id], a.told[id]
		switch {
		case f != nil && f.print != told:
			open, err := l.open(a, id, fixes)
			if err != nil {
				return err
			}
			d.Findings = append(d.Findings, open)
		case f != nil || told == 0 || a.verdicts[id] == unassessed || a.broken.Incomplete():
		default:
			asset := l.assets.byID[id]
			end := posture.Resolution{Fingerprint: posture.Fingerprint(a.rule.ID, asset), Asset: asset, Reason: posture.Fixed}
			if a.verdicts[id] == unknown && gone(asset) {
				end.Reason = posture.Deleted
			}
			d.Resolved = append(d.Resolved, end)
		}
	}
	slices.SortFunc(d.Findings, func(a, b posture.Finding) int { return a.Asset.Compare(b.Asset) })
	slices.SortFunc(d.Resolved, func(a, b posture.Resolution) int { return a.Asset.Compare(b.Asset) })
	return nil
}

// delivered notes that a delta was taken by whom it was for.
func (l *ledger) delivered(complete bool) {
	for _, a := range l.accounts {
		if complete || a.whole {
			for id := range a.told {
				if a.findings[id] == nil && !(a.broken.Incomplete() || a.verdicts[id] == unassessed) {
					l.forget(a, id)
				}
			}
			for id := range a.findings {
				l.tell(a, id)
			}
		}
		for id := range a.fresh {
			switch {
			case a.findings[id] != nil:
				l.tell(a, id)
			case a.verdicts[id] != unassessed && !a.broken.Incomplete():
				l.forget(a, id)
			}
			delete(a.fresh, id)
			l.assets.drop(id)
		}
		a.whole = false
	}
}

func (l *ledger) tell(a *account, id uint32) {
	if _, told := a.told[id]; !told {
		l.assets.known[id]++
	}
	a.told[id] = a.findings[id].print
}

func (l *ledger) forget(a *account, id uint32) {
	if _, told := a.told[id]; told {
		delete(a.told, id)
		l.assets.drop(id)
	}
}

// knownAssets are all that some rule judged, could not judge or found something
// of.
func (l *ledger) knownAssets() []posture.Asset {
	all := map[uint32]bool{}
	for _, a := range l.accounts {
		for id, v := range a.verdicts {
			if v == judged || v == unassessed {
				all[uint32(id)] = true
			}
		}
		for id := range a.findings {
			all[id] = true
		}
	}
	out := make([]posture.Asset, 0, len(all))
	for id := range all {
		out = append(out, l.assets.byID[id])
	}
	slices.SortFunc(out, posture.Asset.Compare)
	return out
}
