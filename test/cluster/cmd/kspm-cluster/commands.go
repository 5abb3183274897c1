//go:build unix

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/test/cluster"
	"github.com/kubectl-kspm/kubectl-kspm/test/cluster/load"
)

func build(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("build", flag.ContinueOnError)
	if err := set.Parse(args); err != nil {
		return err
	}
	bin, err := cluster.Build(ctx, os.Stderr)
	if err != nil {
		return err
	}
	fmt.Println(bin.APIServer)
	fmt.Println(bin.Etcd)
	return kubectl(ctx, nil)
}

func kubectl(ctx context.Context, args []string) error {
	if err := flag.NewFlagSet("kubectl", flag.ContinueOnError).Parse(args); err != nil {
		return err
	}
	path, err := cluster.BuildKubectl(ctx, os.Stderr)
	if err != nil {
		return err
	}
	fmt.Println(path)
	return nil
}

func kubeconfig(_ context.Context, args []string) error {
	var groups list
	set := flag.NewFlagSet("kubeconfig", flag.ContinueOnError)
	dir := set.String("dir", "", "folder of the cluster (required)")
	user := set.String("user", "", "name of the user (required)")
	set.Var(&groups, "group", "a group that the user is in; repeats")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *dir == "" || *user == "" {
		return errors.New("--dir and --user are required")
	}
	path, err := cluster.Kubeconfig(*dir, *user, groups...)
	if err != nil {
		return err
	}
	fmt.Println(path)
	return nil
}

func loadPods(ctx context.Context, args []string) error {
	var o load.Options
	set := flag.NewFlagSet("load", flag.ContinueOnError)
	path := set.String("kubeconfig", "", "kubeconfig of an administrator (required)")
	set.IntVar(&o.Pods, "pods", 200, "pods in all, the ones in kube-system included")
	set.Uint64Var(&o.Seed, "seed", 1, "the same seed and number of pods make the same cluster")
	set.IntVar(&o.Workers, "workers", 32, "requests at a time")
	set.BoolVar(&o.NoStatus, "no-status", false, "leave every status as the server sets it: half the work, and pods stay Pending")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *path == "" {
		return errors.New("--kubeconfig is required")
	}
	config, err := clientcmd.BuildConfigFromFlags("", *path)
	if err != nil {
		return err
	}
	began := time.Now()
	counts, err := load.Load(ctx, config, o)
	if err != nil {
		return err
	}
	fmt.Printf("%d pods and %d other objects in %.1f s\n", counts["Pod"], counts.Total()-counts["Pod"], time.Since(began).Seconds())
	return nil
}
