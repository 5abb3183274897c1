package watch

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"slices"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// catchUp is how long after a full read what it saw has been told by watches as
// well.
const catchUp = 1500 * time.Millisecond

// sweep is a full read of the cluster: what each rule finds, summed by namespace.
type sweep struct {
	rules  ruleSet
	sums   map[int]map[string]uint64 // by rule and namespace; nil where there was no verdict
	detail map[int]map[posture.Asset]entry
	err    error
	began  time.Time
	took   time.Duration
}

// beginSweep reads the cluster afresh, beside the loop.
func (w *Watcher) beginSweep(ctx context.Context) {
	if w.sweeping {
		return
	}
	w.sweeping = true
	w.startSweep(ctx, &sweep{rules: w.lens.queried})
}

func (w *Watcher) startSweep(ctx context.Context, s *sweep) {
	s.began = time.Now()
	w.kept.touch(&dirty{})
	w.beside.Go(func() {
		s.err = w.sweep(ctx, s)
		s.took = time.Since(s.began)
		if sleep(ctx, catchUp) {
			w.swept <- s
		}
	})
}

// sweep reads and judges. With details it keeps what it finds as it is.
func (w *Watcher) sweep(ctx context.Context, s *sweep) error {
	w.identify(ctx)
	wanted := map[string]int{}
	for i, r := range w.rules.All() {
		if s.rules.has(i) {
			wanted[r.ID] = i
		}
	}
	found, err := assess.Find(ctx, assess.Source{Source: fresh{w}, Info: w.source(), Reason: kube.Reason, Where: where},
		assess.Options{Rules: w.rules.Only(func(r *rule.Rule) bool { _, ok := wanted[r.ID]; return ok }), Waive: w.opts.Waive})
	if err != nil {
		return err
	}
	s.sums = map[int]map[string]uint64{}
	for n := range found {
		f := &found[n]
		if f.Assets == nil {
			continue
		}
		now := w.ledger.entries(f)
		if s.detail != nil {
			s.detail[wanted[f.ID]] = now
		}
		sums := map[string]uint64{}
		for a, e := range now {
			print := uint64(0)
			if e.finding != nil {
				if print, err = w.ledger.archive.print(*e.finding); err != nil {
					return err
				}
			}
			sums[spaceOf(a)] += w.ledger.word(a, e.verdict, e.reason, print)
		}
		s.sums[wanted[f.ID]] = sums
		found[n] = assess.Found{} // to be freed
	}
	return nil
}

// word is a print of what a rule says of an asset.
func (l *ledger) word(a posture.Asset, v verdict, reason string, print uint64) uint64 {
	var h maphash.Hash
	h.SetSeed(l.archive.seed)
	for _, part := range []string{a.Kind, a.Namespace, a.Name, reason} {
		h.WriteString(part)
		h.WriteByte(0)
	}
	h.WriteByte(byte(v))
	for i := range 8 {
		h.WriteByte(byte(print >> (8 * i)))
	}
	return h.Sum64()
}

// sums are those of an account as a sweep makes them.
func (l *ledger) sums(a *account) map[string]uint64 {
	sums := map[string]uint64{}
	for i, v := range a.verdicts {
		if v == unknown {
			continue
		}
		id, print := uint32(i), uint64(0)
		if f := a.findings[id]; f != nil {
			print = f.print
		}
		asset := l.assets.byID[id]
		sums[spaceOf(asset)] += l.word(asset, v, a.reasons[id], print)
	}
	return sums
}

// fresh is the cluster read for a sweep. What is only polled is kept of it.
type fresh struct{ w *Watcher }

// Each implements rows.Source.
func (f fresh) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, emit func(*tables.Object)) error {
	var s *shelf
	for _, other := range f.w.kept.shelves {
		if other.resource == r {
			s = other
		}
	}
	if s == nil || !polled(r) {
		err := f.w.cluster.Each(ctx, r, scope, emit)
		if s != nil && err != nil && ctx.Err() == nil {
			f.w.restart(func(other *tables.Resource) bool { return other == r }) // it will find out as well
		}
		return err
	}
	err := s.list(ctx, rows.Shown(f.w.cluster, emit))
	if err != nil && ctx.Err() == nil && !errors.Is(err, rows.ErrRestart) {
		s.missed(err)
	}
	return err
}

// endSweep compares what a full read found with what is known. Where both
// differ, and nothing has changed meanwhile, the rule is read again, now in
// detail; if they still differ, that is drift.
func (w *Watcher) endSweep(ctx context.Context, s *sweep) error {
	w.sweeping = false
	if s.err != nil {
		w.kept.touch(nil)
		return s.err
	}
	if err := w.settleAll(ctx); err != nil {
		return err
	}
	differ := w.compare(s, w.kept.touch(nil))
	if !differ.empty() && s.detail == nil {
		w.sweeping = true
		again := &sweep{rules: differ, detail: map[int]map[posture.Asset]entry{}}
		w.startSweep(ctx, again)
		return nil
	}
	if !differ.empty() {
		if err := w.heal(ctx, s, differ); err != nil {
			return err
		}
	}
	w.mu.Lock()
	w.stats.LastSweep, w.stats.SweepTook = s.began, s.took
	w.stats.Sweeps++
	w.mu.Unlock()
	w.tell(ctx, true)
	return nil
}

// settleAll looks at all that has changed, also what would wait.
func (w *Watcher) settleAll(ctx context.Context) error {
	if w.running != nil {
		if err := w.finish(ctx, <-w.done); err != nil {
			return err
		}
	}
	if err := w.batch(ctx); err != nil {
		return err
	}
	due := w.pending
	w.pending = nil
	return w.judgeWhole(ctx, w.kept.all(false), due)
}

// compare returns the rules of which a sweep found something else.
func (w *Watcher) compare(s *sweep, touched *dirty) (differ ruleSet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range s.rules.all() {
		a := w.ledger.accounts[i]
		if s.sums[i] == nil || a.broken != "" || touched.whole.has(i) {
			continue // one of both could not look, or all may have changed
		}
		here := w.ledger.sums(a)
		for in := range union(here, s.sums[i]) {
			if here[in] != s.sums[i][in] && !touched.at(i, in) {
				differ.add(i)
			}
		}
	}
	return differ
}

func union(a, b map[string]uint64) map[string]bool {
	both := map[string]bool{}
	for k := range a {
		both[k] = true
	}
	for k := range b {
		both[k] = true
	}
	return both
}

// at reports whether a rule was to be run on a namespace. What it says of the
// cluster may follow from any.
func (d *dirty) at(i int, in string) bool {
	if in != "" {
		return d.spaces[in].has(i)
	}
	for _, rules := range d.spaces {
		if rules.has(i) {
			return true
		}
	}
	return false
}

// heal has what differs counted and told, then read and judged anew; a rule
// that was wrong of a namespace is run on all of the cluster from now on.
func (w *Watcher) heal(ctx context.Context, s *sweep, differ ruleSet) error {
	var resources []*tables.Resource
	w.mu.Lock()
	for i := range differ.all() {
		a := w.ledger.accounts[i]
		n := w.ledger.drift(a, s.detail[i], func(asset posture.Asset, kept, read string) {
			w.opts.Log.Debug("drift", slog.String("rule", a.rule.ID), slog.String("asset", asset.String()), slog.String("kept", kept), slog.String("read", read))
		})
		w.stats.Drift += uint64(n)
		w.opts.Log.Warn("drift: a full read found something else than the watch", slog.String("rule", a.rule.ID), slog.Int("assets", n))
		resources = append(resources, w.lens.reads[i]...)
	}
	w.mu.Unlock()
	w.kept.widen(differ)
	w.restart(func(r *tables.Resource) bool { return slices.Contains(resources, r) })
	w.pending.addAll(differ)
	return w.settleAll(ctx)
}

// drift counts the assets of which a full read said something else.
func (l *ledger) drift(a *account, read map[posture.Asset]entry, tell func(asset posture.Asset, kept, read string)) int {
	n := 0
	differs := func(asset posture.Asset, kept, now string) {
		if kept != now {
			n++
			tell(asset, kept, now)
		}
	}
	for i, v := range a.verdicts {
		asset := l.assets.byID[uint32(i)]
		if _, there := read[asset]; v != unknown && !there {
			differs(asset, l.said(a, uint32(i)), "")
		}
	}
	for asset, e := range read {
		kept := ""
		if id, ok := l.assets.ids[asset]; ok && int(id) < len(a.verdicts) {
			kept = l.said(a, id)
		}
		now := verdictNames[e.verdict] + e.reason
		if e.finding != nil {
			text, err := l.archive.text(*e.finding)
			now += string(text)
			if err != nil {
				now += err.Error()
			}
		}
		differs(asset, kept, now)
	}
	return n
}

var verdictNames = [...]string{"", "judged ", "exempt ", "unassessed ", "elsewhere ", "excluded "}

// said is what a rule says of an asset, in full.
func (l *ledger) said(a *account, id uint32) string {
	text := verdictNames[a.verdicts[id]] + a.reasons[id]
	if f := a.findings[id]; f != nil {
		found, err := l.archive.packer.unpack(f.packed, nil)
		text += string(found)
		if err != nil {
			text += err.Error()
		}
	}
	return text
}
