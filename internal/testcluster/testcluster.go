// Package testcluster gives tests a real API server: kube-apiserver and etcd as subprocesses, by way
// of the command in test/cluster. It needs the go command and a checkout; the first start on a
// machine builds the servers, which takes minutes (make that a step of its own: see the README there).
//
// The cluster has no controllers: a new namespace gets no default ServiceAccount, and without one
// the server refuses its pods. Load makes everything that controllers would.
package testcluster

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Cluster is a running API server. Its users are an admin (system:masters), a view (bound to the
// ClusterRole view) and a nobody (bound to nothing).
type Cluster struct {
	Dir              string // data, certificates, logs
	Server           string // https://127.0.0.1:PORT
	Version          string // v1.37.2
	AdminKubeconfig  string
	ViewKubeconfig   string
	NobodyKubeconfig string

	tool      string
	cmd       *exec.Cmd
	stdin     io.Closer // the cluster ends when this does, so also when the test binary dies
	exited    chan error
	temporary bool
}

// Start starts a cluster in dir, or in a temporary folder that Stop removes if dir is empty. What
// was in dir from an earlier cluster is there again. Args are flags of kspm-cluster run, such as
// "--name=prod" or "--apiserver-arg=--anonymous-auth=false".
func Start(dir string, args ...string) (*Cluster, error) {
	tool, err := findTool()
	if err != nil {
		return nil, err
	}
	c := &Cluster{Dir: dir, tool: tool, exited: make(chan error, 1)}
	if dir == "" {
		c.temporary = true
		if c.Dir, err = os.MkdirTemp("", "kspm-cluster-"); err != nil {
			return nil, err
		}
	}
	if err := c.start(args); err != nil {
		return nil, errors.Join(fmt.Errorf("start a cluster: %w", err), c.Stop())
	}
	return c, nil
}

func (c *Cluster) start(args []string) error {
	c.cmd = exec.Command(c.tool, append([]string{"run", "--until-eof", "--dir", c.Dir}, args...)...)
	c.cmd.Stderr = os.Stderr
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.cmd.Start(); err != nil {
		return err
	}
	c.stdin = stdin
	line, readErr := bufio.NewReader(stdout).ReadBytes('\n')
	go func() { c.exited <- c.cmd.Wait() }()
	if readErr != nil {
		return errors.New("kspm-cluster ended before the cluster was ready; it says why above")
	}
	return json.Unmarshal(line, c)
}

// Stop ends the servers, waits until they are gone, and removes a temporary folder.
func (c *Cluster) Stop() error {
	var err error
	if c.stdin != nil {
		c.stdin.Close()
		select {
		case err = <-c.exited:
		case <-time.After(20 * time.Second):
			_ = c.cmd.Process.Kill()
			err = fmt.Errorf("kspm-cluster did not end: %w", <-c.exited)
		}
		c.stdin = nil
	}
	if c.temporary {
		err = errors.Join(err, os.RemoveAll(c.Dir))
	}
	return err
}

// Kubeconfig returns the path of a kubeconfig for any user, known by a client certificate.
func (c *Cluster) Kubeconfig(user string, groups ...string) (path string, err error) {
	args := []string{"kubeconfig", "--dir", c.Dir, "--user", user}
	for _, g := range groups {
		args = append(args, "--group", g)
	}
	return c.run(args...)
}

// Load fills the cluster with a realistic set of objects around the given number of pods, the same
// ones for the same seed; about 100 pods a second.
func (c *Cluster) Load(pods int, seed uint64) error {
	_, err := c.run("load", "--kubeconfig", c.AdminKubeconfig, "--pods", strconv.Itoa(pods), "--seed", strconv.FormatUint(seed, 10))
	return err
}

// Kubectl returns the path of a real kubectl of the servers' version, built once.
func Kubectl() (string, error) {
	tool, err := findTool()
	if err != nil {
		return "", err
	}
	return output(exec.Command(tool, "kubectl"))
}

func (c *Cluster) run(args ...string) (string, error) {
	return output(exec.Command(c.tool, args...))
}

func output(cmd *exec.Cmd) (string, error) {
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}

// findTool has the go command build kspm-cluster, which caches it, and say where it is.
func findTool() (string, error) {
	module, err := findModule()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "tool", "-n", "kspm-cluster")
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "GOWORK=off")
	path, err := output(cmd)
	if err != nil {
		return "", fmt.Errorf("build kspm-cluster: %w", err)
	}
	return path, nil
}

// findModule looks for test/cluster above the working directory, which for a test is its package's.
func findModule() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		module := filepath.Join(dir, "test", "cluster")
		if _, err := os.Stat(filepath.Join(module, "go.mod")); err == nil {
			return module, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no test/cluster above %s", start)
		}
	}
}
