package watch

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// atOnce is how many objects are judged at once, about: their rows are in memory
// together.
const atOnce = 4000

// find runs rules on a view.
func (w *Watcher) find(ctx context.Context, v *view, rules ruleSet) ([]int, []assess.Found, error) {
	var places []int
	wanted := map[string]bool{}
	for i, r := range w.rules.All() {
		if rules.has(i) {
			places = append(places, i)
			wanted[r.ID] = true
		}
	}
	only := w.rules.Only(func(r *rule.Rule) bool { return wanted[r.ID] })
	found, err := assess.Find(ctx, assess.Source{Source: v, Info: w.source(), Reason: kube.Reason, Where: where}, assess.Options{Rules: only, Waive: w.opts.Waive})
	return places, found, err
}

// batch looks at what has changed.
func (w *Watcher) batch(ctx context.Context) error {
	d, v := w.kept.take()
	w.pending.addAll(d.whole)
	if !d.turned.empty() {
		w.pending.remove(d.turned)
		if err := w.judgeAll(ctx, d.turned); err != nil {
			return err
		}
	}
	if err := w.judgeSpaces(ctx, v, d.spaces); err != nil {
		return err
	}
	w.tell(ctx, false)
	w.kept.bury(v)
	w.noteLag(d.since)
	return nil
}

// judgeSpaces runs rules on namespaces of a view.
func (w *Watcher) judgeSpaces(ctx context.Context, v *view, dirty map[string]ruleSet) error {
	sizes := v.sizes()
	spaces := slices.Sorted(maps.Keys(dirty))
	for len(spaces) > 0 {
		chunk, rules, n := map[string]bool{}, ruleSet{}, 0
		for len(spaces) > 0 && (n == 0 || n+sizes[spaces[0]] <= atOnce) {
			chunk[spaces[0]] = true
			rules.addAll(dirty[spaces[0]])
			n += sizes[spaces[0]] + 1
			spaces = spaces[1:]
		}
		if err := w.judgePart(ctx, v, chunk, rules); err != nil {
			return err
		}
	}
	return nil
}

// judgePart runs rules on some namespaces. Those that say something of the
// cluster as well are noted to be run on all of it, as are those that failed.
func (w *Watcher) judgePart(ctx context.Context, v *view, spaces map[string]bool, rules ruleSet) error {
	w.mu.Lock()
	part := ruleSet{}
	for i := range rules.all() {
		if a := w.ledger.accounts[i]; a.broken != "" || !w.lens.local.has(i) {
			w.pending.add(i)
		} else {
			part.add(i)
		}
	}
	w.mu.Unlock()
	if part.empty() {
		return nil
	}
	places, found, err := w.find(ctx, v.part(spaces, part), part)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stats.InSpaces += uint64(len(places))
	for n, i := range places {
		a := w.ledger.accounts[i]
		if found[n].Status == posture.Error {
			w.pending.add(i)
			continue
		}
		if err := w.ledger.enter(a, &found[n], spaces); err != nil {
			return err
		}
		if a.clusterwide > 0 || found[n].Assets != nil && beyond(&found[n]) {
			w.pending.add(i)
		}
	}
	if w.running != nil { // it began before: what it finds of these is older
		w.running.overtaken(spaces, part)
	}
	return nil
}

// beyond reports whether a rule knows assets outside of namespaces.
func beyond(found *assess.Found) bool {
	outside := func(a posture.Asset) bool { return spaceOf(a) == "" }
	for _, some := range []map[posture.Asset]string{found.Assets.Exempt, found.Assets.Elsewhere} {
		for a := range some {
			if outside(a) {
				return true
			}
		}
	}
	return slices.ContainsFunc(found.Judged, outside) ||
		slices.ContainsFunc(found.Unassessed, func(u posture.Unassessed) bool { return outside(u.Asset) })
}

// judgeAll runs rules on all of the cluster, namespace by namespace where it can,
// which takes less memory.
func (w *Watcher) judgeAll(ctx context.Context, rules ruleSet) error {
	v := w.kept.all(true)
	w.mu.Lock()
	spaces := map[string]ruleSet{"": nil} // so that there is one
	local := rules.and(w.lens.local)
	for i := range rules.all() {
		w.ledger.reset(w.ledger.accounts[i])
	}
	for in := range w.ledger.assets.spaces {
		spaces[in] = local
	}
	w.mu.Unlock()
	for in := range v.sizes() {
		spaces[in] = local
	}
	spaces[""] = local
	before := w.pending
	w.pending = nil
	err := w.judgeSpaces(ctx, v, spaces)
	rest := slices.Clone(rules)
	rest.remove(w.lens.local)
	rest.addAll(w.pending)
	w.pending = before
	if err != nil {
		return err
	}
	return w.judgeWhole(ctx, v, rest)
}

// judgeWhole runs rules on all of the cluster at once.
func (w *Watcher) judgeWhole(ctx context.Context, v *view, rules ruleSet) error {
	if rules.empty() {
		return nil
	}
	places, found, err := w.find(ctx, v.part(nil, rules), rules)
	if err != nil {
		return err
	}
	return w.enterWhole(places, found)
}

func (w *Watcher) enterWhole(places []int, found []assess.Found) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stats.InCluster += uint64(len(places))
	for n, i := range places {
		if err := w.ledger.enter(w.ledger.accounts[i], &found[n], nil); err != nil {
			return err
		}
	}
	return nil
}

// wholeRun is rules under way on all of the cluster, beside the loop.
type wholeRun struct {
	rules  ruleSet
	places []int
	found  []assess.Found
	err    error
	took   time.Duration
	// later are parts that were judged after it began, by namespace.
	later map[string]ruleSet
}

func (r *wholeRun) overtaken(spaces map[string]bool, rules ruleSet) {
	for in := range spaces {
		set := r.later[in]
		set.addAll(rules.and(r.rules))
		r.later[in] = set
	}
}

// startWhole starts the rules that are due on all of the cluster.
func (w *Watcher) startWhole(ctx context.Context) {
	if w.running != nil {
		return
	}
	var due ruleSet
	now := time.Now()
	for i := range w.pending.all() {
		if !now.Before(w.may[i]) {
			due.add(i)
		}
	}
	if due.empty() {
		return
	}
	w.pending.remove(due)
	run := &wholeRun{rules: due, later: map[string]ruleSet{}}
	w.running = run
	v := w.kept.all(false)
	w.beside.Go(func() {
		start := time.Now()
		run.places, run.found, run.err = w.find(ctx, v.part(nil, due), due)
		run.took = time.Since(start)
		w.done <- run
	})
}

// finish takes in what rules found on all of the cluster.
func (w *Watcher) finish(ctx context.Context, run *wholeRun) error {
	w.running = nil
	rest := max(w.opts.Debounce, w.restFactor*run.took)
	for i := range run.rules.all() {
		w.may[i] = time.Now().Add(rest)
	}
	if run.err != nil {
		w.pending.addAll(run.rules)
		return run.err
	}
	if err := w.enterWhole(run.places, run.found); err != nil {
		return err
	}
	w.kept.again(run.later)
	w.tell(ctx, false)
	return nil
}
