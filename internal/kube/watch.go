package kube

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Watcher is told of one resource's objects, by one goroutine.
type Watcher interface {
	// Begin says that all objects are told anew: one that is not told again
	// before Synced is gone.
	Begin()
	// Set tells of an object that is there. Raw is what it was decoded from,
	// without managedFields: protobuf for types that are known, or else JSON.
	// Both are valid during the call.
	Set(o *tables.Object, raw []byte)
	// Delete tells of an object that is gone, as it was at the end.
	Delete(o *tables.Object)
	// Synced says that all objects have been told.
	Synced()
	// Heard says that the server has told all that there is for now.
	Heard()
	// Unread says why the resource cannot be read at present; trying goes on.
	Unread(err error)
}

const (
	// watchSilence is how long a watch may be silent: the server sends a bookmark
	// every minute.
	watchSilence = 4 * time.Minute
	// outage is how long a server may be away before what it told is no longer
	// what is known.
	outage = time.Minute
	// maxPause bounds the wait between two tries.
	maxPause = 10 * time.Second
	// relist is when to list again what may be listed and not watched.
	relist = 5 * time.Minute
)

// Watch tells w of a resource's objects and how they change, until ctx ends. It
// recovers from whatever happens by itself.
func (c *Cluster) Watch(ctx context.Context, r *tables.Resource, w Watcher) {
	f := &follower{c: c, r: r, w: w, initial: initialEvents(c.version)}
	for ctx.Err() == nil {
		err := f.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		pause(ctx, f.failed(ctx, err))
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// follower follows one resource.
type follower struct {
	c *Cluster
	r *tables.Resource
	w Watcher
	// initial says that the server sends what is there as the beginning of a
	// watch (KEP-3157).
	initial bool
	// version is that of the last event, from where a watch can go on; empty
	// where all must be told anew.
	version string
	synced  bool
	// heard is when the server was last there; failures count since.
	heard    time.Time
	failures int
}

// initialEvents reports whether a server may know the parameter of that name:
// those before v1.27 would not refuse it.
func initialEvents(version string) bool {
	major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(strings.TrimRight(minor, "+"))
	return err != nil || major != "1" || n >= 27
}

// errAbsent is that the API is not served: no objects, and nothing wrong.
var errAbsent = errors.New("the API is not served")

// follow reads all objects if it must, then follows their changes until the
// watch ends. It returns nil where the next is to go on from there.
func (f *follower) follow(ctx context.Context) error {
	r := f.r
	if r.Optional && r.New == nil {
		version, served := f.c.servedVersion(ctx, r)
		if !served {
			return errAbsent
		}
		there := *r
		there.Version = version
		r = &there
	}
	if f.version == "" && !f.initial {
		if err := f.list(ctx, r); err != nil {
			return err
		}
	}
	err := f.events(ctx, r)
	var status *statusError
	if errors.As(err, &status) {
		switch {
		case status.code == http.StatusGone:
			f.version = ""
			return nil
		case f.version == "" && (status.code == http.StatusUnprocessableEntity || status.code == http.StatusBadRequest || status.code == http.StatusForbidden):
			// It knows no initial events, or lets us list and not watch.
			f.initial = f.initial && status.code == http.StatusForbidden
			err = f.list(ctx, r)
			if err == nil && status.code == http.StatusForbidden {
				f.version = ""
				return errUnwatched
			}
		}
	}
	return err
}

// errUnwatched is that a resource may be listed and not watched.
var errUnwatched = errors.New("the resource may not be watched")

// list reads all objects by pages.
func (f *follower) list(ctx context.Context, r *tables.Resource) error {
	f.w.Begin()
	d := f.decoder(r)
	d.emit = func(o *tables.Object) {
		o.Resource = f.r
		f.w.Set(o, d.raw)
	}
	version, err := f.c.pages(ctx, d, rows.Scope{})
	if err != nil {
		return err
	}
	f.version = version
	f.isSynced()
	return nil
}

func (f *follower) decoder(r *tables.Resource) *decoder {
	return &decoder{object: tables.Object{Resource: r, Cluster: f.c.name}}
}

func (f *follower) isSynced() {
	f.synced, f.heard, f.failures = true, time.Now(), 0
	f.w.Synced()
	f.w.Heard()
}

// failed says how long to wait before the next try, and tells the watcher when
// what it knows does not hold any more.
func (f *follower) failed(ctx context.Context, err error) time.Duration {
	switch {
	case err == nil:
		f.failures = 0
		return 0
	case errors.Is(err, errUnwatched):
		return spread(f.c.relist)
	case errors.Is(err, errAbsent) || f.r.Optional && isCode(err, http.StatusNotFound):
		f.w.Begin()
		f.version = ""
		f.isSynced()
		return spread(f.c.apisLast)
	}
	f.failures++
	// What is gone for good, or for now, while what was told may still hold.
	var status *statusError
	final := errors.As(err, &status) && status.code < 500 && status.code != http.StatusTooManyRequests && status.code != http.StatusGone
	if final {
		f.version = ""
	}
	if final || !f.synced || time.Since(f.heard) > f.c.outage {
		f.synced = false
		f.w.Unread(f.c.blame(ctx, f.r, err))
	}
	return spread(min(maxPause, f.c.backoff<<min(f.failures, 10)))
}

func isCode(err error, code int) bool {
	var status *statusError
	return errors.As(err, &status) && status.code == code
}

// spread keeps many from doing the same at the same time.
func spread(d time.Duration) time.Duration {
	return d - time.Duration(rand.Int64N(int64(d)/4+1))
}
