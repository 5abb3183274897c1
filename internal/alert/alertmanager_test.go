package alert

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// startAlertmanager starts the real one, which notifies the given address, and
// returns its own.
func startAlertmanager(t *testing.T, notify string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and starts a real Alertmanager")
	}
	find := exec.Command("go", "tool", "-n", "alertmanager")
	find.Dir = "../../test/monitoring"
	find.Env = append(os.Environ(), "GOWORK=off")
	tool, err := find.CombinedOutput()
	if err != nil {
		t.Fatalf("build alertmanager: %v: %s", err, tool)
	}
	dir := t.TempDir()
	config := fmt.Sprintf("route: {receiver: r, group_by: [...], group_wait: 100ms, group_interval: 200ms}\nreceivers:\n- name: r\n  webhook_configs: [{url: %q}]\n", notify)
	if err := os.WriteFile(filepath.Join(dir, "config.yml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	cmd := exec.Command(strings.TrimSpace(string(tool)), "--config.file="+filepath.Join(dir, "config.yml"), "--storage.path="+dir,
		"--web.listen-address="+addr, "--cluster.listen-address=")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	for range 200 {
		if resp, err := http.Get("http://" + addr + "/-/ready"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return "http://" + addr
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("alertmanager is not ready: %s", said.String())
	return ""
}

// notified gathers what Alertmanager tells of.
type notified struct {
	mu   sync.Mutex
	what []string // status and rule
}

func (n *notified) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var told struct {
		Alerts []struct {
			Status string            `json:"status"`
			Labels map[string]string `json:"labels"`
		} `json:"alerts"`
	}
	if json.NewDecoder(r.Body).Decode(&told) != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range told.Alerts {
		n.what = append(n.what, a.Status+" "+a.Labels["alertname"]+" "+a.Labels["rule"])
	}
}

func (n *notified) wait(t *testing.T, want ...string) {
	t.Helper()
	for range 200 {
		n.mu.Lock()
		got := append([]string{}, n.what...)
		n.mu.Unlock()
		if gocmp.Equal(got, want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("alertmanager told of %v, want %v", n.what, want)
}

// held are the alerts that Alertmanager has, by rule: when they end.
func held(t *testing.T, url string) map[string]map[string]string {
	t.Helper()
	resp, err := http.Get(url + "/api/v2/alerts")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var alerts []struct {
		Labels map[string]string `json:"labels"`
	}
	if err := json.Unmarshal(text, &alerts); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	out := map[string]map[string]string{}
	for _, a := range alerts {
		if out[a.Labels["rule"]] != nil {
			t.Errorf("two alerts of one group: %v", alerts)
		}
		out[a.Labels["rule"]] = a.Labels
	}
	return out
}

// The real Alertmanager fires for what is open, keeps one alert however often
// it is told, and resolves it when it is told to.
func TestAlertmanager(t *testing.T) {
	var said notified
	server := httptest.NewServer(&said)
	defer server.Close()
	url := startAlertmanager(t, server.URL)
	r := &Receiver{Name: "am", Alertmanager: &Alertmanager{URLs: []string{"http://127.0.0.1:1", url + "/"}, Labels: map[string]string{"env": "test"}}}
	if err := r.check(); err != nil {
		t.Fatal(err)
	}
	am, now := r.Alertmanager, time.Now()
	send := func(firing []store.Group, events ...store.Event) {
		t.Helper()
		messages, err := am.messages("am", events, firing, now, "https://kspm.example.com")
		if err != nil || len(messages) != 1 {
			t.Fatalf("%d messages, %v", len(messages), err)
		}
		if _, err := r.send(t.Context(), messages[0], now); err != nil {
			t.Fatal(err)
		}
	}
	g := store.Group{
		Cluster: "uid-1", ClusterName: "prod", Team: "payments", Rule: "NSA-07", Title: "Title of NSA-07", Section: "Pods",
		Benchmark: "nsa", Severity: posture.High, Open: 2, Since: now.Add(-time.Minute),
	}
	opened := event(1, store.Opened, "NSA-07", "web")
	opened.At = g.Since
	send([]store.Group{g}, opened)
	said.wait(t, "firing KspmRuleFails NSA-07")
	for range 3 {
		if err := am.repeat(t.Context(), []store.Group{g}, now, "https://kspm.example.com"); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{
		"alertname": "KspmRuleFails", "cluster": "prod", "cluster_uid": "uid-1", "team": "payments", "rule": "NSA-07",
		"benchmark": "nsa", "severity": "high", "env": "test",
	}
	if diff := gocmp.Diff(map[string]map[string]string{"NSA-07": want}, held(t, url)); diff != "" {
		t.Error(diff)
	}
	resolved := event(2, store.Resolved, "NSA-07", "web")
	resolved.At = time.Now().Add(-time.Second)
	send(nil, resolved)
	said.wait(t, "firing KspmRuleFails NSA-07", "resolved KspmRuleFails NSA-07")
	if got := held(t, url); len(got) != 0 {
		t.Errorf("still there: %v", got)
	}

	first := event(3, store.Opened, "NSA-08", "web")
	first.First = true
	send(nil, first)
	said.wait(t, "firing KspmRuleFails NSA-07", "resolved KspmRuleFails NSA-07", "firing KspmFirstEvaluation ")
	if _, err := r.Test(t.Context(), ""); err != nil {
		t.Error(err)
	}
	said.wait(t, "firing KspmRuleFails NSA-07", "resolved KspmRuleFails NSA-07", "firing KspmFirstEvaluation ", "firing KspmTest ")
}

// Who is told of a thousand groups takes them in parts.
func TestAlertmanagerParts(t *testing.T) {
	var sizes []int
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var alerts []amAlert
		if err := json.NewDecoder(r.Body).Decode(&alerts); err != nil {
			t.Error(err)
		}
		sizes = append(sizes, len(alerts))
	}))
	defer server.Close()
	am := &Alertmanager{URLs: []string{server.URL}, Resend: time.Minute}
	groups := make([]store.Group, 2*amBatch+1)
	if err := am.repeat(t.Context(), groups, noon, ""); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]int{amBatch, amBatch, 1}, sizes); diff != "" {
		t.Error(diff)
	}
}
