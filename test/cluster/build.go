//go:build unix

// Package cluster runs a real kube-apiserver on a real etcd, for tests, benchmarks and demos.
//
// There is no controller-manager, scheduler or kubelet: nothing creates pods, ServiceAccounts or
// Endpoints, nothing collects garbage, and a deleted namespace stays Terminating. Package load
// creates what those would have.
package cluster

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// module holds this module's own go.mod, the one place that says which versions are built, so that
// the servers can be built from any working directory.
//
//go:embed go.mod go.sum hollow/*.go
var module embed.FS

// Binaries are the paths of the servers in the cache.
type Binaries struct {
	Etcd      string
	APIServer string
}

type component struct {
	name, pkg, module, tags string
	ldflags                 func(version string) string
}

var (
	// The client gets its version as the server does.
	kubectl   = component{name: "kubectl", pkg: "k8s.io/kubernetes/cmd/kubectl", module: "k8s.io/kubernetes", ldflags: kubeFlags}
	etcd      = component{name: "etcd", pkg: "go.etcd.io/etcd/server/v3", module: "go.etcd.io/etcd/server/v3", ldflags: etcdFlags}
	apiserver = component{name: "kube-apiserver", pkg: "k8s.io/kubernetes/cmd/kube-apiserver", module: "k8s.io/kubernetes", ldflags: kubeFlags}
)

func etcdFlags(string) string { return "-s -w" }

// kubeFlags give the server its version; without them it calls itself v0.0.0-master.
func kubeFlags(version string) string {
	major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	const pkg = "k8s.io/component-base/version."
	return fmt.Sprintf("-s -w -X %[1]sgitVersion=%[2]s -X %[1]sgitMajor=%[3]s -X %[1]sgitMinor=%[4]s -X %[1]sgitTreeState=clean",
		pkg, version, major, minor)
}

// Build returns the servers, building those that the cache lacks: minutes the first time. A lock
// makes a second process wait for the first one's build. Progress goes to log.
func Build(ctx context.Context, log io.Writer) (Binaries, error) {
	cache, err := cacheDir()
	if err != nil {
		return Binaries{}, err
	}
	var b Binaries
	if b.APIServer, err = apiserver.build(ctx, cache, log); err != nil {
		return Binaries{}, err
	}
	if b.Etcd, err = etcd.build(ctx, cache, log); err != nil {
		return Binaries{}, err
	}
	return b, nil
}

// BuildKubectl returns the path of the real kubectl, building it if the cache lacks it.
func BuildKubectl(ctx context.Context, log io.Writer) (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	return kubectl.build(ctx, cache, log)
}

// KubernetesVersion is the version of the API server, as it reports it.
func KubernetesVersion() string {
	v, err := apiserver.version()
	if err != nil {
		return "unknown"
	}
	return v
}

func cacheDir() (string, error) {
	if dir := os.Getenv("KSPM_TEST_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(dir, "kubectl-kspm"), nil
}

func (c component) version() (string, error) {
	mod, err := module.ReadFile("go.mod")
	if err != nil {
		return "", err
	}
	m := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(c.module) + ` (v\S+)`).FindSubmatch(mod)
	if m == nil {
		return "", fmt.Errorf("go.mod does not require %s", c.module)
	}
	return string(m[1]), nil
}

func (c component) build(ctx context.Context, cache string, log io.Writer) (string, error) {
	version, err := c.version()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, version)
	path := filepath.Join(dir, c.name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(ctx, filepath.Join(dir, c.name+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return path, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	fmt.Fprintf(log, "building %s %s, once; a cold build takes minutes\n", c.name, version)
	if err := c.compile(ctx, path, version, log); err != nil {
		return "", fmt.Errorf("build %s %s: %w", c.name, version, err)
	}
	return path, nil
}

func (c component) compile(ctx context.Context, path, version string, log io.Writer) error {
	src, err := os.MkdirTemp("", "kspm-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(src)
	if err := os.CopyFS(src, module); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", c.tags, "-o", path+".new", "-ldflags", c.ldflags(version), c.pkg)
	cmd.Dir = src
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
