package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// fromManifests are the tables that a test cluster cannot fill: it has no
// nodes that run, and today's API servers no PodSecurityPolicies.
var fromManifests = map[string]bool{
	"k8s_pod_security_policies": true, "k8s_nodes_kubelet_config": true,
	"k8s_node_files": true, "k8s_node_facts": true, "k8s_kubelet_flags": true,
}

// fromHistory are those that a history holds.
var fromHistory = map[string]bool{"kspm_events": true, "kspm_runs": true}

// Every table has rows: over a real API server, or for what that cannot hold
// over manifests. A new table needs an object in testdata/everything.
func TestEveryTableHasRows(t *testing.T) {
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
	if err := c.Load(60, 3); err != nil {
		t.Fatal(err)
	}
	apply(t, c.AdminKubeconfig, "testdata/everything/cluster.yaml")
	have := map[string]bool{}
	history := filepath.Join(t.TempDir(), "kspm.db")
	if e := kspm(t, "check", "--kubeconfig", c.AdminKubeconfig, "--store", history); e.code == 2 {
		t.Fatal(e.stderr)
	}
	of := func(table *tables.Table) string {
		switch {
		case fromManifests[table.Name]:
			return "manifests"
		case fromHistory[table.Name]:
			return "history"
		}
		return "cluster"
	}
	for from, source := range map[string][]string{
		"cluster": {"--kubeconfig", c.AdminKubeconfig}, "manifests": {"-f", "testdata/everything/manifests.yaml"}, "history": {"--store", history},
	} {
		var script strings.Builder
		for _, table := range tables.All() {
			if of(table) == from {
				fmt.Fprintf(&script, "SELECT '%s' AS t, * FROM %s LIMIT 1;\n", table.Name, table.Name)
			}
		}
		cmd := command(t, append([]string{"sql", "-o", "ndjson"}, source...)...)
		var stdout, stderr bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script.String()), &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Errorf("%v\n%s", err, stderr.String())
		}
		for line := range strings.Lines(stdout.String()) {
			var row struct{ T string }
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Errorf("%v\n%s", err, line)
			}
			have[row.T] = true
		}
	}
	for _, table := range tables.All() {
		if !have[table.Name] {
			t.Errorf("%s has no rows: add an object for it to testdata/everything", table.Name)
		}
	}
	for name := range fromManifests {
		if tables.Lookup(name) == nil {
			t.Errorf("there is no table %s", name)
		}
	}
	// Resources without a table of their own, by every name that kubectl accepts.
	for _, name := range []string{"certificates", "certificate", "cert", "CERTS", `"certificates.cert-manager.io"`, `"certificates.v1.cert-manager.io"`} {
		e := kspm(t, "sql", "--kubeconfig", c.AdminKubeconfig, "-o", "csv", "SELECT namespace, name, spec->>'$.secretName' AS secret, json_extract(raw, '$.kind') AS kind FROM "+name)
		if e.code != 0 || e.stdout != "namespace,name,secret,kind\neverything,web,web-tls,Certificate\n" {
			t.Errorf("%s: exit code %d\n%s%s", name, e.code, e.stdout, e.stderr)
		}
	}
}

// apply creates the objects of a manifest, one after the other; a kind that
// was defined just before needs a moment.
func apply(t *testing.T, kubeconfig, file string) {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for doc := range strings.SplitSeq(string(text), "\n---\n") {
		var u unstructured.Unstructured
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		body, err := u.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for try := 0; ; try++ {
			resp, err := client.Post(config.Host+collection(&u), "application/json", bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			reply, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusCreated {
				break
			}
			if resp.StatusCode != http.StatusNotFound || try == 100 {
				t.Fatalf("%s %s: %d %s", u.GetKind(), u.GetName(), resp.StatusCode, reply)
			}
			time.Sleep(200 * time.Millisecond)
		}
	}
}

// collection is the path that an object is posted to.
func collection(u *unstructured.Unstructured) string {
	gvk := u.GroupVersionKind()
	plural, _ := meta.UnsafeGuessKindToResource(gvk)
	resource := strings.Replace(plural.Resource, "aies", "ays", 1) // gateways
	path := "/apis/" + gvk.GroupVersion().String()
	if gvk.Group == "" {
		path = "/api/" + gvk.Version
	}
	if u.GetNamespace() != "" {
		path += "/namespaces/" + u.GetNamespace()
	}
	return path + "/" + resource
}
