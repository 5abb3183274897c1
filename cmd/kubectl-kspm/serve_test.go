package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testpostgres"
)

// A server of posture goes about what users see of it: findings that come and go
// with objects, the same as check finds; alerts; waivers that are granted while
// it runs; metrics; a restart that makes no news.
func TestServe(t *testing.T) {
	c := ownCluster(t)
	dir := t.TempDir()
	hook := newHook(t)
	write(t, dir, "alerts.yaml", "apiVersion: kspm.io/v1\nkind: Alerts\nwait: 1s\nreceivers:\n- {name: hook, webhook: {url: '"+hook.URL+"', secretFile: secret}}\n")
	write(t, dir, "secret", "whsec_"+strings.Repeat("c2VjcmV0", 4))
	write(t, dir, "waivers.yaml", "apiVersion: kspm.io/v1\nkind: Waivers\nwaivers: []\n")
	args := strings.Fields("serve --store kspm.db --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 --alerts alerts.yaml --waivers waivers.yaml --pprof")
	args = append(args, "--kubeconfig", c.AdminKubeconfig)
	s := startServe(t, dir, args...)
	s.wait("complete=true")

	create(t, c, "/api/v1/namespaces/default/pods", hostile("bad"))
	bad := func(f finding) bool { return f.Rule == "NSA-07" && f.Name == "bad" }
	eventually(t, "the finding of a new pod", func() bool { return slices.ContainsFunc(s.findings(), bad) })
	eventually(t, "an alert of it", func() bool { return hook.told("NSA-07", "new", "bad") })
	s.sameAsCheck(c)

	write(t, dir, "waivers.yaml", `apiVersion: kspm.io/v1
kind: Waivers
waivers:
- {rules: [NSA-07], selector: {namespace: default, kind: Pod, name: bad}, reason: being replaced, owner: shop, expires: `+time.Now().AddDate(0, 1, 0).Format(time.DateOnly)+`}
`)
	eventually(t, "the waiver that was granted meanwhile", func() bool { return !slices.ContainsFunc(s.findings(), bad) })
	write(t, dir, "waivers.yaml", "waivers: 3\n")
	s.wait("files that changed are wrong")
	if slices.ContainsFunc(s.findings(), bad) {
		t.Error("a file of waivers that is wrong took back the waivers before it")
	}

	request(t, c, http.MethodDelete, "/api/v1/namespaces/default/pods/bad?gracePeriodSeconds=0", "")
	eventually(t, "the end of what was found in a pod that is gone", func() bool {
		return !slices.ContainsFunc(s.findings(), func(f finding) bool { return f.Name == "bad" })
	})
	eventually(t, "an alert of that", func() bool { return hook.told("NSA-26", "resolved", "bad") })
	s.sameAsCheck(c)

	metrics := get(t, s.metrics+"/metrics")
	for _, want := range []string{"kspm_clusters 1", "kspm_incremental_drift_total{", `kspm_alerts_sent_total{receiver="hook"}`, "kspm_store_write_duration_seconds"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s among the metrics", want)
		}
	}
	if !regexp.MustCompile(`(?m)^kspm_incremental_drift_total\{.*\} 0$`).MatchString(metrics) {
		t.Error("what was evaluated bit by bit drifted from the whole")
	}
	get(t, s.metrics+"/healthz")
	get(t, s.metrics+"/readyz")
	get(t, s.metrics+"/debug/pprof/")
	var rows struct{ Rows [][]any }
	parse(t, get(t, s.pages+"/api/v1/sql?sql="+url.QueryEscape("SELECT cluster FROM k8s_namespaces WHERE name = 'kube-system'")), &rows)
	if len(rows.Rows) != 1 || rows.Rows[0][0] != "admin@kspm-test" {
		t.Errorf("the console says %v", rows.Rows)
	}

	parse(t, get(t, s.pages+"/api/v1/sql?sql="+url.QueryEscape("SELECT count(*) FROM kspm_events e JOIN kspm_rules r ON r.id = e.rule WHERE e.name = 'bad' AND e.type = 'resolved'")), &rows)
	if len(rows.Rows) != 1 || rows.Rows[0][0] == float64(0) {
		t.Errorf("the console says of history %v", rows.Rows)
	}

	before := s.findings()
	s.stop()
	write(t, dir, "waivers.yaml", "apiVersion: kspm.io/v1\nkind: Waivers\nwaivers: []\n")
	s = startServe(t, dir, args...)
	s.wait("complete=true new=0 changed=0 resolved=0")
	if len(before) == 0 || len(s.findings()) != len(before) {
		t.Errorf("%d findings, and %d after a restart", len(before), len(s.findings()))
	}
	s.stop()
}

// Clusters come and go with a folder of kubeconfigs. One that is down is said to
// be, and two names of one cluster are noticed.
func TestServeClusters(t *testing.T) {
	c := ownCluster(t)
	dir := t.TempDir()
	configs := filepath.Join(dir, "clusters")
	if err := os.Mkdir(configs, 0o755); err != nil {
		t.Fatal(err)
	}
	s := startServe(t, dir, "serve", "--kubeconfigs", configs, "--listen", "127.0.0.1:0")
	text, err := os.ReadFile(c.AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	named := func(name string) string { return strings.ReplaceAll(string(text), "admin@kspm-test", name) }
	write(t, configs, "one.yaml", named("one"))
	s.wait("complete=true")
	write(t, configs, "two.yaml", named("two"))
	s.wait("two is the same cluster as one, which is watched already")
	write(t, configs, "down.yaml", strings.ReplaceAll(named("down"), c.Server, "https://127.0.0.1:1"))
	eventually(t, "why nothing is known of a cluster", func() bool {
		return strings.Contains(s.clusters()["down"], "refuses connections")
	})
	if err := os.Remove(filepath.Join(configs, "two.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(configs, "one.yaml")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "that a cluster is watched no more", func() bool {
		return strings.Contains(s.clusters()["one"], "not watched any more")
	})
	s.stop()
}

// A hub has what an agent finds, and nothing from one that is not admitted.
func TestServeHub(t *testing.T) {
	c := ownCluster(t)
	hubDir, agentDir := t.TempDir(), t.TempDir()
	hub := startServe(t, hubDir, "serve", "--hub", "--hub-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0")
	token := func(args ...string) string {
		cmd := command(t, append([]string{"hub", "token"}, args...)...)
		cmd.Dir = hubDir
		return strings.TrimSpace(stdout(t, cmd))
	}
	write(t, agentDir, "token", token())
	address := hub.address("hub")
	agent := startServe(t, agentDir, "serve", "--agent", "--kubeconfig", c.AdminKubeconfig, "--hub-url", address, "--token-file", "token", "--identity", "identity.json")
	create(t, c, "/api/v1/namespaces/default/pods", hostile("edge"))
	edge := func(f finding) bool { return f.Rule == "NSA-07" && f.Name == "edge" }
	eventually(t, "what an agent found", func() bool { return slices.ContainsFunc(hub.findings(), edge) })
	hub.sameAsCheck(c)
	var rows struct{ Rows [][]any }
	parse(t, get(t, hub.pages+"/api/v1/sql?sql="+url.QueryEscape("SELECT count(*) FROM kspm_findings WHERE name = 'edge'")), &rows)
	if len(rows.Rows) != 1 || rows.Rows[0][0] == float64(0) {
		t.Errorf("the hub's console says %v", rows)
	}
	agent.stop()
	agent = startServe(t, agentDir, "serve", "--agent", "--kubeconfig", c.AdminKubeconfig, "--hub-url", address, "--identity", "identity.json")
	request(t, c, http.MethodDelete, "/api/v1/namespaces/default/pods/edge?gracePeriodSeconds=0", "")
	eventually(t, "that an agent with its old identity goes on", func() bool { return !slices.ContainsFunc(hub.findings(), edge) })

	revoke := command(t, "hub", "revoke", "admin@kspm-test")
	revoke.Dir = hubDir
	stdout(t, revoke)
	create(t, c, "/api/v1/namespaces/default/pods", hostile("late"))
	agent.wait("posture not delivered")
	if slices.ContainsFunc(hub.findings(), func(f finding) bool { return f.Name == "late" }) {
		t.Error("an agent that was revoked still writes")
	}
	agent.stop()
	hub.stop()
}

// ownCluster is an API server that a test has for itself.
func ownCluster(t *testing.T) *testcluster.Cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	c, err := testcluster.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func hostile(name string) string {
	return `{"metadata": {"name": "` + name + `"}, "spec": {"containers": [{"name": "c", "image": "docker.io/library/x:latest", "securityContext": {"privileged": true}}]}}`
}

func create(t *testing.T, c *testcluster.Cluster, path, body string) {
	t.Helper()
	request(t, c, http.MethodPost, path, body)
}

func request(t *testing.T, c *testcluster.Cluster, method, path, body string) {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, config.Host+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, answer, err)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Of two replicas that share a PostgreSQL one evaluates, and when it is killed
// the other takes over; both serve the pages.
func TestServeReplicas(t *testing.T) {
	c := ownCluster(t)
	dsn := testpostgres.DSN(t)
	start := func() *served {
		return startServe(t, t.TempDir(), "serve", "--kubeconfig", c.AdminKubeconfig, "--store", dsn, "--listen", "127.0.0.1:0", "--leader-elect", "--lease-namespace", "kube-system")
	}
	first := start()
	first.wait("msg=leads")
	first.wait("complete=true")
	second := start()
	create(t, c, "/api/v1/namespaces/default/pods", hostile("shared"))
	shared := func(f finding) bool { return f.Rule == "NSA-07" && f.Name == "shared" }
	for _, s := range []*served{first, second} {
		eventually(t, "the finding, on either replica", func() bool { return slices.ContainsFunc(s.findings(), shared) })
	}
	if strings.Contains(second.said(), "msg=leads") {
		t.Error("both lead")
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	request(t, c, http.MethodDelete, "/api/v1/namespaces/default/pods/shared?gracePeriodSeconds=0", "")
	second.wait("msg=leads")
	eventually(t, "that the other goes on", func() bool { return !slices.ContainsFunc(second.findings(), shared) })
	second.sameAsCheck(c)
	second.stop()
}
