package main

import (
	"cmp"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// shared is the API server that the tests of a run share, started when the
// first one needs it.
var shared struct {
	once sync.Once
	*testcluster.Cluster
	err error
}

// stoppingCluster ends the shared cluster with the tests.
type stoppingCluster struct{ *testing.M }

func (m stoppingCluster) Run() int {
	code := m.M.Run()
	if shared.Cluster != nil {
		if err := shared.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = cmp.Or(code, 1)
		}
	}
	return code
}
