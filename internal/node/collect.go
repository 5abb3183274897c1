package node

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Options say where to look.
type Options struct {
	// Root is a folder that stands for the host's /.
	Root string
	// Name is that of the node; empty finds it out.
	Name string
	// Collector is our version.
	Collector string
	// Owner is FileOwner if nil.
	Owner Owner
}

const (
	kubernetesDir = "/etc/kubernetes"
	pkiDepth      = 4
	cniDepth      = 2
	maxNotes      = 50
)

// collector gathers the facts of one host.
type collector struct {
	*host
	facts      tables.NodeFacts
	processes  map[string][]string
	components map[string]*component
	config     map[string]any // of the kubelet
}

// Collect looks at a host.
func Collect(o Options) (*tables.NodeFactsDocument, error) {
	if o.Owner == nil {
		o.Owner = FileOwner
	}
	h, err := open(o.Root, o.Owner)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	c := &collector{host: h, facts: tables.NodeFacts{
		Status: tables.NodeOK, Collector: o.Collector, Collected: time.Now().UTC().Format(time.RFC3339), Files: []tables.NodeFile{},
	}}
	c.findProcesses()
	c.kubelet()
	c.controlPlane()
	c.cni()
	c.services()
	if len(c.facts.Files) > tables.MaxNodeFiles {
		return nil, fmt.Errorf("%d files to tell of, want at most %d", len(c.facts.Files), tables.MaxNodeFiles)
	}
	return tables.NewNodeFacts(c.name(o), c.facts), nil
}

// name is what the kubelet calls the node.
func (c *collector) name(o Options) string {
	if o.Name != "" {
		return o.Name
	}
	if name := flag(c.processes["kubelet"], "hostname-override"); name != "" {
		return name
	}
	if text, err := c.read("/etc/hostname"); err == nil && len(strings.TrimSpace(string(text))) > 0 {
		return strings.ToLower(strings.TrimSpace(string(text)))
	}
	name, _ := os.Hostname()
	return strings.ToLower(name)
}

func (c *collector) note(format string, args ...any) {
	if len(c.facts.Notes) < maxNotes {
		c.facts.Notes = append(c.facts.Notes, fmt.Sprintf(format, args...))
	}
}

func (c *collector) add(f tables.NodeFile) { c.facts.Files = append(c.facts.Files, f) }

// file adds what is at a path.
func (c *collector) file(role tables.NodeRole, p string) { c.add(c.hashed(c.look(role, p))) }

// problem adds that a place could not be looked at.
func (c *collector) problem(role tables.NodeRole, p string, err error) {
	c.add(tables.NodeFile{Path: p, Role: role, Exists: !missing(err), Problem: plain(err)})
}

// closed are the roles of files that are not opened: what is in them is secret.
var closed = map[tables.NodeRole]bool{
	tables.RolePKIKey: true, tables.RoleAdminKubeconfig: true, tables.RoleSchedulerKubeconfig: true, tables.RoleControllerKubeconfig: true,
	tables.RoleProxyKubeconfig: true, tables.RoleKubeletKubeconfig: true, tables.RoleEncryptionConfig: true,
}

func (c *collector) hashed(f tables.NodeFile) tables.NodeFile {
	if f.Type != tables.EntityFile || closed[f.Role] {
		return f
	}
	if text, err := c.read(f.Path); err == nil {
		sum := sha256.Sum256(text)
		f.SHA256 = hex.EncodeToString(sum[:])
	}
	return f
}

func (c *collector) findProcesses() {
	found, err := c.host.processes("kubelet", "kube-proxy", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")
	if err != nil {
		c.note("processes of the host could not be listed: %s", plain(err))
	}
	c.processes = found
}

// kubelet looks at the kubelet and at what it reads.
func (c *collector) kubelet() {
	args, seen := c.processes["kubelet"]
	file := or(flag(args, "config"), "/var/lib/kubelet/config.yaml")
	c.file(tables.RoleKubeletConfig, file)
	c.readConfig(file)
	if dir := flag(args, "config-dir"); dir != "" {
		entries, err := c.list(dir, maxManifests)
		if err != nil {
			c.problem(tables.RoleKubeletConfig, dir, err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".conf") {
				c.file(tables.RoleKubeletConfig, path.Join(dir, e.Name()))
				c.readConfig(path.Join(dir, e.Name()))
			}
		}
	}
	c.file(tables.RoleKubeletKubeconfig, or(flag(args, "kubeconfig"), kubernetesDir+"/kubelet.conf"))
	ca := or(flag(args, "client-ca-file"), c.configured("authentication", "x509", "clientCAFile"), kubernetesDir+"/pki/ca.crt")
	c.file(tables.RoleKubeletCA, ca)
	if !seen {
		return
	}
	process := &tables.KubeletProcess{Args: withholdArgs(args)}
	if c.config != nil {
		process.Config, _ = json.Marshal(c.config)
	}
	c.facts.Kubelet = process
}

func (c *collector) readConfig(file string) {
	text, err := c.read(file)
	if err != nil {
		if !missing(err) {
			c.note("%s: %s", file, plain(err))
		}
		return
	}
	var content map[string]any
	if err := yaml.Unmarshal(text, &content); err != nil || content == nil {
		c.note("%s: no KubeletConfiguration", file)
		return
	}
	// Where static pods come from may hold credentials.
	delete(content, "staticPodURL")
	delete(content, "staticPodURLHeader")
	if c.config == nil {
		c.config = map[string]any{}
	}
	merge(c.config, content)
}

// configured is a string of the kubelet's configuration.
func (c *collector) configured(keys ...string) string {
	var at any = c.config
	for _, k := range keys {
		m, _ := at.(map[string]any)
		at = m[k]
	}
	s, _ := at.(string)
	return s
}

func or(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

var confDir = regexp.MustCompile(`(?m)^\s*conf_dir\s*=\s*["']([^"']+)["']`)

// cni looks at the configuration of the container network.
func (c *collector) cni() {
	dir := or(flag(c.processes["kubelet"], "cni-conf-dir"), "/etc/cni/net.d")
	if text, err := c.read("/etc/containerd/config.toml"); err == nil {
		if m := confDir.FindSubmatch(text); m != nil && path.IsAbs(string(m[1])) {
			dir = string(m[1])
		}
	}
	found := 0
	c.walk(dir, cniDepth, func(p string, e fs.DirEntry, err error) {
		found++
		switch {
		case err != nil && missing(err):
			c.add(tables.NodeFile{Path: p, Role: tables.RoleCNI})
		case err != nil:
			c.problem(tables.RoleCNI, p, err)
		case !e.IsDir():
			c.file(tables.RoleCNI, p)
		}
	})
	if found == 0 {
		c.add(tables.NodeFile{Path: dir, Role: tables.RoleCNI})
	}
}

// services looks at the units of systemd that start the kubelet, and at the
// kubeconfig of a kube-proxy that is no pod.
func (c *collector) services() {
	seen, found := map[string]bool{}, false
	unit := func(p string) {
		real, err := c.resolve(p)
		if err == nil && seen[real] || missing(err) {
			return // /lib is /usr/lib nearly everywhere
		}
		seen[real], found = true, true
		c.file(tables.RoleKubeletService, p)
	}
	for _, dir := range []string{"/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"} {
		unit(dir + "/kubelet.service")
		entries, err := c.list(dir+"/kubelet.service.d", maxManifests)
		if err != nil && !missing(err) {
			c.problem(tables.RoleKubeletService, dir+"/kubelet.service.d", err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".conf") {
				unit(path.Join(dir, "kubelet.service.d", e.Name()))
			}
		}
	}
	if !found {
		c.add(tables.NodeFile{Path: "/etc/systemd/system/kubelet.service", Role: tables.RoleKubeletService})
	}
	if p := flag(c.processes["kube-proxy"], "kubeconfig"); path.IsAbs(p) {
		c.file(tables.RoleProxyKubeconfig, p)
		return
	}
	for _, p := range []string{"/var/lib/kube-proxy/kubeconfig", "/var/lib/kube-proxy/kubeconfig.conf", kubernetesDir + "/kube-proxy.conf", kubernetesDir + "/proxy.conf"} {
		if f := c.look(tables.RoleProxyKubeconfig, p); f.Exists {
			c.add(f)
			return
		}
	}
	c.add(tables.NodeFile{Path: "/var/lib/kube-proxy/kubeconfig", Role: tables.RoleProxyKubeconfig})
}
