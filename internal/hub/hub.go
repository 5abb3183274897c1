// Package hub asks the JSON API of a server for the posture that it keeps.
package hub

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Client asks one server.
type Client struct {
	base  *url.URL
	token string
	http  *http.Client
}

// patience is how long a server may take for an answer.
const patience = time.Minute

// New makes a client of the server at an address. A token is not sent in the
// clear, but for loopback; authorities, in PEM, are trusted instead of the
// system's, if there are any.
func New(address, token string, authorities []byte) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("%q is no address of a server: want https://HOST:PORT", address)
	}
	if base.Scheme == "http" && token != "" && !loopback(base.Hostname()) {
		return nil, fmt.Errorf("%s: a token is not sent in the clear: want https://", address)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if len(authorities) > 0 {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(authorities) {
			return nil, errors.New("there is no certificate in PEM among the authorities")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &Client{base: base, token: token, http: &http.Client{Transport: transport, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // to a login page, which is no answer
	}}}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// most is how large an answer may be, in bytes.
const most = 256 << 20

// tries is how often a request is sent to a server that has too much to do.
const tries = 30

// get asks for what is at a path of the API, and reads it into an answer.
func (c *Client) get(ctx context.Context, path string, query url.Values, answer any) error {
	address := c.base.JoinPath("api", "v1", path)
	address.RawQuery = query.Encode()
	for try := 1; ; try++ {
		again, err := c.ask(ctx, address, answer)
		if !again || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func (c *Client) ask(ctx context.Context, address *url.URL, answer any) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return false, err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var cause *url.Error
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return false, fmt.Errorf("hub %s: %w", c.base.Redacted(), err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return false, fmt.Errorf("hub %s: %w", c.base.Redacted(), err)
	}
	if resp.StatusCode != http.StatusOK {
		return resp.StatusCode == http.StatusTooManyRequests, fmt.Errorf("hub %s: %s", c.base.Redacted(), c.refusal(resp.StatusCode, text))
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return false, fmt.Errorf("hub %s: this is not the API of kubectl-kspm: %w", c.base.Redacted(), err)
	}
	return false, nil
}

// refusal says why there was no answer.
func (c *Client) refusal(code int, text []byte) string {
	var said struct{ Error string }
	switch {
	case code == http.StatusUnauthorized && c.token == "":
		return "it wants to know who asks: give it a token"
	case code == http.StatusUnauthorized:
		return "it does not know the token, or not any more"
	case json.Unmarshal(text, &said) == nil && said.Error != "":
		return said.Error
	}
	return "it answers " + http.StatusText(code) + " (" + strconv.Itoa(code) + ")"
}

// queryOf says a filter as the API has it.
func queryOf(f store.Filter) url.Values {
	q := url.Values{}
	add := func(key string, values []string) {
		for _, v := range values {
			q.Add(key, v)
		}
	}
	add("cluster", f.Clusters)
	add("namespace", f.Namespaces)
	add("benchmark", f.Benchmarks)
	add("section", f.Sections)
	add("rule", f.Rules)
	for _, t := range f.Teams {
		if t == "" {
			t = "unowned"
		}
		q.Add("team", t)
	}
	for _, s := range f.Severities {
		q.Add("severity", s.String())
	}
	if f.State != "" {
		q.Set("state", f.State)
	}
	if !f.Since.IsZero() {
		q.Set("since", f.Since.UTC().Format(time.RFC3339Nano))
	}
	if !f.Until.IsZero() {
		q.Set("until", f.Until.UTC().Format(time.RFC3339Nano))
	}
	return q
}
