package osquery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/apache/thrift/lib/go/thrift"
	osquerygo "github.com/osquery/osquery-go"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Name is the name by which osquery knows the extension: --extensions_require
// takes it.
const Name = "kspm"

// MaxSocket is the longest path of a socket: osquery appends a number to it.
const MaxSocket = osquerygo.MaxSocketPathCharacters

// Options say how to serve.
type Options struct {
	// Socket is osquery's extension socket.
	Socket string
	// Version is shown in the table osquery_extensions.
	Version string
	// Timeout bounds how long osquery may take to answer, and how long its
	// socket is waited for.
	Timeout time.Duration
	// Interval is the time between two pings of osquery.
	Interval time.Duration
	// TTL is how old rows may be.
	TTL time.Duration
	// Once ends the extension when osquery goes away, as osquery wants of
	// those that it starts itself; else it waits until osquery is back.
	Once bool
	// Limit is all that is read, if it is not everything.
	Limit rows.Scope
	// Log takes messages for people, one line each; Trace those about single
	// readings, and may be nil.
	Log, Trace func(format string, args ...any)
}

// buffered batches what Thrift would write field by field, a system call each.
var buffered = thrift.NewTBufferedTransportFactory(64 << 10)

// stopTime is how long a request that is being answered may go on when the
// extension stops.
const stopTime = 500 * time.Millisecond

var setStopTime = sync.OnceFunc(func() { thrift.ServerStopTimeout = stopTime })

// Run serves all declared tables until ctx ends. With Once it also ends when
// osquery asks for it, or is gone, which is an error.
func Run(ctx context.Context, src rows.Source, o Options) error {
	if len(o.Socket) > MaxSocket {
		return fmt.Errorf("socket %s: the path has %d characters, osquery allows %d", o.Socket, len(o.Socket), MaxSocket)
	}
	setStopTime()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log := logOnce(o.Log)
	snapshots := newSnapshots(ctx, src, o)
	var plugins []osquerygo.OsqueryPlugin
	for _, t := range tables.All() {
		plugins = append(plugins, &plugin{Table: t, snapshots: snapshots, log: log})
	}
	for {
		err := session(ctx, o, plugins)
		switch {
		case ctx.Err() != nil:
			return nil
		case o.Once:
			return err
		case err != nil:
			log("%v; trying again", err)
		default:
			o.Log("osquery asked the extension to stop; waiting until it is back")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(min(o.Interval, time.Second)):
		}
	}
}

// session registers the plugins and answers until osquery goes away, which is
// an error, or asks to stop, which is none.
func session(ctx context.Context, o Options, plugins []osquerygo.OsqueryPlugin) error {
	removeDead(ctx, o.Socket)
	client, err := osquerygo.NewClient(o.Socket, o.Timeout, osquerygo.DefaultWaitTime(o.Timeout))
	if err != nil {
		return fmt.Errorf("osquery's socket %s does not answer: is osqueryd running, with --disable_extensions=false and this --extensions_socket?", o.Socket)
	}
	defer client.Close()
	server, err := osquerygo.NewExtensionManagerServer(Name, o.Socket, osquerygo.WithClient(client),
		osquerygo.ExtensionVersion(o.Version), osquerygo.ServerTimeout(o.Timeout), osquerygo.WithTransportFactory(buffered))
	if err != nil {
		return err
	}
	server.RegisterPlugin(plugins...)
	done := make(chan error, 1)
	go func() { done <- server.Start() }()
	o.Log("serving %d tables at %s", len(plugins), o.Socket)
	tick := time.NewTicker(o.Interval)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err // nil after osquery's call of shutdown
		case <-ctx.Done():
			return stop(server, done, ctx.Err())
		case <-tick.C:
			if err := ping(client); err != nil {
				return stop(server, done, fmt.Errorf("osquery is gone: %w", err))
			}
		}
	}
}

func ping(client *osquerygo.ExtensionManagerClient) error {
	status, err := client.Ping()
	if err == nil && status.Code != 0 {
		err = fmt.Errorf("ping: status %d: %s", status.Code, status.Message)
	}
	return err
}

// stop tells osquery, if it is still there, and waits until the extension's
// own socket is closed, and with that removed.
func stop(server *osquerygo.ExtensionManagerServer, done <-chan error, why error) error {
	_ = server.Shutdown(context.Background()) // osquery may be what is gone
	late := time.After(2 * stopTime)
	select {
	case err := <-done:
		why = errors.Join(why, err)
	case <-late:
	}
	return why
}

// logOnce leaves out what was said within the last minute: each query of a
// pack would repeat it.
func logOnce(log func(string, ...any)) func(string, ...any) {
	var mu sync.Mutex
	said := map[string]time.Time{}
	return func(format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		mu.Lock()
		now := time.Now()
		for old, at := range said {
			if now.Sub(at) > time.Minute {
				delete(said, old)
			}
		}
		_, repeated := said[line]
		if !repeated {
			said[line] = now
		}
		mu.Unlock()
		if !repeated {
			log("%s", line)
		}
	}
}
