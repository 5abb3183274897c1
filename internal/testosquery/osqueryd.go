// Package testosquery stands in for osqueryd in tests: an extension manager on
// a real socket, which makes the tables of whoever registers virtual tables of
// a real SQLite. It keeps to what osquery does where an extension can tell:
// how it plans, what it sends, what it makes of replies, when it pings.
package testosquery

import (
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/osquery/osquery-go/gen/osquery"
	"github.com/osquery/osquery-go/transport"
	"modernc.org/sqlite"
)

// Osqueryd is a running stand-in.
type Osqueryd struct {
	Socket string
	// Interval is the time between pings of extensions.
	Interval time.Duration

	server   thrift.TServer
	listener *listening
	served   chan struct{}
	stop     chan struct{}

	mu         sync.Mutex
	lastUUID   osquery.ExtensionRouteUUID
	extensions map[osquery.ExtensionRouteUUID]*extension
	calls      map[string]int

	sql  sync.Mutex // one query at a time, as in osqueryd
	conn driver.Conn
	// made are the tables that the connection has, and of which extension.
	made  map[string]osquery.ExtensionRouteUUID
	plans []plan
}

// extension is one that registered.
type extension struct {
	info     *osquery.InternalExtensionInfo
	registry osquery.ExtensionRegistry
	socket   string
	timeout  time.Duration

	mu     sync.Mutex
	socks  *thrift.TSocket
	client *osquery.ExtensionClient
}

// Start begins to listen.
func Start(socket string) (*Osqueryd, error) {
	_ = os.Remove(socket) // osqueryd takes over what a killed one left
	o := &Osqueryd{
		Socket: socket, Interval: 200 * time.Millisecond,
		served: make(chan struct{}), stop: make(chan struct{}),
		lastUUID:   osquery.ExtensionRouteUUID(time.Now().UnixNano() % 30000),
		extensions: map[osquery.ExtensionRouteUUID]*extension{}, calls: map[string]int{},
		made: map[string]osquery.ExtensionRouteUUID{},
	}
	d := &sqlite.Driver{}
	if err := d.RegisterModule("osquery", module{o}); err != nil {
		return nil, err
	}
	opened, err := d.Open(":memory:")
	if err != nil {
		return nil, err
	}
	o.conn = opened
	listener, err := transport.OpenServer(socket, 0)
	if err != nil {
		return nil, err
	}
	if err := listener.Listen(); err != nil {
		return nil, err
	}
	o.listener = &listening{TServerTransport: listener}
	o.server = thrift.NewTSimpleServer4(osquery.NewExtensionManagerProcessor(o), o.listener,
		thrift.NewTBufferedTransportFactory(64<<10), thrift.NewTBinaryProtocolFactoryConf(nil))
	go func() {
		defer close(o.served)
		_ = o.server.Serve()
	}()
	go o.watch()
	return o, nil
}

// Close stops answering at once, as when the process is killed; it leaves the
// socket's file where it is.
func (o *Osqueryd) Close() {
	close(o.stop)
	time.AfterFunc(10*time.Millisecond, o.listener.cut)
	_ = o.server.Stop()
	<-o.served
	for _, e := range o.all() {
		e.hangUp()
	}
	o.sql.Lock()
	defer o.sql.Unlock()
	_ = o.conn.Close()
	o.conn = nil
	if l, err := net.ListenUnix("unix", &net.UnixAddr{Name: o.Socket, Net: "unix"}); err == nil {
		l.SetUnlinkOnClose(false)
		l.Close()
	}
}

// listening remembers the connections it has accepted, so that they can be cut.
type listening struct {
	thrift.TServerTransport
	mu   sync.Mutex
	open []thrift.TTransport
}

func (l *listening) Accept() (thrift.TTransport, error) {
	t, err := l.TServerTransport.Accept()
	if err == nil {
		l.mu.Lock()
		l.open = append(l.open, t)
		l.mu.Unlock()
	}
	return t, err
}

func (l *listening) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.open {
		_ = t.Close()
	}
}

// Quit asks the extensions to stop first, as osqueryd does when it ends.
func (o *Osqueryd) Quit() {
	for _, e := range o.all() {
		_ = e.call(func(c *osquery.ExtensionClient) error { return c.Shutdown(context.Background()) })
	}
	o.Close()
	_ = os.Remove(o.Socket)
}

func (o *Osqueryd) all() []*extension {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Collect(maps.Values(o.extensions))
}

// watch pings the extensions and forgets those that do not answer.
func (o *Osqueryd) watch() {
	for {
		select {
		case <-o.stop:
			return
		case <-time.After(o.Interval):
		}
		o.mu.Lock()
		now := maps.Clone(o.extensions)
		o.mu.Unlock()
		for uuid, e := range now {
			err := e.call(func(c *osquery.ExtensionClient) error { _, err := c.Ping(context.Background()); return err })
			if err != nil {
				_, _ = o.DeregisterExtension(context.Background(), uuid)
			}
		}
	}
}

// RegisterExtension implements the manager.
func (o *Osqueryd) RegisterExtension(_ context.Context, info *osquery.InternalExtensionInfo, registry osquery.ExtensionRegistry) (*osquery.ExtensionStatus, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.extensions {
		if e.info.Name == info.Name {
			return &osquery.ExtensionStatus{Code: 1, Message: "Duplicate extension registered"}, nil
		}
	}
	o.lastUUID++
	o.extensions[o.lastUUID] = &extension{info: info, registry: registry, socket: fmt.Sprintf("%s.%d", o.Socket, o.lastUUID), timeout: time.Minute}
	return &osquery.ExtensionStatus{Message: "OK", UUID: o.lastUUID}, nil
}

// DeregisterExtension implements the manager.
func (o *Osqueryd) DeregisterExtension(_ context.Context, uuid osquery.ExtensionRouteUUID) (*osquery.ExtensionStatus, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	e := o.extensions[uuid]
	if e == nil {
		return &osquery.ExtensionStatus{Code: 1, Message: "No extension UUID registered"}, nil
	}
	delete(o.extensions, uuid)
	go e.hangUp()
	return &osquery.ExtensionStatus{Message: "OK"}, nil
}

// Ping implements the manager.
func (o *Osqueryd) Ping(context.Context) (*osquery.ExtensionStatus, error) {
	return &osquery.ExtensionStatus{Message: "OK"}, nil
}

// Call implements the manager.
func (o *Osqueryd) Call(context.Context, string, string, osquery.ExtensionPluginRequest) (*osquery.ExtensionResponse, error) {
	return &osquery.ExtensionResponse{Status: &osquery.ExtensionStatus{Code: 1, Message: "no such plugin"}}, nil
}

// Shutdown implements the manager.
func (o *Osqueryd) Shutdown(context.Context) error { return nil }

// Extensions implements the manager.
func (o *Osqueryd) Extensions(context.Context) (osquery.InternalExtensionList, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := osquery.InternalExtensionList{}
	for uuid, e := range o.extensions {
		list[uuid] = e.info
	}
	return list, nil
}

// Options implements the manager.
func (o *Osqueryd) Options(context.Context) (osquery.InternalOptionList, error) {
	return osquery.InternalOptionList{}, nil
}

// Query implements the manager: rows as text, without what is NULL.
func (o *Osqueryd) Query(ctx context.Context, query string) (*osquery.ExtensionResponse, error) {
	columns, rows, err := o.SQL(ctx, query)
	if err != nil {
		return &osquery.ExtensionResponse{Status: &osquery.ExtensionStatus{Code: 1, Message: err.Error()}}, nil
	}
	out := &osquery.ExtensionResponse{Status: &osquery.ExtensionStatus{Message: "OK"}}
	for _, row := range rows {
		texts := map[string]string{}
		for i, v := range row {
			if v != nil {
				texts[columns[i]] = fmt.Sprint(v)
			}
		}
		out.Response = append(out.Response, texts)
	}
	return out, nil
}

// GetQueryColumns implements the manager.
func (o *Osqueryd) GetQueryColumns(context.Context, string) (*osquery.ExtensionResponse, error) {
	return &osquery.ExtensionResponse{Status: &osquery.ExtensionStatus{Message: "OK"}}, nil
}

// Calls returns how often a table was asked for rows, and forgets it.
func (o *Osqueryd) Calls() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	calls := o.calls
	o.calls = map[string]int{}
	return calls
}

// Registered waits until an extension has registered and listens.
func (o *Osqueryd) Registered(ctx context.Context) error {
	for ctx.Err() == nil {
		for _, e := range o.all() {
			if e.call(func(c *osquery.ExtensionClient) error { _, err := c.Ping(ctx); return err }) == nil {
				return nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return context.Cause(ctx)
}
