package watch

import (
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// what a rule's word on an asset adds to a tally.
const (
	tallyJudged = iota
	tallyFailed
	tallyExempt
	tallyUnassessed
	tallyExcluded
	tallied
)

// tally sums assets over rules as posture.Report does, one change at a time.
type tally struct {
	byAsset [][tallied]uint16
	sum     posture.AssetSummary // Compliant counts those that fail, until summary
	exclude int
}

func (t *tally) add(id uint32, what, n int) {
	for int(id) >= len(t.byAsset) {
		t.byAsset = append(t.byAsset, [tallied]uint16{})
	}
	c := &t.byAsset[id]
	t.class(c, -1)
	c[what] = uint16(int(c[what]) + n)
	t.class(c, 1)
}

// class adds an asset to the sums it belongs to, or takes it away. One that some
// rule could not judge is not compliant, unless it fails anyway.
func (t *tally) class(c *[tallied]uint16, n int) {
	if c[tallyUnassessed] > 0 && c[tallyFailed] == 0 {
		t.sum.NotAssessed += n
	} else if c[tallyJudged] > 0 {
		t.sum.Total += n
	}
	if c[tallyFailed] > 0 {
		t.sum.Compliant += n
	}
	if c[tallyExempt] > 0 {
		t.sum.Exempt += n
	}
	if c[tallyExcluded] > 0 {
		t.exclude += n
	}
}

func (t *tally) summary() posture.AssetSummary {
	s := t.sum
	s.Compliant = s.Total - t.sum.Compliant
	return s
}

// count adds what a rule says of an asset to the sums, or takes it away.
func (l *ledger) count(a *account, id uint32, n int) {
	v, f := a.verdicts[id], a.findings[id]
	if v == unknown {
		return
	}
	a.counts[v] += n
	if spaceOf(l.assets.byID[id]) == "" {
		a.clusterwide += n
	}
	switch v {
	case judged:
		l.add(a, id, tallyJudged, n)
	case unassessed:
		l.add(a, id, tallyUnassessed, n)
	case excluded:
		l.add(a, id, tallyExcluded, n)
	}
	switch {
	case f == nil:
	case f.exempt:
		a.exempt += n
		if a.counted {
			l.add(a, id, tallyExempt, n)
		}
	case f.waived:
		a.waived += n
	default:
		a.failed += n
		if a.rule.Verdict == rule.VerdictFail {
			l.add(a, id, tallyFailed, n)
		}
	}
}

func (l *ledger) add(a *account, id uint32, what, n int) {
	l.overall.add(id, what, n)
	l.sections[a.rule.Section].add(id, what, n)
	l.benchmarks[a.rule.Benchmark()].add(id, what, n)
}

// recount follows a rule's status: exempt assets are in the sums while it judges
// others.
func (l *ledger) recount(a *account) {
	counted := a.status.Judged() || a.counts[unassessed] > 0
	if counted == a.counted {
		return
	}
	a.counted = counted
	n := 1
	if !counted {
		n = -1
	}
	for id, f := range a.findings {
		if f.exempt {
			l.add(a, id, tallyExempt, n)
		}
	}
}

// summary is that of the cluster.
func (l *ledger) summary() posture.Summary {
	whole := posture.Summary{Assets: l.overall.summary(), Excluded: l.overall.exclude}
	whole.Rules, whole.Coverage = covered(l.accounts)
	return whole
}

// bySection sums up the rules of each section, in the order of the rules.
func (l *ledger) bySection() []posture.Section {
	return l.by(l.sections, func(a *account) string { return a.rule.Section })
}

// byBenchmark sums up the rules of each benchmark, sorted.
func (l *ledger) byBenchmark() []posture.Section {
	all := l.by(l.benchmarks, func(a *account) string { return a.rule.Benchmark() })
	slices.SortFunc(all, func(a, b posture.Section) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (l *ledger) by(tallies map[string]*tally, name func(*account) string) []posture.Section {
	sections := []posture.Section{}
	rules := map[string][]*account{}
	for _, a := range l.accounts {
		if rules[name(a)] == nil {
			sections = append(sections, posture.Section{Name: name(a), Assets: tallies[name(a)].summary()})
		}
		rules[name(a)] = append(rules[name(a)], a)
	}
	for i := range sections {
		sections[i].Rules, sections[i].Coverage = covered(rules[sections[i].Name])
	}
	return sections
}

// covered counts rules by status, and the share of what was asked for that could
// be judged.
func covered(accounts []*account) (byStatus map[posture.Status]int, coverage float64) {
	byStatus = map[posture.Status]int{}
	for _, s := range posture.Statuses {
		byStatus[s] = 0
	}
	asked, assessed := 0, 0.0
	for _, a := range accounts {
		byStatus[a.status]++
		if a.status.Judged() || a.status.Incomplete() {
			asked++
			assessed += a.covered()
		}
	}
	if asked == 0 {
		return byStatus, 1
	}
	return byStatus, assessed / float64(asked)
}

func (a *account) covered() float64 {
	switch {
	case a.counts[unassessed] > 0:
		return float64(a.counts[judged]) / float64(a.counts[judged]+a.counts[unassessed])
	case a.status.Judged():
		return 1
	}
	return 0
}
