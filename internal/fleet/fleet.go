// Package fleet carries posture from clusters to a hub. An agent evaluates its
// cluster where it is, and pushes what changed over mutual TLS; objects never
// leave the cluster. A digest of each rule goes along with every heartbeat, so
// that the hub asks for just the rules on which the two disagree, and no queue
// is needed between them.
//
// An agent is known by a certificate that the hub's authority issued for one
// cluster, and it writes to that cluster alone. It gets the certificate for a
// token that works once.
package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// The hub's paths. All take POST and JSON.
const (
	pathEnrol     = "/fleet/v1/enrol"     // without a certificate
	pathRenew     = "/fleet/v1/renew"     // a new certificate for the old one
	pathDelta     = "/fleet/v1/delta"     // a posture.Delta
	pathHeartbeat = "/fleet/v1/heartbeat" // a heartbeat; answered with what is to be sent again
)

// maxBody bounds what either side takes, in bytes after decompression: a
// complete delta of 5,000 workloads is about 20 MB.
const maxBody = 256 << 20

type enrolment struct {
	Token string `json:"token,omitempty"`
	// Request is a PEM certificate request; its subject says nothing.
	Request string `json:"request"`
	// Cluster is the UID of the cluster, Name what people call it.
	Cluster string `json:"cluster,omitempty"`
	Name    string `json:"name,omitempty"`
}

type admission struct {
	Certificate string `json:"certificate"` // PEM, the agent's
	Authority   string `json:"authority"`   // PEM, the hub's
}

type heartbeat struct {
	At   time.Time `json:"at"`
	Name string    `json:"name"`
	// Digests are by rule those of all open findings. Nil says that the agent
	// has not evaluated its cluster yet.
	Digests map[string]string `json:"digests"`
	// Problem is why the agent cannot judge its cluster, in one line.
	Problem string `json:"problem,omitempty"`
}

type answer struct {
	// Resend are rules to be sent whole.
	Resend []string `json:"resend"`
	// Complete asks for all of them, the list of rules included.
	Complete bool `json:"complete"`
}

type delivery struct {
	Fence int64         `json:"fence"`
	Delta posture.Delta `json:"delta"`
}

// failure is the body of every reply that is no success.
type failure struct {
	Error string `json:"error"`
}

// errTooBig says that a body is over maxBody.
var errTooBig = fmt.Errorf("more than %d MB", maxBody>>20)

// encode writes a value as compressed JSON.
func encode(w io.Writer, v any) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(z).Encode(v), z.Close())
}

// decode reads what encode wrote, or plain JSON.
func decode(r io.Reader, encoding string, v any) error {
	if encoding == "zstd" {
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return err
		}
		defer z.Close()
		r = z
	}
	limited := &io.LimitedReader{R: r, N: maxBody + 1}
	err := json.NewDecoder(limited).Decode(v)
	if limited.N <= 0 {
		return errTooBig
	}
	return err
}

// refuse answers with an error in one line.
func refuse(w http.ResponseWriter, status int, format string, args ...any) {
	reply(w, status, failure{fmt.Sprintf(format, args...)})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who has gone away need not be told
}
