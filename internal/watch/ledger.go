package watch

import (
	"fmt"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// verdict is what a rule says of an asset.
type verdict uint8

const (
	unknown verdict = iota
	judged
	exempt
	unassessed // it could not look
	elsewhere  // not its to judge
	excluded   // by the configuration
)

// account is what one rule knows of the cluster.
type account struct {
	rule     *rule.Rule
	compiled assess.Compiled
	// broken is set where the rule came to no verdict: reason says why.
	broken   posture.Status
	reason   string
	verdicts []verdict // by asset
	reasons  map[uint32]string
	findings map[uint32]*finding
	counts   [excluded + 1]int // assets by verdict
	failed   int               // findings by what they count as
	waived   int
	exempt   int
	// clusterwide counts the assets outside of namespaces.
	clusterwide int
	status      posture.Status
	why         string
	counted     bool // the sums hold what it says
	// told has the prints of the findings that were told and not taken back.
	told map[uint32]uint64
	// fresh are the assets that may have changed since the rule was last told of;
	// whole that all of it is to be told.
	fresh map[uint32]bool
	whole bool
}

// ledger is the posture of the cluster.
type ledger struct {
	assets   *assets
	archive  *archive
	accounts []*account
	overall  *tally
	// sections and benchmarks sum up their rules.
	sections, benchmarks map[string]*tally
	where                string
	exclude              func(posture.Asset) bool // may be nil
}

func newLedger(rules *assess.Rules, where string, exclude func(posture.Asset) bool) (*ledger, error) {
	archive, err := newArchive()
	if err != nil {
		return nil, err
	}
	l := &ledger{
		assets: newAssets(), archive: archive, overall: &tally{},
		sections: map[string]*tally{}, benchmarks: map[string]*tally{}, where: where, exclude: exclude,
	}
	compiled := map[string]assess.Compiled{}
	for c := range rules.Queries() {
		compiled[c.ID] = c
	}
	for _, r := range rules.All() {
		a := &account{
			rule: r, compiled: compiled[r.ID], reasons: map[uint32]string{}, findings: map[uint32]*finding{},
			told: map[uint32]uint64{}, fresh: map[uint32]bool{}, whole: true,
		}
		l.accounts = append(l.accounts, a)
		if l.sections[r.Section] == nil {
			l.sections[r.Section] = &tally{}
		}
		if l.benchmarks[r.Benchmark()] == nil {
			l.benchmarks[r.Benchmark()] = &tally{}
		}
		if a.compiled.Query == nil {
			res := r.Result()
			a.broken, a.reason = res.Status, res.Reason
		}
		l.settle(a)
	}
	return l, nil
}

// entry is what a rule says of one asset.
type entry struct {
	verdict verdict
	reason  string
	finding *posture.Finding
}

// entries are what a rule found, by asset.
func (l *ledger) entries(found *assess.Found) map[posture.Asset]entry {
	out := make(map[posture.Asset]entry, len(found.Judged))
	for a := range found.Assets.Exempt {
		out[a] = entry{verdict: exempt}
	}
	for a, reason := range found.Assets.Elsewhere {
		out[a] = entry{verdict: elsewhere, reason: reason}
	}
	for _, a := range found.Judged {
		out[a] = entry{verdict: judged}
	}
	for _, u := range found.Unassessed {
		out[u.Asset] = entry{verdict: unassessed, reason: u.Reason}
	}
	for i := range found.Findings {
		f := &found.Findings[i]
		e := out[f.Asset]
		e.finding = f
		out[f.Asset] = e
	}
	if l.exclude != nil {
		for a := range out {
			if l.exclude(a) {
				out[a] = entry{verdict: excluded}
			}
		}
	}
	return out
}

// enter takes in what a rule found in some spaces, or in all of the cluster if
// spaces is nil: what it said of other assets there is forgotten. An error, or
// what could not be read, is about all of the cluster.
func (l *ledger) enter(a *account, found *assess.Found, spaces map[string]bool) error {
	if found.Assets == nil {
		l.fail(a, found.Status, found.Reason)
		return nil
	}
	l.reset(a)
	now := l.entries(found)
	for id := range l.heldIn(a, spaces) {
		if _, still := now[l.assets.byID[id]]; !still {
			l.set(a, id, entry{}, nil)
		}
	}
	for asset, e := range now {
		if spaces != nil && !spaces[spaceOf(asset)] {
			continue
		}
		var f *finding
		if e.finding != nil {
			var err error
			if f, err = l.archive.put(*e.finding); err != nil {
				return fmt.Errorf("%s: %w", a.rule.ID, err)
			}
		}
		id := l.assets.hold(asset)
		l.set(a, id, e, f)
		l.assets.drop(id)
	}
	l.settle(a)
	return nil
}

// reset makes a rule ready to be run part by part, whatever it said before.
func (l *ledger) reset(a *account) {
	if a.broken != "" {
		a.broken, a.reason, a.whole = "", "", true
	}
}

// fail notes that a rule came to no verdict on the cluster.
func (l *ledger) fail(a *account, status posture.Status, reason string) {
	if a.broken == status && a.reason == reason {
		return
	}
	for id := range l.heldIn(a, nil) {
		l.set(a, id, entry{}, nil)
	}
	a.broken, a.reason, a.whole = status, reason, true
	l.settle(a)
}

// heldIn are the assets in some spaces, or in all, that a rule says something of.
func (l *ledger) heldIn(a *account, spaces map[string]bool) map[uint32]bool {
	held := map[uint32]bool{}
	if spaces == nil {
		for id, v := range a.verdicts {
			if v != unknown {
				held[uint32(id)] = true
			}
		}
		return held
	}
	for in := range spaces {
		for id := range l.assets.spaces[in] {
			if int(id) < len(a.verdicts) && a.verdicts[id] != unknown {
				held[id] = true
			}
		}
	}
	return held
}

// set changes what a rule says of an asset.
func (l *ledger) set(a *account, id uint32, e entry, f *finding) {
	for int(id) >= len(a.verdicts) {
		a.verdicts = append(a.verdicts, unknown)
	}
	before, old := a.verdicts[id], a.findings[id]
	if before == e.verdict && a.reasons[id] == e.reason && (old == nil) == (f == nil) && (f == nil || f.print == old.print) {
		return
	}
	l.count(a, id, -1)
	switch {
	case before == unknown:
		l.assets.known[id]++
	case e.verdict == unknown:
		defer l.assets.drop(id)
	}
	a.verdicts[id] = e.verdict
	delete(a.reasons, id)
	delete(a.findings, id)
	if e.reason != "" {
		a.reasons[id] = e.reason
	}
	if f != nil {
		a.findings[id] = f
	}
	l.count(a, id, 1)
	a.note(id, l)
}

// note has an asset looked at when the rule is told of next. It is held until
// then.
func (a *account) note(id uint32, l *ledger) {
	if !a.fresh[id] {
		a.fresh[id] = true
		l.assets.known[id]++
	}
}

// settle works out the rule's status.
func (l *ledger) settle(a *account) {
	switch {
	case a.broken != "":
		a.status, a.why = a.broken, a.reason
	default:
		res := posture.RuleResult{Judged: make([]posture.Asset, min(1, a.counts[judged])), Unassessed: l.unassessedOf(a)}
		for _, f := range a.findings {
			// Conclude looks for one that counts, or else for one that is waived.
			if some := (posture.Finding{Exempt: map[bool]string{true: "system"}[f.exempt], Waiver: map[bool]*posture.Waiver{true: {}}[f.waived]}); f.counts() || len(res.Findings) == 0 || f.waived {
				res.Findings = append(res.Findings[:0], some)
			}
			if f.counts() {
				break
			}
		}
		var reasons []string
		if a.counts[judged] == 0 && a.counts[unassessed] == 0 {
			for id, v := range a.verdicts {
				if v == elsewhere && !slices.Contains(reasons, a.reasons[uint32(id)]) {
					reasons = append(reasons, a.reasons[uint32(id)])
				}
			}
		}
		a.compiled.Conclude(&res, reasons, l.where)
		a.status, a.why = res.Status, res.Reason
	}
	l.recount(a)
}

func (l *ledger) unassessedOf(a *account) []posture.Unassessed {
	if a.counts[unassessed] == 0 {
		return nil
	}
	var all []posture.Unassessed
	for id, v := range a.verdicts {
		if v == unassessed {
			all = append(all, posture.Unassessed{Asset: l.assets.byID[id], Reason: a.reasons[uint32(id)]})
		}
	}
	slices.SortFunc(all, func(a, b posture.Unassessed) int { return a.Asset.Compare(b.Asset) })
	return all
}
