package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func init() { commands["saves"] = saves }

// saves FILE [ARG…]: a snapshot of all that an admin may read. An API server
// without nodes that run has no kubelets to ask.
func saves(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: saves FILE [ARG…]")
	}
	err := ts.Exec("kubectl-kspm", append([]string{"snapshot", "-o"}, args...)...)
	if stderr := ts.ReadFile("stderr"); err != nil && !butForKubelets(stderr) {
		ts.Fatalf("%v", err)
	}
}

func butForKubelets(stderr string) bool {
	return strings.HasSuffix(stderr, "\nerror: not in the snapshot: nodes/proxy (unavailable)\n")
}

// snapshotOf saves the cluster as a user sees it: all of it, or else it says
// what is missing.
func snapshotOf(t *testing.T, all bool, args ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.kspm")
	e := kspm(t, append([]string{"snapshot", "-o", path}, args...)...)
	whole := e.code == 0 || e.code == 3 && butForKubelets(e.stderr)
	if told := strings.Contains(e.stderr, "error: not in the snapshot: "); whole != all || told != (e.code == 3) {
		t.Fatalf("exit code %d\n%s", e.code, e.stderr)
	}
	return path
}

// alike takes out of a report what is not the same of a cluster and of its
// snapshot.
func alike(r *posture.Report) *posture.Report {
	r.StartedAt, r.FinishedAt, r.Source.Type = time.Time{}, time.Time{}, ""
	for i := range r.Rules {
		r.Rules[i].Reason = strings.ReplaceAll(r.Rules[i].Reason, "in this cluster", "in this snapshot")
	}
	return r
}

// A snapshot stands wherever the cluster can, for every user: what it was
// allowed to read, with the same result, and what it was not, for the same
// reason and with the same grant.
func TestSnapshotStandsForCluster(t *testing.T) {
	c := cluster(t)
	for _, test := range []struct {
		name string
		args []string
		all  bool // of what there is may be read
	}{
		{"admin", []string{"--kubeconfig", c.AdminKubeconfig}, true},
		{"admin, one namespace", []string{"--kubeconfig", c.AdminKubeconfig, "-n", "tenant"}, true},
		{"view", []string{"--kubeconfig", c.ViewKubeconfig}, false},
		{"nobody", []string{"--kubeconfig", c.NobodyKubeconfig}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := snapshotOf(t, test.all, test.args...)
			code := kspm(t, append([]string{"check"}, test.args...)...).code
			live, _ := check(t, code, test.args...)
			saved, stderr := check(t, code, append([]string{"--snapshot", path}, test.args[2:]...)...)
			if saved.Source.Type != "snapshot" || !strings.HasPrefix(stderr, "snapshot of "+live.Source.Name+" ("+live.Source.Version+"), taken 20") {
				t.Errorf("source %+v\n%s", saved.Source, stderr)
			}
			if diff := gocmp.Diff(alike(live), alike(saved)); diff != "" {
				t.Errorf("report (-cluster +snapshot):\n%s", diff)
			}
			forbidden := slices.ContainsFunc(saved.NotAssessed, func(u posture.Unread) bool { return u.Reason == "forbidden" && u.Grant != "" })
			if forbidden == test.all || !test.all && code != 3 {
				t.Errorf("exit code %d, not assessed: %+v", code, saved.NotAssessed)
			}
		})
	}
}

// changing are tables whose rows are not the same a second later, or need more
// than an API server: a node, a history.
var changing = map[string]bool{
	"k8s_cluster_info": true, "k8s_leases": true, "kspm_findings": true, "kspm_events": true, "kspm_runs": true,
	"k8s_kubelet_flags": true, "k8s_node_facts": true, "k8s_node_files": true, "k8s_nodes_kubelet_config": true,
}

// Every table has the same rows of a snapshot as of the cluster.
func TestSnapshotTables(t *testing.T) {
	c := cluster(t)
	path := snapshotOf(t, true, "--kubeconfig", c.AdminKubeconfig)
	var script strings.Builder
	for _, table := range tables.All() {
		if !changing[table.Name] {
			fmt.Fprintf(&script, "SELECT '%s' AS t;\nSELECT * FROM %s;\n", table.Name, table.Name)
		}
	}
	rows := func(args ...string) []string {
		cmd := command(t, append([]string{"sql", "-o", "ndjson"}, args...)...)
		var stdout, stderr bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script.String()), &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s", err, stderr.String())
		}
		return strings.Split(stdout.String(), "\n")
	}
	live, saved := rows("--kubeconfig", c.AdminKubeconfig), rows("--snapshot", path)
	if len(live) < 1000 {
		t.Errorf("%d rows", len(live))
	}
	if diff := gocmp.Diff(live, saved); diff != "" {
		t.Errorf("rows (-cluster +snapshot):\n%s", diff)
	}
}

// The value of a Secret, of a variable, of a ConfigMap is not in a snapshot,
// however it is looked for; what kubectl apply noted of it is not either. That
// there was a credential is still found.
func TestSnapshotHoldsNoSecret(t *testing.T) {
	c := cluster(t)
	const marker = "correct-horse-battery-staple"
	coded := base64.StdEncoding.EncodeToString([]byte(marker))
	post(t, c.AdminKubeconfig, "/api/v1/namespaces/tenant/secrets", fmt.Sprintf(`{"metadata": {"name": "safe", "labels": {"app": "safe-label"}, "annotations": {
		"kubectl.kubernetes.io/last-applied-configuration": "{\"data\": {\"password\": \"%s\"}}"}}, "data": {"password": "%s"}}`, coded, coded))
	post(t, c.AdminKubeconfig, "/api/v1/namespaces/tenant/configmaps", fmt.Sprintf(`{"metadata": {"name": "settings"}, "data": {"db.password": %q}}`, marker))
	post(t, c.AdminKubeconfig, "/apis/batch/v1/namespaces/tenant/cronjobs", fmt.Sprintf(`{"metadata": {"name": "nightly"}, "spec": {"schedule": "@daily", "suspend": true, "jobTemplate": {"spec": {"template": {
		"spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": "registry.example/app:1", "env": [{"name": "API_TOKEN", "value": %q}]}]}}}}}}`, marker))
	for _, args := range [][]string{nil, {"--all-resources"}} {
		path := snapshotOf(t, true, append(args, "--kubeconfig", c.AdminKubeconfig)...)
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := decompressed(t, file)
		if !bytes.Contains(text, []byte("safe-label")) {
			t.Fatal("the Secret's metadata is not found: the search is no proof")
		}
		for _, secret := range []string{marker, coded, `"password"`} {
			if bytes.Contains(file, []byte(secret)) || bytes.Contains(text, []byte(secret)) {
				t.Errorf("%v: the snapshot holds %q", args, secret)
			}
		}
		e := kspm(t, "sql", "--snapshot", path, "-o", "csv", "SELECT * FROM secrets WHERE name = 'safe'")
		if e.code != 0 || !strings.Contains(e.stdout, "safe-label") || strings.Contains(e.stdout, coded) {
			t.Errorf("exit code %d\n%s%s", e.code, e.stdout, e.stderr)
		}
		report, _ := check(t, 1, "--snapshot", path, "--rule", "NSA-49")
		var found []string
		for _, f := range report.Rules[0].Findings {
			if f.Namespace == "tenant" {
				found = append(found, fmt.Sprint(f.Kind, "/", f.Name, " ", f.Evidence[0].Actual))
			}
		}
		if diff := gocmp.Diff([]string{"ConfigMap/settings password in line 1, 28 bytes", "CronJob/nightly a literal: token, 28 bytes"}, found); diff != "" {
			t.Error(diff)
		}
	}
}

// decompressed is what all zstd frames in a file hold.
func decompressed(t *testing.T, file []byte) []byte {
	t.Helper()
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd}
	var all bytes.Buffer
	for i := bytes.Index(file, frame); i >= 0; {
		r, err := zstd.NewReader(bytes.NewReader(file[i:]))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(&all, r) // up to what is no frame
		r.Close()
		next := bytes.Index(file[i+1:], frame)
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return all.Bytes()
}

func post(t *testing.T, kubeconfig, path, object string) {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Post(config.Host+path, "application/json", strings.NewReader(object))
	if err != nil {
		t.Fatal(err)
	}
	reply, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated && resp.StatusCode != http.StatusConflict {
		t.Fatalf("%d %s", resp.StatusCode, reply)
	}
}

// A file that is no snapshot, or no longer one, is an error in one line, and
// never fewer objects.
func TestSnapshotDamaged(t *testing.T) {
	path := snapshotOf(t, true, "--kubeconfig", cluster(t).AdminKubeconfig)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 0x10
		return b
	}
	const damaged, not = "the snapshot is damaged or cut off", "not a snapshot of kubectl-kspm"
	for name, test := range map[string]struct {
		file  []byte
		error string
	}{
		"empty":                {nil, not},
		"text":                 {[]byte("apiVersion: v1\nkind: Pod\n"), not},
		"its first bytes":      {whole[:8], damaged},
		"cut in the middle":    {whole[:len(whole)/2], damaged},
		"cut by a byte":        {whole[:len(whole)-1], damaged},
		"another in front":     {append([]byte("x"), whole...), not},
		"more at the end":      {append(bytes.Clone(whole), "more"...), damaged},
		"a bit of an object":   {flipped(len(whole) / 3), damaged},
		"a bit of the index":   {flipped(len(whole) - 40), damaged},
		"a bit of the trailer": {flipped(len(whole) - 10), damaged},
		"of a newer version":   {newer(t), "the snapshot was made by a newer version: update kubectl-kspm"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, test.file, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"check"}, {"sql", "SELECT count(*) FROM k8s_pods"}, {"explain", "NSA-07", "pod/tenant/toolbox"}} {
				e := kspm(t, append(args, "--snapshot", path)...)
				if e.code != 2 || e.stdout != "" || e.stderr != "error: "+path+": "+test.error+"\n" {
					t.Errorf("%s: exit code %d\n%s%s", args[0], e.code, e.stdout, e.stderr)
				}
			}
		})
	}
}

// newer is a file whose index says that it has a format of the future.
func newer(t *testing.T) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	index := w.EncodeAll([]byte(`{"format": 1000, "resources": "in another way"}`), nil)
	file := append([]byte("KSPMSNAP"), index...)
	file = binary.LittleEndian.AppendUint64(file, 8)
	file = binary.LittleEndian.AppendUint32(file, crc32.Checksum(index, crc32.MakeTable(crc32.Castagnoli)))
	return append(file, "KSPMSNAP"...)
}

// A snapshot that cannot be written leaves what was there before.
func TestSnapshotIsWholeOrNot(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.kspm")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := kspm(t, "snapshot", "-o", path, "--server", "https://127.0.0.1:1")
	if text, err := os.ReadFile(path); e.code != 2 || err != nil || string(text) != "before" {
		t.Errorf("exit code %d, %q, %v", e.code, text, err)
	}
	flags := faulty(t, true, on(tables.Pods, -1, hangs))
	cmd := command(t, append([]string{"snapshot", "-o", path}, flags...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	left, err := os.ReadDir(dir)
	if text, _ := os.ReadFile(path); cmd.ProcessState.ExitCode() != 130 || err != nil || len(left) != 1 || string(text) != "before" {
		t.Errorf("exit code %d, %v, %q", cmd.ProcessState.ExitCode(), left, text)
	}
}

var takenAt = regexp.MustCompile(`taken \S+`)

// Resources without a table of their own are there when they were asked for.
func TestSnapshotOfAllResources(t *testing.T) {
	c := cluster(t)
	const query = "SELECT count(*) > 0 AS some FROM prioritylevelconfigurations"
	some := snapshotOf(t, true, "--kubeconfig", c.AdminKubeconfig)
	e := kspm(t, "sql", "--snapshot", some, "-o", "csv", query)
	if e.code != 2 || !strings.Contains(e.stderr, "error: no such table: prioritylevelconfigurations") || !takenAt.MatchString(e.stderr) {
		t.Errorf("exit code %d\n%s%s", e.code, e.stdout, e.stderr)
	}
	all := snapshotOf(t, true, "--all-resources", "--kubeconfig", c.AdminKubeconfig)
	e = kspm(t, "sql", "--snapshot", all, "-o", "csv", query)
	if e.code != 0 || e.stdout != "some\n1\n" {
		t.Errorf("exit code %d\n%s%s", e.code, e.stdout, e.stderr)
	}
}
