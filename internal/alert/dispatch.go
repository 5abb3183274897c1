package alert

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Options are what a dispatcher may be told.
type Options struct {
	// ExternalURL is where people find the dashboard; without it messages have
	// no links.
	ExternalURL string
	// Fence returns the number that guards writes, where replicas share a store.
	Fence func() int64
	Log   *slog.Logger
	// Poll is how often the outbox is looked at, 2 s if it is 0.
	Poll time.Duration
}

// Dispatcher hands on what the outbox holds, to each receiver at its own pace.
type Dispatcher struct {
	config *Config
	box    store.Outbox
	to     links
	Options
	retry time.Duration // the first time; see backoff
	wake  map[string]chan struct{}
	much  sync.Mutex
	mu    sync.Mutex
	stats map[string]*Stats
}

// Stats is how it goes with a receiver.
type Stats struct {
	Receiver     string
	Sent, Failed int64
	// LastError is why the last message was not taken; empty if it was.
	LastError string
}

// New prepares a dispatcher.
func New(c *Config, box store.Outbox, o Options) *Dispatcher {
	if o.Fence == nil {
		o.Fence = func() int64 { return 0 }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Poll == 0 {
		o.Poll = 2 * time.Second
	}
	d := &Dispatcher{config: c, box: box, to: links(o.ExternalURL), Options: o, retry: 5 * time.Second, wake: map[string]chan struct{}{}, stats: map[string]*Stats{}}
	for _, r := range c.Receivers {
		d.wake[r.Name] = make(chan struct{}, 1)
		d.stats[r.Name] = &Stats{Receiver: r.Name}
	}
	return d
}

// Register has the store keep events for the receivers from now on. Run does
// so as well; before the first evaluation is the time to.
func (d *Dispatcher) Register(ctx context.Context) error {
	for _, r := range d.config.Receivers {
		if _, err := d.box.Pending(ctx, r.Name, 1); err != nil {
			return fmt.Errorf("alerts for %s: %w", r.Name, err)
		}
	}
	return nil
}

// Run sends until the context ends, or until another replica has taken over,
// which is store.ErrFenced.
func (d *Dispatcher) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for _, r := range d.config.Receivers {
		wg.Go(func() {
			if err := d.serve(ctx, r); errors.Is(err, store.ErrFenced) {
				stop(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); errors.Is(err, store.ErrFenced) {
		return err
	}
	return nil
}

// Wake says that there are new events.
func (d *Dispatcher) Wake() {
	for _, c := range d.wake {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Stats are those of every receiver, by name.
func (d *Dispatcher) Stats() []Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Stats
	for _, r := range d.config.Receivers {
		out = append(out, *d.stats[r.Name])
	}
	return out
}

func (d *Dispatcher) note(receiver string, failure error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stats[receiver]
	if failure == nil {
		s.Sent, s.LastError = s.Sent+1, ""
	} else {
		s.Failed, s.LastError = s.Failed+1, failure.Error()
	}
}

// pace is where a receiver's loop is.
type pace struct {
	since  time.Time // when the first of the events that wait was seen
	hold   time.Time // until when a receiver that is down is left alone
	down   int       // how often in a row it was
	repeat time.Time // when what fires is told again
}

func (d *Dispatcher) serve(ctx context.Context, r *Receiver) error {
	p := &pace{}
	for {
		for _, step := range []func(context.Context, *Receiver, *pace) error{d.collect, d.deliver, d.repeat} {
			err := step(ctx, r, p)
			if ctx.Err() != nil || errors.Is(err, store.ErrFenced) {
				return err
			}
			if err != nil {
				d.Log.Warn("alerts", "receiver", r.Name, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-d.wake[r.Name]:
		case <-time.After(d.Poll):
		}
	}
}

// How many events make messages at a time: more only so that what belongs
// together stays together.
const (
	someEvents = 1000
	manyEvents = 1 << 17
)

// collect turns the events that have waited long enough into messages.
func (d *Dispatcher) collect(ctx context.Context, r *Receiver, p *pace) error {
	events, err := d.box.Pending(ctx, r.Name, someEvents)
	if err != nil || len(events) == 0 {
		p.since = time.Time{}
		return err
	}
	now := time.Now()
	if p.since.IsZero() {
		p.since = now
	}
	if now.Sub(p.since) < *d.config.Wait {
		return nil
	}
	if len(events) == someEvents { // a hundred MB, perhaps: one receiver at a time
		d.much.Lock()
		defer d.much.Unlock()
	}
	for n := someEvents; len(events) == n && n < manyEvents; {
		n *= 4
		if events, err = d.box.Pending(ctx, r.Name, n); err != nil {
			return err
		}
	}
	told := slices.DeleteFunc(slices.Clone(events), func(e store.Event) bool { return !d.config.tells(r.Name, e) })
	messages, err := d.messages(ctx, r, told, now)
	if err != nil {
		return err
	}
	if err := d.box.Enqueue(ctx, r.Name, events, messages, d.Fence()); err != nil {
		return err
	}
	p.since = time.Time{}
	return nil
}

func (d *Dispatcher) messages(ctx context.Context, r *Receiver, events []store.Event, now time.Time) ([]store.Message, error) {
	if len(events) == 0 {
		return nil, nil
	}
	if r.Alertmanager != nil {
		firing, err := d.firing(ctx, r)
		if err != nil {
			return nil, err
		}
		return r.Alertmanager.messages(r.Name, events, firing, now, d.to)
	}
	var out []store.Message
	for _, n := range gather(r.Name, events, now, d.to) {
		body, err := r.body(n)
		if err != nil {
			return nil, err
		}
		out = append(out, store.Message{Key: n.Key, Receiver: r.Name, At: now, Body: body})
	}
	return out, nil
}

// deliver sends what is due, oldest first. A receiver that is down is left
// alone for a while; a message that it refuses does not hold up the others.
func (d *Dispatcher) deliver(ctx context.Context, r *Receiver, p *pace) error {
	if time.Now().Before(p.hold) {
		return nil
	}
	due, err := d.box.Due(ctx, r.Name, time.Now(), 100)
	if err != nil {
		return err
	}
	for _, m := range due {
		_, failure := r.send(ctx, m, time.Now())
		if failure != nil && ctx.Err() != nil {
			return nil // it is sent again, under the same key
		}
		d.note(r.Name, failure)
		down := failure != nil && !lasting(failure)
		tries := m.Tries
		if down {
			tries = p.down
		}
		again := time.Now().Add(backoff(d.retry, tries, failure))
		if err := d.box.Sent(context.WithoutCancel(ctx), m, failure, again); err != nil {
			return err
		}
		if failure != nil {
			d.Log.Warn("alert not taken", "receiver", r.Name, "key", m.Key, "try", m.Tries+1, "again", again, "error", failure)
		}
		if down { // this message is the next one, so that the order stays
			p.hold, p.down = again, p.down+1
			return nil
		}
		p.down = 0
	}
	return nil
}

// repeat tells receivers that forget.
func (d *Dispatcher) repeat(ctx context.Context, r *Receiver, p *pace) error {
	if r.Alertmanager == nil || time.Now().Before(p.repeat) || time.Now().Before(p.hold) {
		return nil
	}
	p.repeat = time.Now().Add(r.Alertmanager.Resend)
	firing, err := d.firing(ctx, r)
	if err != nil {
		return err
	}
	return r.Alertmanager.repeat(ctx, firing, time.Now(), d.to)
}

func (d *Dispatcher) firing(ctx context.Context, r *Receiver) ([]store.Group, error) {
	firing, err := d.box.Firing(ctx, store.Filter{})
	return slices.DeleteFunc(firing, func(g store.Group) bool { return !d.config.holds(r.Name, g) }), err
}

// backoff is the first wait, twice as long after every try, at most 15 minutes,
// and a fifth more or less; or as long as the server asks for, where that is
// longer.
func backoff(first time.Duration, tries int, failure error) time.Duration {
	wait := min(15*time.Minute, first<<min(tries, 8))
	wait = time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64()))
	var r *refusal
	if errors.As(failure, &r) {
		wait = max(wait, r.after)
	}
	return wait
}
