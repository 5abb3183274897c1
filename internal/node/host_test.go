package node

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Links are followed as the host follows them, and never out of its root.
func TestLinks(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("OUTSIDE"), 0o600); err != nil {
		t.Fatal(err)
	}
	tr := tree{
		"/etc/real": {mode: 0o640, text: "inside"},
		"/absolute": {link: "/etc/real"}, "/relative": {link: "etc/real"}, "/etc/up": {link: "../../../../../etc/real"},
		"/chain": {link: "/absolute"}, "/loop": {link: "/loop"}, "/dangling": {link: "/nowhere"}, "/dir": {link: "/etc"},
		"/escape": {link: outside}, "/climb": {link: strings.Repeat("../", 30) + outside},
	}
	root, owner := tr.write(t)
	h, err := open(root, owner)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, tt := range []struct{ path, target, problem string }{
		{"/absolute", "/etc/real", ""},
		{"/relative", "/etc/real", ""},
		{"/etc/up", "/etc/real", ""},
		{"/chain", "/etc/real", ""},
		{"/dir/real", "/etc/real", ""},
		{"/etc/../absolute", "/etc/real", ""},
		{"/../../etc/real", "", ""},
		{"/loop", "", "too many symbolic links"},
		{"/dangling", "", "-"},
		{"/escape", "", "-"},
		{"/climb", "", "-"},
		{"/etc/real/below", "", "-"},
	} {
		f := h.look(tables.RoleCNI, tt.path)
		if tt.problem == "-" {
			if f.Exists || f.Mode != "" {
				t.Errorf("%s: is there: %+v", tt.path, f)
			}
			if text, err := h.read(tt.path); err == nil {
				t.Errorf("%s: read %q", tt.path, text)
			}
			continue
		}
		if f.Target != tt.target || f.Problem != tt.problem || tt.problem == "" && f.Mode != "0640" {
			t.Errorf("%s: %+v", tt.path, f)
		}
	}
}

func TestNotAHost(t *testing.T) {
	if _, err := Collect(Options{Root: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no host's root") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Collect(Options{Root: filepath.Join(t.TempDir(), "no")}); err == nil {
		t.Error("a folder that is not there")
	}
}

// What could not be looked at is told, and is not taken for missing.
func TestNotReadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything: nothing is closed to this test")
	}
	tr := kubeadm()
	tr["/etc/kubernetes/manifests"] = &thing{mode: fs.ModeDir}
	root, owner := tr.write(t)
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(root, "etc/kubernetes/manifests"), 0o700) })
	facts, err := Collect(Options{Root: root, Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range facts.Files {
		if strings.HasSuffix(string(f.Role), "-manifest") && f.Problem != "" {
			n++
		}
	}
	if n != 4 {
		t.Errorf("%d of 4 manifests are said to be closed", n)
	}
}

// The owner is the file's own where root may give files away.
func TestFileOwner(t *testing.T) {
	root, _ := kubeadm().write(t)
	if os.Geteuid() != 0 {
		t.Skip("only root may give files away")
	}
	if err := os.Chown(filepath.Join(root, "var/lib/etcd"), 107, 108); err != nil {
		t.Skipf("chown is refused here: %v", err)
	}
	facts, err := Collect(Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range facts.Files {
		if f.Role == tables.RoleEtcdData && (*f.UID != 107 || *f.GID != 108 || f.Owner != "etcd" || f.Group != "") {
			t.Errorf("%+v", f)
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add([]byte(encrypted))
	f.Add([]byte(policy))
	f.Add([]byte(apiserver))
	f.Fuzz(func(t *testing.T, text []byte) {
		if out, err := encryptionContent(text); err == nil && strings.Contains(out, `"secret"`) {
			t.Errorf("a key is kept: %s", out)
		}
		_, _ = policyContent(text)
		_ = withholdArgs(strings.Fields(string(text)))
		_ = flag(strings.Fields(string(text)), "config")
	})
}
