//go:build hollow

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/types"
	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func hollowName() types.NodeName { return types.NodeName(*name) }

// programs makes the fake runtime run something: for every container one program of the machine that
// the tests run on, with the container's arguments, and with a folder in place of the host's root
// that a container mounts. What the program prints is the container's log.
type programs struct {
	internalapi.RuntimeService
	program, root string

	mu         sync.Mutex
	containers map[string]*container
}

type container struct {
	args  []string
	env   []string
	log   string
	stop  context.CancelFunc
	done  chan struct{} // closed when the program has ended
	ended *int64        // when
	code  int32
}

func newPrograms(fake internalapi.RuntimeService, program, root string) *programs {
	return &programs{RuntimeService: fake, program: program, root: root, containers: map[string]*container{}}
}

func (p *programs) CreateContainer(ctx context.Context, sandbox string, c *cri.ContainerConfig, s *cri.PodSandboxConfig) (string, error) {
	id, err := p.RuntimeService.CreateContainer(ctx, sandbox, c, s)
	if err != nil {
		return "", err
	}
	args := append([]string(nil), c.Args...)
	for i := range args {
		for _, m := range c.Mounts {
			if m.HostPath == "/" {
				args[i] = mounted(args[i], m.ContainerPath, p.root)
			}
		}
		for _, e := range c.Envs {
			args[i] = strings.ReplaceAll(args[i], "$("+e.Key+")", string(e.Value))
		}
	}
	env := []string{"PATH=/usr/bin:/bin"}
	for _, e := range c.Envs {
		env = append(env, e.Key+"="+string(e.Value))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.containers[id] = &container{args: args, env: env, log: filepath.Join(s.LogDirectory, c.LogPath)}
	return id, nil
}

// mounted replaces the path in PATH and in --flag=PATH.
func mounted(arg, path, by string) string {
	if head, ok := strings.CutSuffix(arg, path); ok && (head == "" || strings.HasSuffix(head, "=")) {
		return head + by
	}
	return arg
}

func (p *programs) StartContainer(ctx context.Context, id string) error {
	if err := p.RuntimeService.StartContainer(ctx, id); err != nil {
		return err
	}
	if p.program == "" {
		return nil // the fake runtime's own: it runs for ever and says nothing
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.containers[id]
	if c == nil {
		return fmt.Errorf("container %s was not created here", id)
	}
	if err := os.MkdirAll(filepath.Dir(c.log), 0o700); err != nil {
		return err
	}
	log, err := os.Create(c.log)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.Background())
	c.stop, c.done = stop, make(chan struct{})
	cmd := exec.CommandContext(running, p.program, c.args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = c.env
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		log.Close()
		c.stop = nil
		return err
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		defer log.Close()
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadString('\n')
			if line = strings.TrimSuffix(line, "\n"); line != "" {
				fmt.Fprintf(log, "%s stdout F %s\n", time.Now().UTC().Format(time.RFC3339Nano), line)
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		err := cmd.Wait()
		close(c.done)
		in.Close()
		<-written
		now, code := time.Now().UnixNano(), int32(0)
		if err != nil {
			code = 1
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		c.ended, c.code = &now, code
	}()
	return nil
}

// stopAll ends what still runs, with the node.
func (p *programs) stopAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.containers {
		if c.stop != nil {
			c.stop()
			<-c.done
		}
	}
}

func (p *programs) StopContainer(ctx context.Context, id string, timeout int64) error {
	p.mu.Lock()
	if c := p.containers[id]; c != nil && c.stop != nil {
		c.stop()
	}
	p.mu.Unlock()
	return p.RuntimeService.StopContainer(ctx, id, timeout)
}

func (p *programs) ContainerStatus(ctx context.Context, id string, verbose bool) (*cri.ContainerStatusResponse, error) {
	r, err := p.RuntimeService.ContainerStatus(ctx, id, verbose)
	if err != nil {
		return r, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.containers[id]; c != nil && p.program != "" {
		r.Status.LogPath = c.log
		if c.ended != nil {
			r.Status.State, r.Status.FinishedAt, r.Status.ExitCode = cri.ContainerState_CONTAINER_EXITED, *c.ended, c.code
		}
	}
	return r, nil
}

func (p *programs) ListContainers(ctx context.Context, f *cri.ContainerFilter) ([]*cri.Container, error) {
	all, err := p.RuntimeService.ListContainers(ctx, f)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range all {
		if own := p.containers[c.Id]; own != nil && own.ended != nil {
			c.State = cri.ContainerState_CONTAINER_EXITED
		}
	}
	return all, err
}
