package kube

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// blame turns whatever stopped the reading of a resource into an *Error. A
// cancelled context stays what it is.
func (c *Cluster) blame(ctx context.Context, r *tables.Resource, err error) error {
	if err == nil || ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fault, text := c.diagnose(err)
	e := &Error{Fault: fault, Resource: r, Text: fmt.Sprintf("list %s: %s", r, text), Err: err}
	var status *statusError
	if errors.As(err, &status) {
		switch status.code {
		case http.StatusForbidden:
			e.Text += "; grant " + r.Grant()
		case http.StatusNotFound, http.StatusMethodNotAllowed:
			e.Fault, e.Text = NotServed, fmt.Sprintf("list %s: the API server does not serve it in version %s", r, r.Version)
		}
	}
	return e
}

// diagnose says what class an error is of, and what to do about it.
func (c *Cluster) diagnose(err error) (Fault, string) {
	var status *statusError
	if errors.As(err, &status) {
		return c.diagnoseStatus(status)
	}
	var quiet *silence
	var broken *brokenList
	switch {
	case errors.As(err, &broken):
		return broken.diagnose()
	case errors.As(err, &quiet) && c.timeout > 0:
		return Timeout, fmt.Sprintf("%s did not answer within --request-timeout %s", c.host, quiet.after)
	case errors.As(err, &quiet):
		return Timeout, fmt.Sprintf("%s was silent for %s: check the network, or give --request-timeout", c.host, quiet.after)
	}
	return c.diagnoseNet(err)
}

func (c *Cluster) diagnoseStatus(e *statusError) (Fault, string) {
	message := plain(errors.New(e.message))
	switch {
	case e.code == http.StatusUnauthorized:
		return Unauthorized, c.host + " refuses the credentials (401): log in again, or choose others with --context, --user or --token"
	case e.code == http.StatusForbidden:
		return Forbidden, "forbidden: " + message
	case e.code == http.StatusNotFound:
		return NotServed, "not served: " + message
	case e.code == http.StatusTooManyRequests:
		return Unavailable, "the API server has too many requests (429): " + message
	case e.code == http.StatusGatewayTimeout:
		return Timeout, "the API server ran out of time (504): " + message
	case e.code >= 500:
		return Unavailable, fmt.Sprintf("the API server answers %d: %s", e.code, message)
	}
	return BadReply, fmt.Sprintf("unexpected answer %d: %s", e.code, message)
}

func (c *Cluster) diagnoseNet(err error) (Fault, string) {
	var (
		urlErr  *url.Error
		dns     *net.DNSError
		timeout net.Error
		record  tls.RecordHeaderError
		alert   tls.AlertError
		verify  *tls.CertificateVerificationError
		unknown x509.UnknownAuthorityError
	)
	cause := err
	if errors.As(err, &urlErr) {
		cause = urlErr.Err // without the URL
	}
	text := plain(cause)
	switch {
	case strings.HasPrefix(text, "getting credentials: "):
		first, _, _ := strings.Cut(cause.Error(), "\n") // what follows is advice on plugins in general
		return Unauthorized, plain(errors.New(first)) + " (the kubeconfig names it as the user's credential plugin)"
	case errors.As(err, &dns):
		return Unavailable, fmt.Sprintf("no such host %s: check the server's address and the network", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return Unavailable, fmt.Sprintf("%s refuses connections: is the API server running, and the address right?", c.host)
	case errors.As(err, &unknown):
		return Untrusted, fmt.Sprintf("the certificate of %s is not signed by an authority that the kubeconfig trusts: set --certificate-authority", c.host)
	case errors.As(err, &verify):
		return Untrusted, fmt.Sprintf("the certificate of %s does not hold: %s", c.host, plain(verify.Err))
	case errors.As(err, &alert):
		return Unauthorized, fmt.Sprintf("%s refuses the client certificate: %s", c.host, text)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return Unavailable, c.host + " does not speak TLS: check the server's address (http or https)"
	case errors.As(err, &timeout) && timeout.Timeout():
		return Timeout, fmt.Sprintf("%s does not answer: check the network (VPN, firewall) and the server's address", c.host)
	}
	return Unavailable, fmt.Sprintf("%s cannot be reached: %s", c.host, text)
}

// address matches a URL, of which an error may show no more than the host: the
// rest can hold passwords, tokens and whole queries.
var address = regexp.MustCompile(`(https?://)(?:[^\s"'/@]*@)?([^\s"'/?]+)[^\s"']*`)

// plain is the text of an error in one line, cut and made harmless.
func plain(err error) string {
	const most = 400
	text := address.ReplaceAllString(err.Error(), "$1$2")
	text = tables.Clean(strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " "))
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
