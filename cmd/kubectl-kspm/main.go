// Command kubectl-kspm is a kubectl plugin: the security posture of Kubernetes
// clusters and manifests, as SQL.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubectl-kspm/kubectl-kspm/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args, cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
