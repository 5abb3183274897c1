// Package watch keeps the posture of a cluster up to date: an object that changes
// is a change of the tables that its rows are in, and the rules that read those
// are run again on the part of the cluster that the change can touch.
//
// Objects are kept as compressed bytes, from which the rows of a part are made
// when it is judged, by the same code that check uses. A full read of the API,
// every few hours, must find the same.
package watch

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Cluster is what is watched: a *kube.Cluster.
type Cluster interface {
	rows.Source
	Name() string
	Info(ctx context.Context) kube.Info
	Watch(ctx context.Context, r *tables.Resource, w kube.Watcher)
}

// Options say how to watch, and who is told.
type Options struct {
	// Interval is the time between full reads, more or less a tenth; 6 hours if 0.
	Interval time.Duration
	// Debounce is how often a rule that needs all of the cluster may run; 30
	// seconds if 0. One that takes long to run is run more rarely.
	Debounce time.Duration
	// Window is how long changes are gathered before they are looked at; 100 ms
	// if 0.
	Window time.Duration
	// Emit is told what is new, by one goroutine. After an error it is told
	// everything, until it takes it.
	Emit func(ctx context.Context, d posture.Delta) error
	// Notice, Waive, Exclude, Settings and Fixes are as assess.Options has them.
	// Notice is called for an object again whenever it changes; Waive and Notice
	// may be called at the same time.
	Notice                      func(o *tables.Object)
	Waive                       func(rule string, f *posture.Finding)
	Exclude                     func(posture.Asset) bool
	Settings                    string
	Fixes                       bool
	Benchmark, BenchmarkVersion string
	Log                         *slog.Logger // may be nil
}

const (
	where = "in this cluster"
	// restFactor is how many times as long as it took a rule rests before it runs
	// on all of the cluster again.
	restFactor = 20
)

// Watcher watches one cluster.
type Watcher struct {
	cluster Cluster
	rules   *assess.Rules
	opts    Options
	lens    *lens
	kept    *kept
	info    posture.Source
	// These are the constants, but in tests.
	restFactor, pollEvery time.Duration

	// mu guards the ledger and what follows.
	mu     sync.Mutex
	ledger *ledger
	stats  Stats
	begun  bool

	// Of the loop alone.

	pending  ruleSet           // rules to be run on all of the cluster when they may
	may      map[int]time.Time // by rule: when it may be
	running  *wholeRun         // one that is under way
	done     chan *wholeRun
	swept    chan *sweep
	sweeping bool
	owed     bool // the last delta was not delivered
	retry    time.Time
	failures int

	// beside are the goroutines of Run.
	beside    sync.WaitGroup
	restarts  map[*shelf]context.CancelFunc
	restartMu sync.Mutex
}

// New makes a Watcher. It asks the cluster nothing.
func New(cluster Cluster, rules *assess.Rules, opts Options) (*Watcher, error) {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&opts.Interval, 6 * time.Hour}, {&opts.Debounce, 30 * time.Second}, {&opts.Window, 100 * time.Millisecond}} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Waive != nil {
		var mu sync.Mutex
		waive := opts.Waive
		opts.Waive = func(rule string, f *posture.Finding) {
			mu.Lock()
			defer mu.Unlock()
			waive(rule, f)
		}
	}
	w := &Watcher{
		cluster: cluster, rules: rules, opts: opts, lens: newLens(rules),
		info:       posture.Source{Type: "cluster", Name: tables.Clean(cluster.Name())},
		restFactor: restFactor, pollEvery: pollEvery,
		may: map[int]time.Time{}, done: make(chan *wholeRun, 1), swept: make(chan *sweep, 1), restarts: map[*shelf]context.CancelFunc{},
	}
	var err error
	if w.kept, err = newKept(w.lens, cluster.Name(), opts.Notice, opts.Log); err != nil {
		return nil, err
	}
	w.ledger, err = newLedger(rules, where, opts.Exclude)
	return w, err
}

// Run watches until ctx ends, and returns why it did.
func (w *Watcher) Run(ctx context.Context) error {
	defer w.beside.Wait()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w.identify(ctx)
	for _, s := range w.kept.shelves {
		w.beside.Go(func() { w.follow(ctx, s) })
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	return w.loop(ctx)
}

// identify asks what cluster this is. It is asked again with every full read, for
// clusters are upgraded, and until there is an answer.
func (w *Watcher) identify(ctx context.Context) {
	info := assess.SourceOf(w.cluster.Name(), w.cluster.Info(ctx))
	w.mu.Lock()
	defer w.mu.Unlock()
	if info.ClusterUID != "" || w.info.ClusterUID == "" {
		w.info = info
	}
}

func (w *Watcher) source() posture.Source {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.info
}

// begin waits until everything has been read, or could not be, and judges it.
func (w *Watcher) begin(ctx context.Context) error {
	for !w.kept.ready() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-w.kept.wake:
		}
	}
	start := time.Now()
	w.kept.take()
	if err := w.judgeAll(ctx, w.lens.queried); err != nil {
		return err
	}
	w.mu.Lock()
	w.begun = true
	w.stats.LastSweep, w.stats.SweepTook = time.Now(), time.Since(start)
	w.mu.Unlock()
	w.tell(ctx, true)
	return nil
}

// loop does what there is to do, one thing after the other.
func (w *Watcher) loop(ctx context.Context) error {
	sweep := time.NewTimer(jittered(w.opts.Interval))
	defer sweep.Stop()
	soon := time.NewTimer(0)
	defer soon.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-w.kept.wake:
			if !sleep(ctx, w.opts.Window) {
				return context.Cause(ctx)
			}
			err = w.batch(ctx)
		case run := <-w.done:
			err = w.finish(ctx, run)
		case <-sweep.C:
			w.beginSweep(ctx)
			sweep.Reset(jittered(w.opts.Interval))
		case s := <-w.swept:
			err = w.endSweep(ctx, s)
		case <-soon.C:
			if w.owed && time.Now().After(w.retry) {
				w.tell(ctx, true)
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			w.opts.Log.Error("evaluation failed", slog.Any("error", err))
		}
		w.startWhole(ctx)
		soon.Reset(w.next())
	}
}

// jittered is a time, more or less a tenth.
func jittered(d time.Duration) time.Duration {
	return d - d/10 + time.Duration(rand.Int64N(int64(d/5)+1))
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// next is when there is something to do without a change.
func (w *Watcher) next() time.Duration {
	next := time.Hour
	if w.running == nil {
		for i := range w.pending.all() {
			next = min(next, time.Until(w.may[i]))
		}
	}
	if w.owed {
		next = min(next, time.Until(w.retry))
	}
	return max(next, time.Millisecond)
}
