package node

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// controlPlane looks at the parts of the control plane that run here, and at
// where they would be if none does.
func (c *collector) controlPlane() {
	dir := or(flag(c.processes["kubelet"], "pod-manifest-path"), c.configured("staticPodPath"), kubernetesDir+"/manifests")
	found, notes, err := c.staticPods(dir)
	for _, n := range notes {
		c.note("%s", n)
	}
	c.components = found
	if found == nil {
		c.components = map[string]*component{}
	}
	for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"} {
		role := componentRoles[name]
		switch pod := c.components[name]; {
		case pod != nil:
			c.file(role, pod.file)
		case err != nil && !missing(err):
			c.problem(role, dir, err)
		default:
			c.add(tables.NodeFile{Path: path.Join(dir, name+".yaml"), Role: role})
		}
		if args := c.processes[name]; args != nil && c.components[name] == nil {
			c.components[name] = &component{args: args, paths: func(p string) string { return p }}
		}
	}
	c.file(tables.RoleEtcdData, or(c.components["etcd"].path("data-dir"), "/var/lib/etcd"))
	c.file(tables.RoleAdminKubeconfig, kubernetesDir+"/admin.conf")
	c.file(tables.RoleAdminKubeconfig, kubernetesDir+"/super-admin.conf")
	c.file(tables.RoleSchedulerKubeconfig, or(c.components["kube-scheduler"].path("kubeconfig"), kubernetesDir+"/scheduler.conf"))
	c.file(tables.RoleControllerKubeconfig, or(c.components["kube-controller-manager"].path("kubeconfig"), kubernetesDir+"/controller-manager.conf"))
	c.content(tables.RoleEncryptionConfig, c.components["kube-apiserver"].path("encryption-provider-config"), encryptionContent)
	c.content(tables.RoleAuditPolicy, c.components["kube-apiserver"].path("audit-policy-file"), policyContent)
	c.pki()
}

// content adds a file with what is in it.
func (c *collector) content(role tables.NodeRole, p string, say func([]byte) (string, error)) {
	if p == "" {
		return
	}
	f := c.hashed(c.look(role, p))
	if f.Type == tables.EntityFile {
		text, err := c.read(p)
		if err == nil {
			f.Content, err = say(text)
		}
		if err != nil {
			c.note("%s: %s", p, plain(err))
		}
	}
	c.add(f)
}

// pki looks at certificates and keys, in the API server's folder of them and in
// the usual one.
func (c *collector) pki() {
	dirs := []string{kubernetesDir + "/pki"}
	if ca := c.components["kube-apiserver"].path("client-ca-file"); ca != "" {
		dirs[0] = path.Dir(ca)
	}
	if ca := c.components["etcd"].path("trusted-ca-file"); ca != "" && !strings.HasPrefix(ca, dirs[0]+"/") {
		dirs = append(dirs, path.Dir(ca))
	}
	for _, dir := range slices.Compact(dirs) {
		c.file(tables.RolePKIDirectory, dir)
		c.walk(dir, pkiDepth, func(p string, e fs.DirEntry, err error) {
			switch {
			case err != nil && !missing(err):
				for _, role := range []tables.NodeRole{tables.RolePKIFile, tables.RolePKICertificate, tables.RolePKIKey} {
					c.problem(role, p, err)
				}
			case err != nil:
			case e.IsDir():
				c.file(tables.RolePKIDirectory, p)
			default:
				c.file(c.pkiRole(p), p)
			}
		})
	}
}

// pkiRole goes by the name, and for names that say neither by what is inside,
// which is not kept.
func (c *collector) pkiRole(p string) tables.NodeRole {
	switch ext := path.Ext(p); ext {
	case ".key":
		return tables.RolePKIKey
	case ".crt", ".cer", ".cert", ".pem":
		if text, err := c.read(p); err == nil && hasKey(text) {
			return tables.RolePKIKey
		}
		if ext == ".pem" && strings.Contains(path.Base(p), "key") {
			return tables.RolePKIKey
		}
		return tables.RolePKICertificate
	}
	return tables.RolePKIFile
}
