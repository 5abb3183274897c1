package cli

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

const deployment = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {selector: {matchLabels: {app: web}}, template: {
  metadata: {labels: {app: web}}, spec: {hostPID: true, containers: [{name: web, image: "web:1"}]}}}}
`

// What a hub shows is what the run that it has had found.
func TestCheckHub(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{"shop/web.yaml": deployment, "bank/web.yaml": strings.ReplaceAll(deployment, "shop", "bank")} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(code int, args ...string) (stdout, stderr string) {
		t.Helper()
		var out, errs bytes.Buffer
		if got := Main(t.Context(), append([]string{"kubectl-kspm"}, args...), Streams{In: strings.NewReader(""), Out: &out, Err: &errs}); got != code {
			t.Fatalf("%s: exit code %d, want %d: %s", strings.Join(args, " "), got, code, errs.String())
		}
		return out.String(), errs.String()
	}
	text, _ := run(exitFindings, "check", "-f", "shop", "--store", "kspm.db", "-o", "json")
	s, err := store.Open(t.Context(), "kspm.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	srv := httptest.NewServer(web.New(web.Options{Store: s}))
	t.Cleanup(srv.Close)

	var want, got posture.Report
	shown, stderr := run(exitFindings, "check", "--hub", srv.URL, "-o", "json")
	for to, text := range map[*posture.Report]string{&want: text, &got: shown} {
		if err := json.Unmarshal([]byte(text), to); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(stderr, "cluster shop, as "+srv.URL+" found it") {
		t.Error(stderr)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(posture.Report{}, "Source", "Benchmark", "BenchmarkVersion", "StartedAt", "FinishedAt", "RuleDigest"),
		cmpopts.IgnoreFields(posture.RuleResult{}, "Level", "Type", "Profile"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-check +hub): %s", diff)
	}
	if table, _ := run(exitFindings, "check", "--hub", srv.URL); !strings.Contains(table, "Deployment/shop/web") {
		t.Error(table)
	}
	run(exitClean, "check", "--hub", srv.URL, "--fail-on", "none")

	run(exitFindings, "check", "-f", "bank", "--store", "kspm.db")
	var list report.List
	shown, _ = run(exitFindings, "check", "--hub", srv.URL, "-o", "json")
	if err := json.Unmarshal([]byte(shown), &list); err != nil || len(list.Items) != 2 {
		t.Errorf("%d reports: %v", len(list.Items), err)
	}
	if table, _ := run(exitFindings, "check", "--hub", srv.URL, "--contexts", "b*", "-o", "csv"); !strings.Contains(table, ",bank,") {
		t.Error(table)
	}
	for args, want := range map[string]string{
		"--contexts x*": "knows no cluster x*: it knows",
		"-o csv":        "error: -o csv is about one cluster: choose one of 2 with --contexts NAME",
		"-f shop":       "error: --hub shows what a server last found, and --filename is about looking: leave it out",
	} {
		if _, stderr := run(exitError, append([]string{"check", "--hub", srv.URL}, strings.Fields(args)...)...); !strings.Contains(stderr, want) {
			t.Errorf("%s: %s", args, stderr)
		}
	}
	if past, _ := run(exitClean, "history", "--hub", srv.URL); !strings.Contains(past, "all clusters") {
		t.Error(past)
	}
}
