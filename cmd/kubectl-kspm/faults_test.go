package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// A fault stands before the API server: what it does not answer itself goes
// on to the server, as the admin.
type fault func(next http.Handler) http.Handler

// faulty starts a proxy before the API server, and returns the flags that lead
// to it.
func faulty(t *testing.T, http2 bool, f fault) []string {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", cluster(t).AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	server, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(server) }}
	front := httptest.NewUnstartedServer(f(proxy))
	front.EnableHTTP2 = http2
	front.TLS = &tls.Config{}
	front.StartTLS()
	t.Cleanup(func() { front.CloseClientConnections(); front.Close() })
	return []string{"--server", front.URL, "--insecure-skip-tls-verify"}
}

// healthy is the report of a run without faults: all is known but the kubelets
// of nodes that do not run.
func healthy(t *testing.T) *posture.Report {
	t.Helper()
	r, _ := check(t, 3, "--kubeconfig", cluster(t).AdminKubeconfig)
	return r
}

// on lets a fault answer the lists of a resource: the first few requests, or
// with a negative number all of them.
func on(r *tables.Resource, times int, answer func(w http.ResponseWriter, r *http.Request, next http.Handler)) fault {
	var mu sync.Mutex
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			mu.Lock()
			hit := times != 0 && strings.HasSuffix(req.URL.Path, "/"+r.Plural) && strings.Contains(req.URL.Path, r.Group)
			if hit {
				times--
			}
			mu.Unlock()
			if !hit {
				next.ServeHTTP(w, req)
				return
			}
			answer(w, req, next)
		})
	}
}

// says answers with a code and a message, as the API server would.
func says(code int, message string, headers ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": %d, "message": %q}`, code, message)
	}
}

func hangs(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }

// cuts sends the server's own answer but for its end, and drops the connection.
func cuts(w http.ResponseWriter, r *http.Request, next http.Handler) {
	whole := httptest.NewRecorder()
	r.Header.Del("Accept-Encoding")
	next.ServeHTTP(whole, r)
	body := whole.Body.Bytes()
	w.Header().Set("Content-Type", whole.Header().Get("Content-Type"))
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = io.Copy(w, bytes.NewReader(body[:len(body)*2/3]))
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// pages makes lists come in pages of 20, and cuts the third.
func pages(next http.Handler) http.Handler {
	var mu sync.Mutex
	continued := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if !q.Has("limit") {
			next.ServeHTTP(w, r)
			return
		}
		q.Set("limit", "20")
		r.URL.RawQuery = q.Encode()
		mu.Lock()
		cut := false
		if q.Has("continue") && strings.HasSuffix(r.URL.Path, "/pods") {
			continued++
			cut = continued == 2
		}
		mu.Unlock()
		if cut {
			cuts(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// What the client can sit out costs time and nothing else: the report is that
// of a run without faults, nothing missing and nothing doubled.
func TestFaultsThatPass(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault func() fault
	}{
		{"no fault", func() fault { return func(next http.Handler) http.Handler { return next } }},
		{"busy, asks to come back", func() fault { return on(tables.Pods, 1, says(429, "slow down", "Retry-After", "1")) }},
		{"broken twice", func() fault { return on(tables.Pods, 2, says(500, "etcdserver: leader changed")) }},
		{"cut in the middle of a list", func() fault { return on(tables.Pods, 1, cuts) }},
		{"cut in the middle of a page", func() fault { return pages }},
	} {
		for proto, http2 := range map[string]bool{"HTTP1": false, "HTTP2": true} {
			t.Run(test.name+"/"+proto, func(t *testing.T) {
				want := healthy(t)
				got, stderr := check(t, 3, faulty(t, http2, test.fault())...)
				same(t, want, got, "")
				if got.Source.Objects != want.Source.Objects || len(got.NotAssessed) > 0 {
					t.Errorf("%d objects, want %d; %v", got.Source.Objects, want.Source.Objects, got.NotAssessed)
				}
				if strings.Contains(stderr, "could not read") {
					t.Errorf("stderr: %s", stderr)
				}
			})
		}
	}
}

// What stays broken is not assessed, for its reason; the rest is judged.
func TestFaultsThatStay(t *testing.T) {
	apps := []*tables.Resource{tables.Deployments, tables.StatefulSets, tables.DaemonSets, tables.ReplicaSets}
	noApps := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/apis/apps/") {
				says(404, "the server could not find the requested resource")(w, r, next)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	for _, test := range []struct {
		name    string
		fault   fault
		args    []string
		reason  string
		missing []*tables.Resource
	}{
		{"500 for good", on(tables.Jobs, -1, says(500, "no storage for \x1b[31mjobs")), nil, "unavailable", []*tables.Resource{tables.Jobs}},
		{"busy for too long", on(tables.Jobs, -1, says(429, "slow down", "Retry-After", "3600")), nil, "unavailable", []*tables.Resource{tables.Jobs}},
		{"hangs", on(tables.CronJobs, -1, hangs), []string{"--request-timeout", "2s"}, "timeout", []*tables.Resource{tables.CronJobs}},
		{"cut always", on(tables.StatefulSets, -1, cuts), nil, "unavailable", []*tables.Resource{tables.StatefulSets}},
		{"an API group that is not served", noApps, nil, "not served", apps},
		{"forbidden", on(tables.Jobs, -1, says(403, "jobs.batch is forbidden")), nil, "forbidden", []*tables.Resource{tables.Jobs}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := healthy(t)
			began := time.Now()
			got, stderr := check(t, 3, append(test.args, faulty(t, true, test.fault)...)...)
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("took %s", took)
			}
			same(t, want, got, test.reason, test.missing...)
			if !strings.Contains(stderr, "could not read ("+test.reason+"): ") || harm(stderr) != "" {
				t.Errorf("stderr: %q", stderr)
			}
		})
	}
}

// A query over what cannot be read says so; one over the rest has its rows.
func TestFaultsInQueries(t *testing.T) {
	flags := faulty(t, true, on(tables.Pods, -1, says(500, "no storage for pods")))
	e := kspm(t, append([]string{"sql", "SELECT name FROM k8s_pods"}, flags...)...)
	if e.code != 3 || e.stdout != "" || !strings.Contains(e.stderr, "error: table k8s_pods: could not read pods: list pods: the API server answers 500: no storage for pods") {
		t.Errorf("exit code %d\n%s%s", e.code, e.stdout, e.stderr)
	}
	e = kspm(t, append([]string{"sql", "-o", "name", "SELECT name FROM k8s_namespaces WHERE name = 'tenant'"}, flags...)...)
	if e.code != 0 || e.stdout != "tenant\n" {
		t.Errorf("exit code %d\n%s%s", e.code, e.stdout, e.stderr)
	}
}
