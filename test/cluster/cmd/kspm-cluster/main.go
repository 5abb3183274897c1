//go:build unix

// Command kspm-cluster builds, starts, fills and stops a local API server for tests and demos.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: kspm-cluster COMMAND [flags]

  build                                build kube-apiserver, etcd and the hollow kubelet into the cache
  up         --dir DIR                 start a cluster in the background
  run        --dir DIR                 start a cluster and stay until a signal, or with --until-eof
                                       until standard input ends
  down       --dir DIR                 stop it; DIR stays, and up starts it again as it was
  load       --kubeconfig F --pods N   fill it
  kubectl                              print the path of a kubectl of the same version, built once
  kubeconfig --dir DIR --user U        print the path of a kubeconfig for any user; --group repeats

Each command takes -h.
`

var commands = map[string]func(ctx context.Context, args []string) error{
	"build":      build,
	"kubectl":    kubectl,
	"up":         up,
	"run":        run,
	"down":       down,
	"load":       loadPods,
	"kubeconfig": kubeconfig,
}

func main() {
	os.Exit(command(os.Args[1:]))
}

func command(args []string) int {
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := commands[args[0]](ctx, args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "kspm-cluster %s: %v\n", args[0], err)
		return 1
	}
	return 0
}
