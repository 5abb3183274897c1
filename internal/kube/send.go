package kube

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// maxLog bounds what is read of a pod's log.
const maxLog = 16 << 20

// Status codes that callers of Send decide on.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
)

// Send makes one request that is no list: of a path below the server's address,
// with a body as JSON if there is one. Into takes the answer and may be nil.
func (c *Cluster) Send(ctx context.Context, method, path string, body, into any) error {
	q := call{method: method, path: path}
	if u, err := url.Parse(path); err == nil {
		q.path, q.query = u.Path, u.Query()
	}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		q.body = string(text)
	}
	if into == nil {
		into = new(json.RawMessage)
	}
	return c.sent(ctx, c.ask(ctx, q, into))
}

// Log reads the log of a container.
func (c *Cluster) Log(ctx context.Context, namespace, pod, container string) ([]byte, error) {
	reply, err := c.once(ctx, call{
		path:  "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/log",
		query: url.Values{"container": {container}, "limitBytes": {strconv.Itoa(maxLog)}},
	})
	if err != nil {
		return nil, c.sent(ctx, err)
	}
	defer reply.Close()
	return io.ReadAll(io.LimitReader(reply, maxLog))
}

// sent puts an error in words.
func (c *Cluster) sent(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fault, text := c.diagnose(err)
	var status *statusError
	if errors.As(err, &status) {
		switch status.code {
		case http.StatusNotFound:
			err = errors.Join(ErrNotFound, err)
		case http.StatusConflict:
			err = errors.Join(ErrExists, err)
		}
	}
	return &Error{Fault: fault, Text: text, Err: err}
}
