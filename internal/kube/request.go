package kube

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// call is one request to the API server.
type call struct {
	method string // GET if empty
	path   string
	query  url.Values
	accept string
	body   string // JSON
	// watches requests may be answered for as long as the server likes, and be
	// silent between one event and the next.
	watches bool
}

// reply is an answered request whose body is read as a stream. Its body fails
// with a *silence when the server sends nothing for too long.
type reply struct {
	io.ReadCloser
	contentType string
}

// once sends a request and waits for the headers of a good answer.
func (c *Cluster) once(ctx context.Context, q call) (*reply, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	v := c.vigil(cancel, q.watches)
	// A credential plugin may have a user log in, before there is any
	// connection: only from then on is it the server that we wait for.
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(string) { v.wait() }})
	req, err := c.request(ctx, q)
	if err != nil {
		v.end()
		return nil, err
	}
	resp, err := c.do(req) //nolint:bodyclose // by the reply
	if err != nil {
		err = v.cause(ctx, err)
		v.end()
		return nil, err
	}
	v.heard()
	if q.watches {
		v.quiet = watchSilence
	}
	body := unzipped(resp, &stream{ctx: ctx, body: resp.Body, vigil: v})
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer body.Close()
		return nil, readStatus(resp, body)
	}
	return &reply{body, resp.Header.Get("Content-Type")}, nil
}

// do sends a request. Credential plugins know no context: one that hangs is
// left behind.
func (c *Cluster) do(req *http.Request) (*http.Response, error) {
	if !c.exec {
		return c.http.Do(req)
	}
	type answer struct {
		resp *http.Response
		err  error
	}
	ch := make(chan answer, 1)
	go func() {
		resp, err := c.http.Do(req) //nolint:bodyclose // by the caller, or below
		ch <- answer{resp, err}
	}()
	select {
	case a := <-ch:
		return a.resp, a.err
	case <-req.Context().Done():
		go func() {
			if a := <-ch; a.resp != nil {
				a.resp.Body.Close()
			}
		}()
		return nil, context.Cause(req.Context())
	}
}

func (c *Cluster) request(ctx context.Context, q call) (*http.Request, error) {
	u := *c.base
	u.Path = strings.TrimSuffix(u.Path, "/") + q.path
	u.RawQuery = q.query.Encode()
	if q.method == "" {
		q.method = http.MethodGet
	}
	var body io.Reader
	if q.body != "" {
		body = bytes.NewReader([]byte(q.body))
	}
	req, err := http.NewRequestWithContext(ctx, q.method, u.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", q.accept)
	if c.zip {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	if q.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// silence is the error of a request that the server left without an answer.
type silence struct{ after time.Duration }

func (s *silence) Error() string { return "no byte for " + s.after.String() }

// vigil ends a request by its context: after --request-timeout, or when the
// server was silent for too long. Only the time spent waiting counts.
type vigil struct {
	c      *Cluster
	began  int64
	quiet  time.Duration
	total  bool
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

func (c *Cluster) vigil(cancel context.CancelCauseFunc, watches bool) *vigil {
	v := &vigil{c: c, began: time.Now().UnixNano(), quiet: c.idle, cancel: cancel}
	switch {
	case c.timeout > 0 && !watches:
		v.quiet, v.total = c.timeout, true
	case c.silent.Load():
		// It has just let a request pass without a byte: the other resources
		// are not to wait as long again, one after the other.
		v.quiet = c.idle / 15
	}
	v.timer = time.AfterFunc(v.quiet, func() {
		if c.heard.Load() < v.began {
			c.silent.Store(true)
		}
		cancel(&silence{v.quiet})
	})
	if !v.total {
		v.timer.Stop() // until wait
	}
	return v
}

func (v *vigil) heard() {
	v.c.heard.Store(time.Now().UnixNano())
	v.c.silent.Store(false)
	if !v.total {
		v.timer.Stop()
	}
}

func (v *vigil) wait() {
	if !v.total {
		v.timer.Reset(v.quiet)
	}
}

func (v *vigil) end() {
	v.timer.Stop()
	v.cancel(nil)
}

// cause is err, or what ended the request if that was the vigil.
func (v *vigil) cause(ctx context.Context, err error) error {
	var s *silence
	if errors.As(context.Cause(ctx), &s) {
		return s
	}
	return err
}

// stream is a reply's body under vigil.
type stream struct {
	ctx   context.Context
	body  io.ReadCloser
	vigil *vigil
}

func (s *stream) Read(p []byte) (int, error) {
	s.vigil.wait()
	n, err := s.body.Read(p)
	if n > 0 {
		s.vigil.heard()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = s.vigil.cause(s.ctx, err)
	}
	return n, err
}

func (s *stream) Close() error {
	err := s.body.Close()
	s.vigil.end()
	return err
}
