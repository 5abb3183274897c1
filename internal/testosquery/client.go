package testosquery

import (
	"context"
	"net"
	"time"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/osquery/osquery-go/gen/osquery"
)

// call uses the connection to the extension, one caller at a time. A broken
// one is made anew by the next call.
func (e *extension) call(f func(*osquery.ExtensionClient) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.client == nil {
		addr := &net.UnixAddr{Name: e.socket, Net: "unix"}
		e.socks = thrift.NewTSocketFromAddrConf(addr, &thrift.TConfiguration{ConnectTimeout: e.timeout, SocketTimeout: e.timeout})
		if err := e.socks.Open(); err != nil {
			e.socks = nil
			return err
		}
		// osquery's own client buffers too.
		e.client = osquery.NewExtensionClientFactory(thrift.NewTBufferedTransport(e.socks, 64<<10), thrift.NewTBinaryProtocolFactoryConf(nil))
	}
	err := f(e.client)
	if err != nil {
		e.socks.Close()
		e.socks, e.client = nil, nil
	}
	return err
}

func (e *extension) hangUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.socks != nil {
		e.socks.Close()
		e.socks, e.client = nil, nil
	}
}

// generate asks a table for its rows.
func (o *Osqueryd) generate(uuid osquery.ExtensionRouteUUID, table, queryContext string) (osquery.ExtensionPluginResponse, error) {
	o.mu.Lock()
	e := o.extensions[uuid]
	o.calls[table]++
	o.mu.Unlock()
	if e == nil {
		return nil, nil // the extension has gone: an empty table
	}
	var res *osquery.ExtensionResponse
	err := e.call(func(c *osquery.ExtensionClient) (err error) {
		res, err = c.Call(context.Background(), "table", table, osquery.ExtensionPluginRequest{"action": "generate", "context": queryContext})
		return err
	})
	if err != nil {
		return nil, nil // osquery logs it, and has no rows
	}
	return res.Response, nil // whatever the status says
}

// Impatient makes the next calls give up after d, in the middle of whatever
// the extension does.
func (o *Osqueryd) Impatient(d time.Duration) {
	for _, e := range o.all() {
		e.hangUp()
		e.mu.Lock()
		e.timeout = d
		e.mu.Unlock()
	}
}
