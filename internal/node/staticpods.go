package node

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const maxManifests = 500

// component is a part of the control plane that runs here, and how.
type component struct {
	role  tables.NodeRole
	file  string // its static pod's, or "" where it is a process of the host
	args  []string
	paths func(string) string // of the process to those of the host
}

// path is the file on the host that a flag names, or "".
func (c *component) path(name string) string {
	if c == nil {
		return ""
	}
	value := flag(c.args, name)
	if !path.IsAbs(value) {
		return ""
	}
	return c.paths(value)
}

var componentRoles = map[string]tables.NodeRole{
	"kube-apiserver":          tables.RoleAPIServerManifest,
	"kube-controller-manager": tables.RoleControllerManagerManifest,
	"kube-scheduler":          tables.RoleSchedulerManifest,
	"etcd":                    tables.RoleEtcdManifest,
}

// staticPods reads the manifests of a kubelet's folder.
func (h *host) staticPods(dir string) (map[string]*component, []string, error) {
	found := map[string]*component{}
	var notes []string
	entries, err := h.list(dir, maxManifests)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || e.IsDir() {
			continue // which the kubelet does not read either
		}
		file := path.Join(dir, e.Name())
		name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".json"), ".yaml"), ".yml")
		c := &component{file: file, paths: func(p string) string { return p }}
		pod, err := h.pod(file)
		if err != nil {
			notes = append(notes, file+": "+plain(err))
		} else if n := c.of(pod); n != "" {
			name = n
		}
		if c.role = componentRoles[name]; c.role != "" && found[name] == nil {
			found[name] = c
		}
	}
	return found, notes, nil
}

func (h *host) pod(file string) (*corev1.Pod, error) {
	text, err := h.read(file)
	if err != nil {
		return nil, err
	}
	var pod corev1.Pod
	if err := yaml.Unmarshal(text, &pod); err != nil {
		return nil, errors.New("not a pod")
	}
	return &pod, nil
}

// of takes what a pod runs, if it is a component, and returns its name.
func (c *component) of(pod *corev1.Pod) string {
	for _, container := range pod.Spec.Containers {
		words := slices.Concat(container.Command, container.Args)
		for i, w := range words[:min(len(words), 2)] { // the binary, or a wrapper and the binary
			name := path.Base(w)
			if componentRoles[name] == "" {
				continue
			}
			c.args = words[i+1:]
			if name == "etcd" {
				c.args = append(etcdEnv(container.Env), c.args...) // flags are stronger
			}
			c.paths = mounts(pod, container)
			return name
		}
	}
	return ""
}

func etcdEnv(env []corev1.EnvVar) (flags []string) {
	for _, e := range env {
		if name, ok := strings.CutPrefix(e.Name, "ETCD_"); ok && e.Value != "" {
			flags = append(flags, "--"+strings.ReplaceAll(strings.ToLower(name), "_", "-")+"="+e.Value)
		}
	}
	return flags
}

// mounts maps a container's paths to the host's.
func mounts(pod *corev1.Pod, c corev1.Container) func(string) string {
	return func(p string) string {
		best, from := "", ""
		for _, m := range c.VolumeMounts {
			inside := p == m.MountPath || strings.HasPrefix(p, strings.TrimSuffix(m.MountPath, "/")+"/")
			if !inside || len(m.MountPath) <= len(best) {
				continue
			}
			for _, v := range pod.Spec.Volumes {
				if v.Name == m.Name && v.HostPath != nil {
					best, from = m.MountPath, path.Join(v.HostPath.Path, m.SubPath)
				}
			}
		}
		if best == "" {
			return p
		}
		return path.Join(from, strings.TrimPrefix(p, best))
	}
}

// walk calls f for every file below a folder, folders included.
func (h *host) walk(dir string, depth int, f func(p string, e fs.DirEntry, err error)) {
	entries, err := h.list(dir, tables.MaxNodeFiles)
	if err != nil {
		f(dir, nil, err)
		return
	}
	for _, e := range entries {
		p := path.Join(dir, e.Name())
		f(p, e, nil)
		if e.IsDir() && depth > 0 {
			h.walk(p, depth-1, f)
		}
	}
}
