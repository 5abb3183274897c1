package kube

import (
	"context"
	"errors"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Fault is a class of failure, and the word for it in reports. errors.Is(err,
// kube.Forbidden) tells whether an error is of the class.
type Fault string

// The faults.
const (
	// NoCluster: the flags and the kubeconfig do not lead to a server.
	NoCluster    Fault = "no cluster"
	Unauthorized Fault = "unauthorized"
	Forbidden    Fault = "forbidden"
	NotServed    Fault = "not served"
	Timeout      Fault = "timeout"
	// Unavailable: the server cannot be reached, or says 429 or 5xx.
	Unavailable Fault = "unavailable"
	// Untrusted: the server's certificate does not hold.
	Untrusted Fault = "untrusted certificate"
	// BadReply: what came was no list of the resource, or broke off again and
	// again.
	BadReply Fault = "bad reply"
)

// Error implements error.
func (f Fault) Error() string { return string(f) }

// Error is a failure in words that a user can act on: one line, without
// control characters and without the path and query of URLs.
type Error struct {
	Fault Fault
	Text  string
	// Resource is the resource that could not be read, if it was one.
	Resource *tables.Resource
	// Err is the cause; its text may hold anything.
	Err error
}

// Error implements error.
func (e *Error) Error() string { return e.Text }

// Unwrap gives the class and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Fault}
	}
	return []error{e.Fault, e.Err}
}

// Reason is why a resource could not be read, in a word or two, and the RBAC
// rule that would allow it if that is what is missing.
func Reason(err error) (reason, grant string) {
	var e *Error
	switch {
	case err == nil:
		return "", ""
	case errors.As(err, &e):
		if e.Fault == Forbidden && e.Resource != nil {
			grant = e.Resource.Grant()
		}
		return string(e.Fault), grant
	case errors.Is(err, context.Canceled):
		return "canceled", ""
	case errors.Is(err, context.DeadlineExceeded):
		return string(Timeout), ""
	}
	return "error", ""
}
