//go:build unix

package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Config says where and how a cluster runs. Dir is made if needed; a cluster that ran in it before
// comes up again with its data and its authority.
type Config struct {
	Dir  string
	Name string   // in kubeconfigs; "kspm-test" if empty
	Port int      // of the API server on 127.0.0.1; a free one if zero
	Args []string // further flags of kube-apiserver, after the built-in ones
	Hollow
	Log io.Writer // progress of the build; the servers write to files in Dir
}

// ErrRunning means that another process runs a cluster in the same folder.
var ErrRunning = errors.New("a cluster already runs in this folder")

// Cluster is a running API server and its etcd.
type Cluster struct {
	Info
	etcd, apiserver *process
	egress          *egress
	hollowPath      string
	nodes           []*process
	lockFile        string // locked while the cluster runs, and holds the process id
	unlock          func()
}

const (
	bootTime = 90 * time.Second
	attempts = 5 // at finding ports that stay free until the servers have them
)

// Start builds what is missing, starts both servers and waits until the API server is ready. Its
// children end with the calling process, however that ends (on Linux).
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	if cfg.Log == nil {
		cfg.Log = io.Discard
	}
	if cfg.Name == "" {
		cfg.Name = "kspm-test"
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	cfg.Dir = dir
	for _, p := range []*string{&cfg.Hollow.Dir, &cfg.Program} {
		if *p != "" {
			if *p, err = filepath.Abs(*p); err != nil {
				return nil, err
			}
		}
	}
	bin, err := Build(ctx, cfg.Log)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "pki"), 0o700); err != nil {
		return nil, err
	}
	lockFile := filepath.Join(dir, "lock")
	unlock, err := tryLock(lockFile)
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("%s: %w", dir, ErrRunning)
	}
	if err != nil {
		return nil, err
	}
	c := &Cluster{lockFile: lockFile, unlock: unlock}
	if err := os.WriteFile(lockFile, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	ca, err := writePKI(filepath.Join(dir, "pki"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("certificates: %w", err), c.Stop())
	}
	if cfg.Nodes > 0 {
		if err := c.prepareHollow(ctx, cfg, ca); err != nil {
			return nil, errors.Join(fmt.Errorf("hollow nodes: %w", err), c.Stop())
		}
	}
	ctx, cancel := context.WithTimeout(ctx, bootTime)
	defer cancel()
	for range attempts {
		if err = c.boot(ctx, cfg, bin, ca); !errors.Is(err, errPort) {
			break
		}
		c.kill()
	}
	if err == nil {
		err = c.startHollow(ctx, cfg, ca)
	}
	if err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func (c *Cluster) boot(ctx context.Context, cfg Config, bin Binaries, ca *authority) error {
	etcdPort, err := freePort()
	if err != nil {
		return err
	}
	port := cfg.Port
	if port == 0 {
		if port, err = freePort(); err != nil {
			return err
		}
	}
	if c.etcd, err = start(cfg.Dir, bin.Etcd, etcdArgs(etcdPort)...); err != nil {
		return err
	}
	args := apiserverArgs(port, etcdPort)
	if cfg.Nodes > 0 {
		args = append(args, hollowArgs()...)
	}
	if c.apiserver, err = start(cfg.Dir, bin.APIServer, append(args, cfg.Args...)...); err != nil {
		return err
	}
	info := Info{Name: cfg.Name, Server: "https://127.0.0.1:" + strconv.Itoa(port), Version: KubernetesVersion()}
	for _, u := range []struct {
		path *string
		name string
		in   []string
	}{
		{&info.AdminKubeconfig, Admin, []string{"system:masters"}},
		{&info.ViewKubeconfig, View, nil},
		{&info.NobodyKubeconfig, Nobody, nil},
	} {
		if *u.path, err = writeKubeconfig(cfg.Dir, ca, info.Name, info.Server, u.name, u.in...); err != nil {
			return fmt.Errorf("kubeconfig of %s: %w", u.name, err)
		}
	}
	if err := c.waitReady(ctx, ca, info.Server); err != nil {
		return err
	}
	c.Info = info
	return info.write(cfg.Dir)
}

// Wait returns when ctx ends, with nil, or when a server ends by itself.
func (c *Cluster) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-c.etcd.done:
		return c.etcd.ended()
	case <-c.apiserver.done:
		return c.apiserver.ended()
	}
}

// Stop ends both servers and waits until they are gone. The folder stays.
func (c *Cluster) Stop() error {
	c.kill()
	c.egress.stop()
	defer c.unlock()
	return os.Truncate(c.lockFile, 0)
}

// kill ends the API server at once, as all its state is in etcd, and etcd with time to write.
func (c *Cluster) kill() {
	for _, p := range c.nodes {
		p.stop(5 * time.Second)
	}
	c.nodes = nil
	c.apiserver.stop(0)
	c.etcd.stop(5 * time.Second)
	c.apiserver, c.etcd = nil, nil
}

// StopDir ends the process that runs a cluster in dir, if there is one, and waits until it is gone.
func StopDir(ctx context.Context, dir string) (wasRunning bool, err error) {
	path := filepath.Join(dir, "lock")
	if _, err := os.Stat(path); err != nil {
		return false, fmt.Errorf("no cluster folder: %w", err)
	}
	unlock, err := tryLock(path)
	if err == nil {
		unlock()
		return false, nil
	}
	if !errors.Is(err, errLocked) {
		return false, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return true, err
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil || pid <= 1 {
		return true, fmt.Errorf("%s is locked by an unknown process", path)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return true, fmt.Errorf("stop process %d: %w", pid, err)
	}
	if unlock, err = lock(ctx, path); err != nil {
		return true, err
	}
	unlock()
	return true, nil
}
