package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testosquery"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// spoken is what a process that still runs has written.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *spoken) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *spoken) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// standIn is an osqueryd at a path that is short enough for a socket.
func standIn(t *testing.T) *testosquery.Osqueryd {
	t.Helper()
	dir, err := os.MkdirTemp("", "kspm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	o, err := testosquery.Start(filepath.Join(dir, "osquery.em"))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// autoload starts the extension as osqueryd does.
func autoload(t *testing.T, o *testosquery.Osqueryd, kubeconfig string, more ...string) (*exec.Cmd, *spoken) {
	t.Helper()
	path, err := exec.LookPath("kspm.ext")
	if err != nil {
		t.Fatal(err)
	}
	said := &spoken{}
	cmd := &exec.Cmd{
		Path: path, Args: []string{path, "--socket", o.Socket, "--timeout", "3", "--interval", "1"},
		Env:    []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + kubeconfig},
		Stderr: said, Stdout: said,
	}
	cmd.Args = append(cmd.Args, more...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := o.Registered(ctx); err != nil {
		t.Fatalf("the extension did not come: %v\n%s", err, said)
	}
	return cmd, said
}

func ask(t *testing.T, o *testosquery.Osqueryd, sql string) []string {
	t.Helper()
	_, rows, err := o.SQL(t.Context(), sql)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	lines := []string{}
	for _, row := range rows {
		lines = append(lines, strings.TrimSpace(fmt.Sprintln(row...)))
	}
	slices.Sort(lines)
	return lines
}

// TestOsquery: osqueryd loads the extension, and every table of a real cluster
// can be queried; killed, it leaves nothing that the next one does not clear.
func TestOsquery(t *testing.T) {
	c := cluster(t)
	o := standIn(t)
	killed, _ := autoload(t, o, c.AdminKubeconfig)
	for _, table := range tables.All() {
		if table == tables.KspmFindings {
			continue // runs every rule
		}
		ask(t, o, "SELECT * FROM "+table.Name)
	}
	if got := ask(t, o, "SELECT count(*) FROM k8s_pods"); slices.Equal(got, []string{"0"}) {
		t.Error("no pods")
	}
	if got := ask(t, o, "SELECT DISTINCT table_name FROM k8s_permissions WHERE NOT allowed"); !slices.Equal(got, []string{"k8s_kubelet_flags", "k8s_node_facts", "k8s_node_files", "kspm_events", "kspm_runs"}) {
		t.Errorf("an administrator may not read %v", got)
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	left, _ := filepath.Glob(o.Socket + ".*")
	for _, path := range left {
		old := time.Now().Add(-time.Minute)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(2 * o.Interval) // it is forgotten
	next, said := autoload(t, o, c.AdminKubeconfig)
	if got := ask(t, o, "SELECT count(*) FROM k8s_namespaces"); slices.Equal(got, []string{"0"}) {
		t.Error("no namespaces after a restart")
	}
	if now, _ := filepath.Glob(o.Socket + ".*"); len(now) != 1 {
		t.Errorf("sockets %v, %v were left by the killed one", now, left)
	}
	o.Close()
	ended := make(chan error, 1)
	go func() { ended <- next.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	case <-time.After(15 * time.Second):
		t.Error("the extension goes on without osqueryd")
	}
	if now, _ := filepath.Glob(o.Socket + ".*"); len(now) != 0 {
		t.Errorf("sockets %v are left", now)
	}
}

// TestOsqueryWithoutPermissions: nobody's tables are empty, and
// k8s_permissions says why; without any cluster it says that.
func TestOsqueryWithoutPermissions(t *testing.T) {
	c := cluster(t)
	for kubeconfig, want := range map[string]string{c.NobodyKubeconfig: "list pods", filepath.Join(t.TempDir(), "none"): "no kubeconfig"} {
		o := standIn(t)
		autoload(t, o, kubeconfig)
		const sql = "SELECT name FROM k8s_pods UNION ALL SELECT verb || ' ' || resource || ' ' || coalesce(reason, '') FROM k8s_permissions WHERE table_name = 'k8s_pods' AND required AND NOT allowed"
		got := ask(t, o, sql)
		if len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("%v, want %s", got, want)
		}
		o.Quit()
	}
}

// TestOsqueryRules: every rule's query of the pack runs over a real cluster,
// and agrees with check on what fails and on what could not be assessed.
func TestOsqueryRules(t *testing.T) {
	c := cluster(t)
	var pack struct {
		Queries map[string]struct{ Query string }
	}
	made := kspm(t, "pack", "--benchmark", "all")
	if err := json.Unmarshal([]byte(made.stdout), &pack); err != nil {
		t.Fatal(err, made.stderr)
	}
	for name, kubeconfig := range map[string]string{"admin": c.AdminKubeconfig, "nobody": c.NobodyKubeconfig} {
		o := standIn(t)
		autoload(t, o, kubeconfig)
		var report posture.Report
		checked := kspm(t, "check", "--benchmark", "all", "-o", "json", "--kubeconfig", kubeconfig)
		if err := json.Unmarshal([]byte(checked.stdout), &report); err != nil {
			t.Fatal(err, checked.stderr)
		}
		agreed := map[posture.Status]int{}
		for _, r := range report.Rules {
			query, ok := pack.Queries[r.ID]
			if !ok {
				continue
			}
			rows := strings.Join(ask(t, o, query.Query), "\n")
			switch r.Status {
			case posture.Fail, posture.NotAssessed:
				if !strings.Contains(rows, r.ID+" "+string(r.Status)) {
					t.Errorf("%s: %s is %s in check, and in osquery %s", name, r.ID, r.Status, rows)
				}
				agreed[r.Status]++
			case posture.Pass:
				if strings.Contains(rows, "not_assessed") {
					t.Errorf("%s: %s passes in check, and in osquery %s", name, r.ID, rows)
				}
				agreed[r.Status]++
			}
		}
		if name == "admin" && (agreed[posture.Fail] < 10 || agreed[posture.Pass] < 10) || name == "nobody" && agreed[posture.NotAssessed] < 30 {
			t.Errorf("%s: compared %v", name, agreed)
		}
		o.Quit()
	}
}
