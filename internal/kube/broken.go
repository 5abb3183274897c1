package kube

import (
	"errors"
	"io"
	"net"
	"strings"

	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
)

// brokenList is a list that broke off or was garbage after it had begun: some
// of its objects are out already. Unless final, it is rows.ErrRestart.
type brokenList struct {
	err   error
	final bool
}

func (e *brokenList) Error() string        { return e.err.Error() }
func (e *brokenList) Unwrap() error        { return e.err }
func (e *brokenList) Is(target error) bool { return target == rows.ErrRestart && !e.final }

// diagnose tells a connection that was lost from a reply that is wrong.
func (e *brokenList) diagnose() (Fault, string) {
	var status *statusError
	var lost net.Error
	switch {
	case errors.As(e.err, &status):
		return Unavailable, "the API server forgot the list while it was read (410): the cluster changes faster than it can be read"
	case errors.Is(e.err, io.ErrUnexpectedEOF), errors.As(e.err, &lost), utilnet.IsConnectionReset(e.err),
		utilnet.IsHTTP2ConnectionLost(e.err), strings.HasPrefix(e.err.Error(), "stream error"):
		return Unavailable, "the connection broke off in the middle of the list"
	}
	return BadReply, "the reply is no list of objects: " + plain(e.err)
}
