package watch

import (
	"context"
	"log/slog"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// maxRetry bounds the time between two tries to deliver a delta.
const maxRetry = time.Minute

// tell emits what is new; everything if complete is set, or if the last time
// failed.
func (w *Watcher) tell(ctx context.Context, complete bool) {
	if w.owed {
		if time.Now().Before(w.retry) {
			return
		}
		complete = true
	}
	if complete && w.source().ClusterUID == "" {
		w.identify(ctx)
	}
	d, err := w.delta(complete)
	if err == nil && (complete || len(d.Rules) > 0) && w.opts.Emit != nil {
		err = w.opts.Emit(ctx, d)
	}
	if ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.owed = true
		w.failures++
		w.stats.EmitFailures++
		w.retry = time.Now().Add(min(maxRetry, time.Second<<min(w.failures, 6)))
		w.opts.Log.Error("posture not delivered", slog.Any("error", err))
		return
	}
	w.owed, w.failures = false, 0
	if len(d.Rules) > 0 {
		w.stats.Deltas++
	}
	w.ledger.delivered(complete)
}

func (w *Watcher) delta(complete bool) (posture.Delta, error) {
	unread, objects := w.kept.unread(), w.kept.objects()
	w.mu.Lock()
	defer w.mu.Unlock()
	d := posture.Delta{
		Source: w.info, At: time.Now().UTC(), RuleDigest: w.rules.Digest(w.opts.Settings), Complete: complete,
		NotAssessed: unread, Problems: []string{},
	}
	d.Source.Objects = objects
	d.Summary, d.Sections, d.Benchmarks = w.ledger.summary(), w.ledger.bySection(), w.ledger.byBenchmark()
	if complete {
		d.Assets = w.ledger.knownAssets()
	}
	var err error
	d.Rules, err = w.ledger.delta(complete, w.opts.Fixes, w.isGone)
	return d, err
}

// isGone reports whether an asset is there no more; of what is not kept, whether
// no rule knows it any more.
func (w *Watcher) isGone(a posture.Asset) bool {
	gone, known := w.kept.gone(a)
	if known {
		return gone
	}
	id := w.ledger.assets.ids[a]
	for _, account := range w.ledger.accounts {
		if int(id) < len(account.verdicts) && account.verdicts[id] != unknown {
			return false
		}
	}
	return true
}

// Report is the posture of the cluster as it is known now: what assess.Run would
// say of the objects that are kept.
func (w *Watcher) Report() (*posture.Report, error) {
	unread, objects := w.kept.unread(), w.kept.objects()
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now().UTC()
	report := &posture.Report{
		Source: w.info, Benchmark: w.opts.Benchmark, BenchmarkVersion: w.opts.BenchmarkVersion,
		StartedAt: now, FinishedAt: now, RuleDigest: w.rules.Digest(w.opts.Settings), NotAssessed: unread,
	}
	report.Source.Objects = objects
	report.Summary.Excluded = w.ledger.overall.exclude
	for _, a := range w.ledger.accounts {
		res, err := w.ledger.full(a, w.opts.Fixes)
		if err != nil {
			return nil, err
		}
		report.Rules = append(report.Rules, res)
	}
	report.Finish()
	return report, nil
}
