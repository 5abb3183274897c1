//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/test/cluster"
	"github.com/kubectl-kspm/kubectl-kspm/test/cluster/load"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

type runFlags struct {
	cluster.Config
	args     list
	untilEOF bool
}

func parseRun(name string, args []string) (runFlags, error) {
	f := runFlags{}
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.StringVar(&f.Dir, "dir", "", "folder of the cluster: data, certificates, logs, kubeconfigs (required)")
	set.StringVar(&f.Name, "name", "kspm-test", "name of the cluster in kubeconfigs")
	set.IntVar(&f.Port, "listen-port", 0, "port of the API server on 127.0.0.1; 0 finds a free one")
	set.Var(&f.args, "apiserver-arg", "further flag of kube-apiserver, as in --apiserver-arg=--v=4; repeats")
	set.IntVar(&f.Nodes, "hollow-nodes", 0, "nodes hollow-1, hollow-2 …: real kubelets on a fake container runtime")
	set.StringVar(&f.Hollow.Dir, "hollow-dir", "", "folder with NAME/kubelet.yaml and NAME/root of hollow nodes; nodes in --dir by default")
	set.StringVar(&f.Program, "hollow-program", "", "program that runs on hollow nodes in place of every container's image")
	set.BoolVar(&f.untilEOF, "until-eof", false, "run: stop when standard input ends")
	if err := set.Parse(args); err != nil {
		return f, err
	}
	if f.Dir == "" {
		return f, errors.New("--dir is required")
	}
	f.Config.Args = f.args
	f.Config.Log = os.Stderr
	return f, nil
}

// run prints one line of JSON, a cluster.Info, when the cluster is ready.
func run(ctx context.Context, args []string) error {
	f, err := parseRun("run", args)
	if err != nil {
		return err
	}
	if f.untilEOF {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
	}
	c, err := cluster.Start(ctx, f.Config)
	if err != nil {
		return err
	}
	return errors.Join(serve(ctx, c), c.Stop())
}

func serve(ctx context.Context, c *cluster.Cluster) error {
	config, err := clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig)
	if err != nil {
		return err
	}
	if err := load.Bootstrap(ctx, config); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(c.Info); err != nil {
		return err
	}
	return c.Wait(ctx)
}

// up runs itself in a session of its own and returns when the cluster is ready.
func up(ctx context.Context, args []string) error {
	f, err := parseRun("up", args)
	if err != nil {
		return err
	}
	if _, err := cluster.Build(ctx, os.Stderr); err != nil {
		return err
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(f.Dir, "kspm-cluster.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	child := []string{
		"run", "--dir", f.Dir, "--name", f.Name, "--listen-port", strconv.Itoa(f.Port),
		"--hollow-nodes", strconv.Itoa(f.Nodes), "--hollow-dir", f.Hollow.Dir, "--hollow-program", f.Program,
	}
	for _, a := range f.args {
		child = append(child, "--apiserver-arg", a)
	}
	cmd := exec.CommandContext(ctx, self, child...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		text, _ := os.ReadFile(log.Name())
		return errors.New(strings.TrimSpace(string(text)))
	}
	fmt.Print(line)
	return cmd.Process.Release()
}

func down(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("down", flag.ContinueOnError)
	dir := set.String("dir", "", "folder of the cluster (required)")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("--dir is required")
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	was, err := cluster.StopDir(ctx, *dir)
	if err == nil && !was {
		fmt.Fprintln(os.Stderr, "no cluster was running")
	}
	return err
}
