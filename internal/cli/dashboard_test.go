package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The dashboard shows what a check finds, answers queries over the same
// manifests, and ends when it is interrupted.
func TestDashboard(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		defer in.Close()
		code <- Main(ctx, []string{"kubectl-kspm", "dashboard", "-f", "../../examples", "--no-browser"}, Streams{In: strings.NewReader(""), Out: in, Err: &stderr})
	}()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("exit code %d: %s", <-code, &stderr)
	}
	address = strings.TrimSpace(address)
	for path, want := range map[string]string{
		"":                     "of 32 assets fail no rule",
		"rules/NSA-23":         "monitoring",
		"findings?rule=NSA-07": "ci-runner",
		"api/v1/sql?sql=SELECT+DISTINCT+team+FROM+kspm_findings+WHERE+rule='NSA-07'+AND+status='fail'": `"rows":[["platform"]]`,
		"api/v1/findings?rule=NSA-07": `"team":"platform"`,
		"api/v1/sql?sql=SELECT+count(*)+AS+n+FROM+k8s_namespaces+WHERE+NOT+implied": `"rows":[[4]]`,
		"sql?sql=SELECT+nme+FROM+k8s_pods":                                          "no such column: nme",
		"sql?sql=DELETE+FROM+k8s_pods":                                              "The query was not answered",
		"api/v1/sql?rows=2&sql=SELECT+name+FROM+k8s_containers":                     `"truncated":true`,
		"api/v1/sql?seconds=0.1&sql=" + strings.ReplaceAll(endless, " ", "+"):       "stopped after 100ms",
		"api/v1/sql?sql=SELECT+count(*)+AS+n+FROM+kspm_rules+WHERE+id='NSA-23'":     `"rows":[[1]]`,
	} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("/%s does not say %q (%v): %s", path, want, err, body)
		}
	}
	interrupt()
	select {
	case got := <-code:
		if got != 0 {
			t.Errorf("exit code %d: %s", got, &stderr)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
}

const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i%2B1 FROM n) SELECT count(*) FROM n"

func TestDashboardListensOnLoopbackAlone(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":8080", "10.0.0.1:80", "[::]:0", "example.com:80", "8080"} {
		var stderr bytes.Buffer
		code := Main(t.Context(), []string{"kubectl-kspm", "dashboard", "-f", "../../examples", "--no-browser", "--listen", listen}, Streams{Out: io.Discard, Err: &stderr})
		if code != 2 || !strings.Contains(stderr.String(), "--listen") {
			t.Errorf("%s: exit code %d, %s", listen, code, &stderr)
		}
	}
}
