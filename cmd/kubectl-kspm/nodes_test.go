package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// nodes is an API server with three kubelets, and two nodes that do not answer.
// Of the hosts the first is as it should be, the second is not, and the third
// has nothing that looks like a host.
type nodes struct {
	*testcluster.Cluster
	kubernetes.Interface
	binary string
}

func startNodes(t *testing.T) *nodes {
	t.Helper()
	n := startHosts(t, 3, map[string]string{
		"hollow-1/root/etc/passwd":                       "root:x:0:0::/root:/bin/sh\n",
		"hollow-1/root/etc/kubernetes/kubelet.conf":      "SECRET",
		"hollow-2/root/etc/kubernetes/kubelet.conf 0644": "SECRET",
		"hollow-2/root/proc/9/cmdline":                   "/usr/bin/kubelet\x00--hostname-override=x\x00",
		"hollow-2/kubelet.yaml":                          "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nauthentication: {anonymous: {enabled: true}}\nauthorization: {mode: AlwaysAllow}\nreadOnlyPort: 10255\npodPidsLimit: 4096\ntlsCipherSuites: [TLS_RSA_WITH_RC4_128_SHA]\n",
		"hollow-3/root/nothing/that/looks/like/a/host/x": "",
	})
	for name, address := range map[string]string{"silent": "10.251.0.1", "nowhere": ""} {
		o := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Status: corev1.NodeStatus{
			Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionFalse, Message: "the kubelet is down"}},
		}}
		if address != "" {
			o.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: address}}
			o.Status.DaemonEndpoints.KubeletEndpoint.Port = 10250
		}
		if _, err := n.CoreV1().Nodes().Create(t.Context(), o, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// startHosts starts an API server with kubelets, whose hosts have these files; a
// path that ends in " 0644" is one that others may read.
func startHosts(t *testing.T, hollow int, files map[string]string) *nodes {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a real API server and kubelets")
	}
	dir := t.TempDir()
	n := &nodes{binary: filepath.Join(dir, "kubectl-kspm")}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", n.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for path, text := range files {
		mode := os.FileMode(0o600)
		path, open := strings.CutSuffix(path, " 0644")
		if open {
			mode = 0o644
		}
		path = filepath.Join(dir, "nodes", filepath.FromSlash(path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), mode)); err != nil {
			t.Fatal(err)
		}
	}
	c, err := testcluster.Start("", "--name=nodes", fmt.Sprintf("--hollow-nodes=%d", hollow), "--hollow-dir="+filepath.Join(dir, "nodes"), "--hollow-program="+n.binary)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	n.Cluster = c
	config, err := clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if n.Interface, err = kubernetes.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	return n
}

// command runs the binary and returns what it said and how it ended.
func (n *nodes) command(t *testing.T, kubeconfig string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), n.binary, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// user is somebody who may list nodes, and nothing else.
func (n *nodes) user(t *testing.T) string {
	t.Helper()
	path, err := n.Kubeconfig("lister")
	if err != nil {
		t.Fatal(err)
	}
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "lister"}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"nodes"}, Verbs: []string{"list"}}}}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "lister"}, RoleRef: rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "ClusterRole", Name: "lister"},
		Subjects: []rbacv1.Subject{{Kind: "User", APIGroup: "rbac.authorization.k8s.io", Name: "lister"}},
	}
	if _, err := n.RbacV1().ClusterRoles().Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.RbacV1().ClusterRoleBindings().Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNodes(t *testing.T) {
	n := startNodes(t)
	lister := n.user(t)
	t.Run("kubelets", func(t *testing.T) { n.kubelets(t, lister) })
	n.playController(t)
	t.Run("rights", func(t *testing.T) { n.rights(t, lister) })
	t.Run("files", n.files)
	t.Run("interrupted", n.interrupted)
	t.Run("killed", n.killed)
}

// A real kubelet's configuration has typed values; one that does not answer
// costs its own five seconds and nothing else.
func (n *nodes) kubelets(t *testing.T, lister string) {
	const query = "SELECT node, status, authentication_anonymous_enabled AS anonymous, authorization_mode AS mode, read_only_port AS port, pod_pids_limit AS pids, tls_cipher_suites AS ciphers, event_record_qps AS qps FROM k8s_nodes_kubelet_config ORDER BY node"
	began := time.Now()
	stdout, stderr, code := n.command(t, n.AdminKubeconfig, "sql", "-o", "json", query)
	if code != 0 || time.Since(began) > 15*time.Second {
		t.Errorf("exit %d after %s: %s", code, time.Since(began), stderr)
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(stdout), &rows); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	row := func(name, status string, anonymous, mode, port, pids, ciphers, qps any) map[string]any {
		return map[string]any{"node": name, "status": status, "anonymous": anonymous, "mode": mode, "port": port, "pids": pids, "ciphers": ciphers, "qps": qps}
	}
	good := func(name string) map[string]any { return row(name, "ok", 0., "Webhook", 0., -1., nil, 50.) }
	want := []map[string]any{
		good("hollow-1"),
		row("hollow-2", "ok", 1., "AlwaysAllow", 10255., 4096., `["TLS_RSA_WITH_RC4_128_SHA"]`, 50.),
		good("hollow-3"),
		row("nowhere", "unreachable", nil, nil, nil, nil, nil, nil), row("silent", "unreachable", nil, nil, nil, nil, nil, nil),
	}
	if diff := gocmp.Diff(want, rows); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	_, stderr, code = n.command(t, lister, "sql", query)
	if code != 3 || !strings.Contains(stderr, `grant {apiGroups: [""], resources: ["nodes/proxy"], verbs: ["get"]}`) {
		t.Errorf("who may not ask kubelets: exit %d: %s", code, stderr)
	}
}

// Who may not is told so in one line, before anything is made.
func (n *nodes) rights(t *testing.T, lister string) {
	_, stderr, code := n.command(t, lister, "check", "--nodes", "--node-image=x:1", "--rule=NSA-07")
	want := "--nodes: not allowed in namespace kspm-node-collect: get namespaces, create configmaps, "
	if code != 2 || !strings.Contains(stderr, want) || !strings.Contains(stderr, "kubectl kspm rbac --nodes") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	n.nothingLeft(t, "")
	// What rbac --nodes prints is enough.
	grants, stderr, code := n.command(t, n.AdminKubeconfig, "rbac", "--rule=NSA-07", "--nodes", "--node-namespace=granted", "--for=User/lister")
	if code != 0 {
		t.Fatal(stderr)
	}
	n.apply(t, grants)
	_, stderr, code = n.command(t, lister, "check", "--nodes", "--node-image=x:1", "--node-namespace=granted", "--node-timeout=60s", "--rule=NSA-07")
	if code != 0 || !strings.Contains(stderr, "2 of 5 nodes told") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	n.nothingLeft(t, "granted")
	if ns, err := n.CoreV1().Namespaces().Get(t.Context(), "granted", metav1.GetOptions{}); err != nil || ns.DeletionTimestamp != nil {
		t.Errorf("a namespace that somebody made was removed: %v, %v", ns, err)
	}
}

// The kubelets run the collector, and what it says of each host is judged; a
// host that cannot be looked at is not assessed, and the others are.
func (n *nodes) files(t *testing.T) {
	stdout, stderr, code := n.command(t, n.AdminKubeconfig, "check", "--nodes", "--node-image=x:1", "--node-timeout=60s", "--rule=CIS-4.1.5", "-o", "json")
	var report struct {
		Rules []struct {
			Findings   []struct{ Name string }
			Unassessed []struct{ Name, Reason string }
		}
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || len(report.Rules) != 1 {
		t.Fatalf("exit %d, %v: %s\n%s", code, err, stdout, stderr)
	}
	var got []string
	for _, f := range report.Rules[0].Findings {
		got = append(got, "fails "+f.Name)
	}
	for _, u := range report.Rules[0].Unassessed {
		got = append(got, u.Name+" not assessed")
		for name, why := range map[string]string{"hollow-3": "no host's root", "nowhere": "it is not ready: the kubelet is down", "silent": "it is not ready"} {
			if u.Name == name && !strings.Contains(u.Reason, why) {
				t.Errorf("%s: %s", name, u.Reason)
			}
		}
	}
	want := []string{"fails hollow-2", "hollow-3 not assessed", "nowhere not assessed", "silent not assessed"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s\n%s", diff, stderr)
	}
	if code != 3 {
		t.Errorf("exit %d", code)
	}
	if strings.Contains(stdout+stderr, "SECRET") {
		t.Error("a secret is told")
	}
	n.nothingLeft(t, "kspm-node-collect")
	ns, err := n.CoreV1().Namespaces().Get(t.Context(), "kspm-node-collect", metav1.GetOptions{})
	if err != nil || ns.DeletionTimestamp == nil { // no controller here makes it go
		t.Errorf("the namespace stays: %v, %v", ns, err)
	}
}

// Ctrl-C removes what was made.
func (n *nodes) interrupted(t *testing.T) {
	cmd, stderr := n.startRun(t)
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code == 0 {
		t.Errorf("exit %d: %s", code, stderr)
	}
	n.nothingLeft(t, "granted")
}

// What a run left that could not remove it, the next one does, once its time
// is over.
func (n *nodes) killed(t *testing.T) {
	cmd, _ := n.startRun(t)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	runs, err := n.CoreV1().ConfigMaps("granted").List(t.Context(), metav1.ListOptions{LabelSelector: "kspm.io/node-collect-run"})
	if err != nil || len(runs.Items) != 1 {
		t.Fatalf("%v: %d runs are on record, want the one that was killed", err, len(runs.Items))
	}
	left := runs.Items[0]
	ds, err := n.AppsV1().DaemonSets("granted").Get(t.Context(), left.Name, metav1.GetOptions{})
	if err != nil || len(ds.OwnerReferences) != 1 || ds.OwnerReferences[0].UID != left.UID {
		t.Errorf("the DaemonSet does not belong to the run: %v, %v", ds, err)
	}
	another := func() string {
		_, stderr, code := n.command(t, n.AdminKubeconfig, "check", "--nodes", "--node-image=x:1", "--node-namespace=granted", "--node-timeout=2s", "--rule=NSA-07")
		if code != 0 {
			t.Errorf("exit %d: %s", code, stderr)
		}
		return stderr
	}
	if stderr := another(); strings.Contains(stderr, "removed what an earlier run left") {
		t.Errorf("a run that may still be is removed: %s", stderr)
	}
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{"kspm.io/expires":%q}}}`, time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))
	if _, err := n.CoreV1().ConfigMaps("granted").Patch(t.Context(), left.Name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	if stderr := another(); !strings.Contains(stderr, "removed what an earlier run left: "+left.Name) {
		t.Errorf("what was left stays: %s", stderr)
	}
	n.nothingLeft(t, "granted")
}

// startRun starts a run and returns when its DaemonSet is there.
func (n *nodes) startRun(t *testing.T) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), n.binary, "check", "--nodes", "--node-image=x:1", "--node-namespace=granted", "--rule=NSA-07")
	cmd.Env = append(os.Environ(), "KUBECONFIG="+n.AdminKubeconfig)
	stderr := new(bytes.Buffer)
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 300 {
		sets, err := n.AppsV1().DaemonSets("granted").List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(sets.Items) > 0 {
			return cmd, stderr
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no DaemonSet: %s", stderr)
	return nil, nil
}

func (n *nodes) nothingLeft(t *testing.T, namespace string) {
	t.Helper()
	of := metav1.ListOptions{LabelSelector: "app.kubernetes.io/managed-by=kubectl-kspm"}
	sets, err1 := n.AppsV1().DaemonSets(namespace).List(t.Context(), of)
	maps, err2 := n.CoreV1().ConfigMaps(namespace).List(t.Context(), of)
	accounts, err3 := n.CoreV1().ServiceAccounts(namespace).List(t.Context(), of)
	policies, err4 := n.NetworkingV1().NetworkPolicies(namespace).List(t.Context(), of)
	if err := cmp.Or(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	if left := len(sets.Items) + len(maps.Items) + len(accounts.Items) + len(policies.Items); left > 0 {
		t.Errorf("%d objects are left", left)
	}
}
