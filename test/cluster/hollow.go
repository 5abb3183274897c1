//go:build unix

package cluster

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Hollow says which nodes a cluster has: real kubelets on a fake container runtime, named hollow-1,
// hollow-2 and so on.
type Hollow struct {
	Nodes int
	// Dir may hold NAME/kubelet.yaml, a KubeletConfiguration that the node tells of at /configz, and
	// NAME/root, which stands for its host's root. It is nodes in the cluster's folder if empty.
	Dir string
	// Program runs in place of every container's image, with the container's arguments; none if empty.
	Program string
}

// hollowNode builds from the source in this package: its name has the hash of it.
func hollowNode() (component, error) {
	c := component{module: "k8s.io/kubernetes", ldflags: kubeFlags, pkg: "./hollow", tags: "hollow"}
	hash := sha256.New()
	err := fs.WalkDir(module, "hollow", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := module.ReadFile(path)
		hash.Write(text)
		return err
	})
	c.name = "hollow-node-" + hex.EncodeToString(hash.Sum(nil))[:12]
	return c, err
}

// BuildHollow returns the program of hollow nodes, building it if the cache lacks it.
func BuildHollow(ctx context.Context, log io.Writer) (string, error) {
	c, err := hollowNode()
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	return c.build(ctx, cache, log)
}

// hollowArgs are the API server's for reaching kubelets.
func hollowArgs() []string {
	return []string{
		"--egress-selector-config-file=egress.yaml",
		"--kubelet-certificate-authority=pki/ca.crt",
		"--kubelet-client-certificate=pki/apiserver-kubelet-client.crt",
		"--kubelet-client-key=pki/apiserver-kubelet-client.key",
		"--kubelet-preferred-address-types=InternalIP",
	}
}

// prepareHollow starts what the API server needs before nodes can be.
func (c *Cluster) prepareHollow(ctx context.Context, cfg Config, ca *authority) (err error) {
	if c.hollowPath, err = BuildHollow(ctx, cfg.Log); err != nil {
		return err
	}
	cert, key, err := ca.client("kube-apiserver-kubelet-client", "system:masters")
	if err != nil {
		return err
	}
	if err := writePair(filepath.Join(cfg.Dir, "pki"), "apiserver-kubelet-client", cert, key); err != nil {
		return err
	}
	c.egress, err = startEgress(cfg.Dir)
	return err
}

// startHollow starts the nodes and waits until the API server gets their kubelets' configuration.
func (c *Cluster) startHollow(ctx context.Context, cfg Config, ca *authority) error {
	client, err := adminClient(ca)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	for i := 1; i <= cfg.Hollow.Nodes; i++ {
		name, ip := fmt.Sprintf("hollow-%d", i), net.IPv4(10, 250, byte(i>>8), byte(i))
		if err := c.registerNode(ctx, client, name, ip); err != nil {
			return fmt.Errorf("register %s: %w", name, err)
		}
		if err := c.startNode(cfg, ca, name, ip); err != nil {
			return fmt.Errorf("start %s: %w", name, err)
		}
	}
	for i := 1; i <= cfg.Hollow.Nodes; i++ {
		url := fmt.Sprintf("%s/api/v1/nodes/hollow-%d/proxy/configz", c.Server, i)
		for !ok(ctx, client, url) {
			p := c.nodes[i-1]
			select {
			case <-ctx.Done():
				return fmt.Errorf("wait for hollow-%d: %w: %s", i, ctx.Err(), p.tail())
			case <-p.done:
				return p.ended()
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	return nil
}

// registerNode makes the Node with its address before the kubelet does: as with an external cloud
// provider, the kubelet keeps it.
func (c *Cluster) registerNode(ctx context.Context, client *http.Client, name string, ip net.IP) error {
	node := fmt.Sprintf(`{"apiVersion":"v1","kind":"Node","metadata":{"name":%[1]q,"labels":{"kubernetes.io/hostname":%[1]q,"kubernetes.io/os":"linux","type":"hollow"}},`+
		`"spec":{"taints":[{"key":"kspm.io/hollow","effect":"NoSchedule"}]},"status":{"addresses":[{"type":"InternalIP","address":%[2]q},{"type":"Hostname","address":%[1]q}]}}`, name, ip)
	for _, step := range []struct{ method, path, kind, body string }{
		{http.MethodPost, "", "application/json", node},
		// Of what is there already, the address is set again.
		{http.MethodPatch, "/" + name + "/status", "application/merge-patch+json", node},
	} {
		req, err := http.NewRequestWithContext(ctx, step.method, c.Server+"/api/v1/nodes"+step.path, bytes.NewReader([]byte(step.body)))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", step.kind)
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode >= 300 && resp.StatusCode != http.StatusConflict {
			return fmt.Errorf("%s: %s", step.method, resp.Status)
		}
	}
	return nil
}

func (c *Cluster) startNode(cfg Config, ca *authority, name string, ip net.IP) error {
	dir := filepath.Join(cfg.Dir, "kubelets", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	cert, key, err := ca.server("system:node:"+name, []string{name}, ip)
	if err != nil {
		return err
	}
	if err := writePair(dir, "kubelet", cert, key); err != nil {
		return err
	}
	kubeconfig, err := writeKubeconfig(dir, ca, cfg.Name, c.Server, "system:node:"+name, "system:nodes")
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	from := cfg.Hollow.Dir
	if from == "" {
		from = filepath.Join(cfg.Dir, "nodes")
	}
	args := []string{
		"--name", name, "--port", strconv.Itoa(port), "--kubeconfig", kubeconfig, "--client-ca", filepath.Join(cfg.Dir, "pki", "ca.crt"),
		"--cert", filepath.Join(dir, "kubelet.crt"), "--key", filepath.Join(dir, "kubelet.key"),
		"--root", filepath.Join(from, name, "root"), "--run", cfg.Hollow.Program,
	}
	if config := filepath.Join(from, name, "kubelet.yaml"); exists(config) {
		args = append(args, "--config", config)
	}
	p, err := start(dir, c.hollowPath, args...)
	if err == nil {
		c.nodes = append(c.nodes, p)
	}
	return err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
