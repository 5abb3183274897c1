package node

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// thing is a file or folder of a host made for a test.
type thing struct {
	mode fs.FileMode
	uid  int64
	gid  int64
	text string
	link string
}

type tree map[string]*thing

const (
	apiserver = `{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver}, spec: {containers: [{name: a, image: a,
  command: [kube-apiserver, --client-ca-file=/etc/kubernetes/pki/ca.crt, --encryption-provider-config=/conf/enc.yaml, --audit-policy-file=/conf/audit.yaml],
  volumeMounts: [{name: c, mountPath: /conf}]}], volumes: [{name: c, hostPath: {path: /etc/kubernetes/conf}}]}}`
	etcd       = `{apiVersion: v1, kind: Pod, spec: {containers: [{name: e, command: [etcd, --data-dir=/data, --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt], volumeMounts: [{name: d, mountPath: /data}]}], volumes: [{name: d, hostPath: {path: /var/lib/etcd}}]}}`
	scheduler  = `{apiVersion: v1, kind: Pod, spec: {containers: [{name: s, command: [kube-scheduler, --kubeconfig, /etc/kubernetes/scheduler.conf]}]}}`
	controller = `{apiVersion: v1, kind: Pod, spec: {containers: [{name: s, command: [/usr/bin/kube-controller-manager], args: [--kubeconfig=/etc/kubernetes/controller-manager.conf]}]}}`
	encrypted  = `{apiVersion: apiserver.config.k8s.io/v1, kind: EncryptionConfiguration, resources: [{resources: [secrets], providers: [{secretbox: {keys: [{name: k, secret: VEhFIEtFWQ==}]}}, {identity: {}}]}]}`
	policy     = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n"
	cert       = "-----BEGIN CERTIFICATE-----\n"
	key        = "-----BEGIN EC PRIVATE KEY-----\nTHE KEY\n"
)

// kubeadm is a control plane node as the benchmark wants it.
func kubeadm() tree {
	file := func(text string) *thing { return &thing{mode: 0o600, text: text} }
	open := func(text string) *thing { return &thing{mode: 0o644, text: text} }
	dir := func(mode fs.FileMode) *thing { return &thing{mode: fs.ModeDir | mode} }
	return tree{
		"/etc/passwd": open("root:x:0:0::/:/bin/sh\netcd:x:107:107::/:\n"), "/etc/group": open("root:x:0:\netcd:x:107:\n"), "/etc/hostname": open("CP-1\n"),
		"/etc/kubernetes/manifests/kube-apiserver.yaml": file(apiserver), "/etc/kubernetes/manifests/kube-controller-manager.yaml": file(controller),
		"/etc/kubernetes/manifests/kube-scheduler.yaml": file(scheduler), "/etc/kubernetes/manifests/etcd.yaml": file(etcd),
		"/etc/cni/net.d/10-calico.conflist": file("{}"),
		"/var/lib/etcd":                     {mode: fs.ModeDir | 0o700, uid: 107, gid: 107},
		"/etc/kubernetes/admin.conf":        file("SECRET"), "/etc/kubernetes/super-admin.conf": file("SECRET"),
		"/etc/kubernetes/scheduler.conf": file("SECRET"), "/etc/kubernetes/controller-manager.conf": file("SECRET"), "/etc/kubernetes/kubelet.conf": file("SECRET"),
		"/etc/kubernetes/pki": dir(0o755), "/etc/kubernetes/pki/ca.crt": open(cert), "/etc/kubernetes/pki/ca.key": file(key),
		"/etc/kubernetes/pki/sa.pub": open("-----BEGIN PUBLIC KEY-----\n"), "/etc/kubernetes/pki/etcd/ca.crt": open(cert), "/etc/kubernetes/pki/etcd/ca.key": file(key),
		"/etc/kubernetes/conf/enc.yaml": file(encrypted), "/etc/kubernetes/conf/audit.yaml": file(policy),
		"/etc/systemd/system/kubelet.service.d/10-kubeadm.conf": file("[Service]"),
		"/var/lib/kube-proxy/kubeconfig":                        file("SECRET"),
		"/var/lib/kubelet/config.yaml":                          file("kind: KubeletConfiguration\nauthentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}\nstaticPodURL: https://u:SECRET@x\n"),
		"/proc/71/cmdline":                                      open("/usr/bin/kubelet\x00--config=/var/lib/kubelet/config.yaml\x00--manifest-url-header\x00SECRET\x00--hostname-override=cp-one\x00"),
		"/proc/71/cgroup":                                       open("0::/system.slice/kubelet.service\n"),
		"/proc/90/cmdline":                                      open("kubelet\x00--config=/in/a/pod\x00"),
		"/proc/90/cgroup":                                       open("0::/../../kubepods.slice/x\n"),
	}
}

// write makes the tree, and tells who owns what in it.
func (tr tree) write(t *testing.T) (root string, owner Owner) {
	t.Helper()
	root = t.TempDir()
	for p, th := range tr {
		at := filepath.Join(root, p)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch {
		case th.link != "":
			err = os.Symlink(th.link, at)
		case th.mode.IsDir():
			err = os.MkdirAll(at, 0o755)
		default:
			err = os.WriteFile(at, []byte(th.text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for p, th := range tr {
		if th.link == "" {
			if err := os.Chmod(filepath.Join(root, p), th.mode&^fs.ModeDir); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Only root may give files away; what owns them is told instead.
	return root, func(p string, _ fs.FileInfo) (uid, gid int64, ok bool) {
		if th := tr[p]; th != nil {
			return th.uid, th.gid, true
		}
		return 0, 0, true
	}
}

func (tr tree) collect(t *testing.T) *tables.NodeFactsDocument {
	t.Helper()
	root, owner := tr.write(t)
	facts, err := Collect(Options{Root: root, Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "SECRET") || strings.Contains(string(text), "THE KEY") || strings.Contains(string(text), "VEhFIEtFWQ") {
		t.Errorf("a secret is told: %s", text)
	}
	if _, err := tables.ParseNodeFacts(text); err != nil {
		t.Errorf("what is printed cannot be read: %v", err)
	}
	return facts
}

// way is something wrong with one file, and the recommendation that says so.
type way struct {
	id   string
	role tables.NodeRole
	path string
	// What is wrong: the mode, the content, or with neither the owner.
	mode fs.FileMode
	text string
}

// ways are one for each of the 33 recommendations about files.
func ways() []way {
	const k = "/etc/kubernetes/"
	return []way{
		{"1.1.1", tables.RoleAPIServerManifest, k + "manifests/kube-apiserver.yaml", 0o644, ""},
		{"1.1.2", tables.RoleAPIServerManifest, k + "manifests/kube-apiserver.yaml", 0, ""},
		{"1.1.3", tables.RoleControllerManagerManifest, k + "manifests/kube-controller-manager.yaml", 0o640, ""},
		{"1.1.4", tables.RoleControllerManagerManifest, k + "manifests/kube-controller-manager.yaml", 0, ""},
		{"1.1.5", tables.RoleSchedulerManifest, k + "manifests/kube-scheduler.yaml", 0o604, ""},
		{"1.1.6", tables.RoleSchedulerManifest, k + "manifests/kube-scheduler.yaml", 0, ""},
		{"1.1.7", tables.RoleEtcdManifest, k + "manifests/etcd.yaml", 0o700, ""},
		{"1.1.8", tables.RoleEtcdManifest, k + "manifests/etcd.yaml", 0, ""},
		{"1.1.9", tables.RoleCNI, "/etc/cni/net.d/10-calico.conflist", 0o644, ""},
		{"1.1.10", tables.RoleCNI, "/etc/cni/net.d/10-calico.conflist", 0, ""},
		{"1.1.11", tables.RoleEtcdData, "/var/lib/etcd", 0o755, ""},
		{"1.1.12", tables.RoleEtcdData, "/var/lib/etcd", 0, ""},
		{"1.1.13", tables.RoleAdminKubeconfig, k + "super-admin.conf", 0o640, ""},
		{"1.1.14", tables.RoleAdminKubeconfig, k + "admin.conf", 0, ""},
		{"1.1.15", tables.RoleSchedulerKubeconfig, k + "scheduler.conf", 0o666, ""},
		{"1.1.16", tables.RoleSchedulerKubeconfig, k + "scheduler.conf", 0, ""},
		{"1.1.17", tables.RoleControllerKubeconfig, k + "controller-manager.conf", 0o601, ""},
		{"1.1.18", tables.RoleControllerKubeconfig, k + "controller-manager.conf", 0, ""},
		{"1.1.19", tables.RolePKIFile, k + "pki/sa.pub", 0, ""},
		{"1.1.20", tables.RolePKICertificate, k + "pki/etcd/ca.crt", 0o664, ""},
		{"1.1.21", tables.RolePKIKey, k + "pki/etcd/ca.key", 0o640, ""},
		{"1.2.28", tables.RoleEncryptionConfig, k + "conf/enc.yaml", 0, `{kind: EncryptionConfiguration, resources: [{resources: [secrets], providers: [{identity: {}}]}]}`},
		{"3.2.2", tables.RoleAuditPolicy, k + "conf/audit.yaml", 0, "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: None}]}"},
		{"4.1.1", tables.RoleKubeletService, "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", 0o644, ""},
		{"4.1.2", tables.RoleKubeletService, "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", 0, ""},
		{"4.1.3", tables.RoleProxyKubeconfig, "/var/lib/kube-proxy/kubeconfig", 0o644, ""},
		{"4.1.4", tables.RoleProxyKubeconfig, "/var/lib/kube-proxy/kubeconfig", 0, ""},
		{"4.1.5", tables.RoleKubeletKubeconfig, k + "kubelet.conf", 0o644, ""},
		{"4.1.6", tables.RoleKubeletKubeconfig, k + "kubelet.conf", 0, ""},
		{"4.1.7", tables.RoleKubeletCA, k + "pki/ca.crt", 0o666, ""},
		{"4.1.8", tables.RoleKubeletCA, k + "pki/ca.crt", 0, ""},
		{"4.1.9", tables.RoleKubeletConfig, "/var/lib/kubelet/config.yaml", 0o2644, ""},
		{"4.1.10", tables.RoleKubeletConfig, "/var/lib/kubelet/config.yaml", 0, ""},
	}
}

// spoil does to a tree what is wrong.
func (w way) spoil(tr tree) {
	th := tr[w.path]
	switch {
	case w.text != "":
		th.text = w.text
	case w.mode&0o2000 != 0:
		th.mode = fs.ModeSetgid | w.mode&0o777
	case w.mode != 0:
		th.mode = th.mode&fs.ModeDir | w.mode
	default:
		th.uid, th.gid = 1000, 1001
	}
}

// Each is wrong in one file, which is seen there and nowhere else.
func TestThirtyThreeWays(t *testing.T) {
	tests := ways()
	if len(tests) != 33 {
		t.Errorf("%d recommendations, want 33", len(tests))
	}
	good := kubeadm().collect(t)
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			tr := kubeadm()
			tt.spoil(tr)
			i := slices.IndexFunc(good.Files, func(f tables.NodeFile) bool { return f.Path == tt.path && f.Role == tt.role })
			if i < 0 {
				t.Fatalf("%s is not among the files of a good node", tt.path)
			}
			want := good.Files[i]
			switch {
			case tt.text != "":
			case tt.mode&0o2000 != 0:
				want.Mode = "2644"
			case tt.mode != 0:
				want.Mode = "0" + octal(tt.mode)
			default:
				uid, gid := int64(1000), int64(1001)
				want.UID, want.GID, want.Owner, want.Group = &uid, &gid, "", ""
			}
			bad := tr.collect(t)
			j := slices.IndexFunc(bad.Files, func(f tables.NodeFile) bool { return f.Path == tt.path && f.Role == tt.role })
			if j < 0 {
				t.Fatalf("%s is not told of", tt.path)
			}
			got := bad.Files[j]
			if tt.text != "" {
				if got.Content == want.Content || got.Content == "" {
					t.Errorf("content %s, as on a good node", got.Content)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			for i, f := range bad.Files {
				if f.Path != tt.path && !cmp.Equal(f, good.Files[i]) {
					t.Errorf("%s changed too", f.Path)
				}
			}
		})
	}
}

func octal(m fs.FileMode) string {
	return string([]byte{'0' + byte(m>>6&7), '0' + byte(m>>3&7), '0' + byte(m&7)})
}

func TestKubelet(t *testing.T) {
	got := kubeadm().collect(t)
	want := &tables.KubeletProcess{
		Args:   []string{"--config=/var/lib/kubelet/config.yaml", "--manifest-url-header", "[withheld]", "--hostname-override=cp-one"},
		Config: json.RawMessage(`{"authentication":{"x509":{"clientCAFile":"/etc/kubernetes/pki/ca.crt"}},"kind":"KubeletConfiguration"}`),
	}
	if diff := cmp.Diff(want, got.Kubelet); diff != "" {
		t.Error(diff)
	}
	if got.Metadata.Name != "cp-one" {
		t.Errorf("the node is called %s", got.Metadata.Name)
	}
	tr := kubeadm()
	delete(tr, "/proc/71/cmdline")
	if got := tr.collect(t); got.Kubelet != nil || got.Metadata.Name != "cp-1" {
		t.Errorf("a kubelet that runs in a pod is taken for the host's: %+v of %s", got.Kubelet, got.Metadata.Name)
	}
}

// A worker has none of the control plane's files: that is said of each.
func TestWorker(t *testing.T) {
	tr := kubeadm()
	for p := range tr {
		if strings.HasPrefix(p, "/etc/kubernetes/") || p == "/var/lib/etcd" || strings.HasPrefix(p, "/etc/cni") {
			delete(tr, p)
		}
	}
	got := tr.collect(t)
	for _, role := range tables.NodeRoles {
		switch role {
		case tables.RolePKICertificate, tables.RolePKIKey, tables.RolePKIFile, tables.RoleEncryptionConfig, tables.RoleAuditPolicy:
			continue // which are told of where there are some
		}
		if !slices.ContainsFunc(got.Files, func(f tables.NodeFile) bool { return f.Role == role }) {
			t.Errorf("nothing is said of %s", role)
		}
	}
	for _, f := range got.Files {
		if f.Exists && (f.Role == tables.RoleAPIServerManifest || f.Role == tables.RoleEtcdData || f.Role == tables.RolePKIDirectory) {
			t.Errorf("%s is there", f.Path)
		}
	}
}
