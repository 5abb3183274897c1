package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

const (
	openReportsModule = "github.com/openreports/reports-api@v0.2.1"
	openReportsSum    = "h1:g9KS3yle9Y1elmww4TK9EkD1rl6inIaiIJPX6e+u680="
	wgPolicyModule    = "sigs.k8s.io/wg-policy-prototypes@v0.0.0-20230505033312-51c21979086a"
	wgPolicySum       = "h1:tbASfGvbUgbwsJuh9T0+IZ0hhUNOkryo9Vquv1vjw+o="
)

// TestReportsOnServer has a real API server take the reports, with the CRDs of
// the projects that define them, and without a field that these do not know.
func TestReportsOnServer(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	cluster, err := testcluster.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	api := newServer(t, cluster.AdminKubeconfig)
	for _, name := range []string{"shop", "null", "true", "1e3", "0x10"} {
		api.apply(t, "/api/v1/namespaces/"+name, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}})
	}
	for _, crd := range []struct{ module, sum, file string }{
		{openReportsModule, openReportsSum, "config/crd/openreports.io_reports.yaml"},
		{openReportsModule, openReportsSum, "config/crd/openreports.io_clusterreports.yaml"},
		{wgPolicyModule, wgPolicySum, "policy-report/crd/v1alpha2/wgpolicyk8s.io_policyreports.yaml"},
		{wgPolicyModule, wgPolicySum, "policy-report/crd/v1alpha2/wgpolicyk8s.io_clusterpolicyreports.yaml"},
	} {
		api.define(t, moduleFile(t, crd.module, crd.sum, crd.file))
	}
	for _, r := range []*posture.Report{sample(), hostile()} {
		for _, name := range []string{"openreports", "policyreport"} {
			objects := documents(t, written(t, name, r, Style{APIVersion: func(string) string { return "apps/v1" }}))
			if len(objects) < 2 {
				t.Errorf("%s: %d objects", name, len(objects))
			}
			for _, o := range objects {
				api.apply(t, reportPath(o), o)
			}
		}
	}
	wrong := documents(t, bytes.Replace(written(t, "openreports", sample(), Style{}), []byte("scored:"), []byte("scoredd:"), 1))
	if err := api.patch(t.Context(), reportPath(wrong[0]), wrong[0]); err == nil {
		t.Error("the server takes a field that the API does not have")
	}
}

func documents(t *testing.T, text []byte) (objects []map[string]any) {
	t.Helper()
	for _, doc := range strings.Split(strings.TrimPrefix(string(text), "---\n"), "\n---\n") {
		object := map[string]any{}
		if err := yaml.Unmarshal([]byte(doc), &object); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, object)
	}
	return objects
}

func reportPath(o map[string]any) string {
	meta := o["metadata"].(map[string]any)
	path := fmt.Sprintf("/apis/%v/", o["apiVersion"])
	if ns, ok := meta["namespace"]; ok {
		path += fmt.Sprintf("namespaces/%v/", ns)
	}
	return path + strings.ToLower(fmt.Sprint(o["kind"])) + "s/" + fmt.Sprint(meta["name"])
}

type server struct {
	url    string
	client *http.Client
}

func newServer(t *testing.T, kubeconfig string) *server {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return &server{config.Host, client}
}

// patch applies an object on the server's side, and strictly.
func (s *server) patch(ctx context.Context, path string, object map[string]any) error {
	text, err := yaml.Marshal(object)
	if err != nil {
		return err
	}
	url := s.url + path + "?fieldManager=test&force=true&fieldValidation=Strict"
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/apply-patch+yaml")
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if reply, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode >= 300 {
		return errors.Join(err, fmt.Errorf("%s: %d %.1000s", path, resp.StatusCode, reply))
	}
	return nil
}

func (s *server) apply(t *testing.T, path string, object map[string]any) {
	t.Helper()
	if err := s.patch(t.Context(), path, object); err != nil {
		t.Error(err)
	}
}

// define creates a CRD and waits until it is served.
func (s *server) define(t *testing.T, text []byte) {
	t.Helper()
	crd := map[string]any{}
	if err := yaml.Unmarshal(text, &crd); err != nil {
		t.Fatal(err)
	}
	delete(crd, "status")
	name := crd["metadata"].(map[string]any)["name"].(string)
	s.apply(t, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"+name, crd)
	plural, group, _ := strings.Cut(name, ".")
	for start := time.Now(); time.Since(start) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		version := map[string]string{"openreports.io": "v1alpha1", "wgpolicyk8s.io": "v1alpha2"}[group]
		resp, err := s.client.Get(s.url + "/apis/" + group + "/" + version + "/" + plural)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("%s is not served", name)
}
