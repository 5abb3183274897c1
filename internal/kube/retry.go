package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

const (
	// maxPleas bounds retries that the server asked for with Retry-After, as
	// client-go does; maxTries bounds those that it did not.
	maxPleas = 10
	maxTries = 3
	// patience bounds what one request may wait between its tries.
	patience = 30 * time.Second
)

// statusError is an answer other than 2xx.
type statusError struct {
	code    int
	message string
	after   int // seconds the server asks to wait, or -1
}

func (e *statusError) Error() string { return fmt.Sprintf("%d %s", e.code, e.message) }

func readStatus(resp *http.Response, body io.Reader) error {
	e := &statusError{code: resp.StatusCode, message: http.StatusText(resp.StatusCode), after: -1}
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n >= 0 {
		e.after = n
	}
	text, err := io.ReadAll(io.LimitReader(body, 64<<10))
	if err != nil {
		return e
	}
	if s, ok := decodeStatus(text); ok && s.Message != "" {
		e.message = s.Message
	} else if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") && len(text) > 0 {
		e.message = string(text)
	}
	return e
}

// decodeStatus reads a Status, which comes in the form of the request's
// Accept, or as JSON.
func decodeStatus(text []byte) (metav1.Status, bool) {
	var s metav1.Status
	if raw, ok := unwrap(text); ok {
		return s, s.Unmarshal(raw) == nil
	}
	return s, json.Unmarshal(text, &s) == nil
}

// open sends a request until it is answered well, or until another try is of
// no use.
func (c *Cluster) open(ctx context.Context, q call) (*reply, error) {
	left := patience
	for try := 1; ; try++ {
		r, err := c.once(ctx, q)
		if err == nil || ctx.Err() != nil {
			return r, err
		}
		wait, again := c.again(q, err, try)
		if !again || wait > left {
			return nil, err
		}
		left -= wait
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// again tells whether and when to send a request again.
func (c *Cluster) again(q call, err error, try int) (time.Duration, bool) {
	backoff := c.backoff << (try - 1)
	var status *statusError
	if !errors.As(err, &status) {
		lost := utilnet.IsConnectionReset(err) || utilnet.IsProbableEOF(err) || utilnet.IsHTTP2ConnectionLost(err)
		return backoff, lost && q.body == "" && try < maxTries
	}
	switch {
	case status.code == http.StatusUnauthorized:
		return 0, c.exec && try == 1
	case status.code != http.StatusTooManyRequests && status.code < 500:
		return 0, false
	case status.after >= 0:
		return max(time.Duration(status.after)*time.Second, min(backoff, time.Second)), try < maxPleas
	}
	return backoff, try < maxTries
}
