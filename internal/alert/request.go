package alert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// access is how a receiver's server is spoken to.
type access struct {
	// CAFile holds the certificates that the server's is signed by, where the
	// system does not know them.
	CAFile       string `yaml:"caFile"`
	TokenFile    string `yaml:"tokenFile"`
	TokenEnv     string `yaml:"tokenEnv"`
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"passwordFile"`
	PasswordEnv  string `yaml:"passwordEnv"`
}

func (a access) token() secret    { return secret{a.TokenFile, a.TokenEnv} }
func (a access) password() secret { return secret{a.PasswordFile, a.PasswordEnv} }

func (a access) check() error {
	if a.token().set() && (a.Username != "" || a.password().set()) {
		return errors.New("a token and a password are both there")
	}
	return errors.Join(a.token().check("token", false), a.password().check("password", a.Username != ""))
}

// authorize adds what the server wants to know of who sends.
func (a access) authorize(req *http.Request) error {
	switch {
	case a.token().set():
		token, err := a.token().read()
		if err != nil {
			return fmt.Errorf("token: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
	case a.Username != "":
		password, err := a.password().read()
		if err != nil {
			return fmt.Errorf("password: %w", err)
		}
		req.SetBasicAuth(a.Username, password)
	}
	return nil
}

// client follows no redirect: what it sends, it sends where it was told to.
func (a access) client() (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	if a.CAFile != "" {
		pem, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: there is no certificate in it", a.CAFile)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{
		Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// refusal is an answer of a server that did not take a message.
type refusal struct {
	code  int
	said  string
	after time.Duration // that it wants to be left alone
}

func (r *refusal) Error() string {
	msg := fmt.Sprintf("%d %s", r.code, http.StatusText(r.code))
	if r.said != "" {
		msg += ": " + r.said
	}
	return msg
}

// lasting reports whether the server refused the message itself, so that
// others may do better: it is not down.
func lasting(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.code >= 300 && r.code < 500 &&
		r.code != http.StatusTooManyRequests && r.code != http.StatusRequestTimeout
}

// post sends a body and returns what the server says. Errors say no more of
// the address than its host.
func (a access) post(ctx context.Context, address string, header http.Header, body []byte) (said string, err error) {
	client, err := a.client()
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("%s: not to be asked", host(address))
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "kubectl-kspm")
	if err := a.authorize(req); err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return "", fmt.Errorf("%s: %w", host(address), err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, 300))
	if err != nil {
		return "", fmt.Errorf("%s: %w", host(address), err)
	}
	said = oneLine(string(reply))
	if resp.StatusCode >= 300 {
		return "", fmt.Errorf("%s: %w", host(address), &refusal{resp.StatusCode, said, retryAfter(resp.Header)})
	}
	return strings.TrimSpace(resp.Status + " " + said), nil
}

// retryAfter is how long a server wants to be left alone, in whole seconds and
// at most an hour.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}

// oneLine is a text that a terminal and a log can show.
func oneLine(text string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r): // bidi overrides among them
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(clean), " ")
}
