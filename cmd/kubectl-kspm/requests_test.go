package main

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// requests notes what is asked of the API server.
type requests struct {
	mu  sync.Mutex
	all []string
}

func (n *requests) fault(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Method + " " + r.URL.Path
		if s := r.URL.Query().Get("fieldSelector"); s != "" {
			asked += "?fieldSelector=" + s
		}
		n.mu.Lock()
		n.all = append(n.all, asked)
		n.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// take returns the requests since the last time, sorted.
func (n *requests) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := n.all
	n.all = nil
	slices.Sort(all)
	return all
}

// What --explain tells is what a real API server was asked, neither more nor
// less; and a query asks for no more than it needs.
func TestRequests(t *testing.T) {
	var seen requests
	flags := faulty(t, true, seen.fault)
	ask := func(query string) (stdout string, asked, told []string) {
		t.Helper()
		seen.take()
		e := kspm(t, append([]string{"sql", "--explain", "-o", "csv", query}, flags...)...)
		if e.code != 0 {
			t.Fatalf("%s: exit code %d\n%s", query, e.code, e.stderr)
		}
		for line := range strings.Lines(e.stderr) {
			if request, _, ok := strings.Cut(line, " for k8s_"); ok && strings.HasPrefix(line, "GET ") {
				told = append(told, request)
			}
		}
		slices.Sort(told)
		return e.stdout, seen.take(), told
	}
	_, connecting, told := ask("SELECT minor FROM k8s_release_table LIMIT 1")
	if len(told) > 0 || len(connecting) > 3 {
		t.Errorf("a query that needs no cluster: told of %v, asked %v", told, connecting)
	}
	for _, test := range []struct {
		query string
		want  []string
	}{
		{"SELECT count(*) FROM k8s_pods WHERE namespace = 'tenant'", []string{"GET /api/v1/namespaces/tenant/pods"}},
		{"SELECT count(*) FROM pods WHERE name = 'toolbox' AND namespace = 'tenant'", []string{"GET /api/v1/namespaces/tenant/pods?fieldSelector=metadata.name=toolbox"}},
		{
			"SELECT count(*) FROM k8s_containers WHERE namespace IN ('tenant', 'kube-system', 'default', 'monitoring') AND kind = 'Pod'",
			nil, // four namespaces of each kind of workload
		},
		{
			"SELECT p.name FROM k8s_namespaces n JOIN k8s_pods p ON p.namespace = n.name WHERE n.name = 'tenant'",
			[]string{"GET /api/v1/namespaces/tenant/pods", "GET /api/v1/namespaces?fieldSelector=metadata.name=tenant"},
		},
		{
			"SELECT s.name FROM k8s_pods p JOIN k8s_service_accounts s ON s.namespace = p.namespace AND s.name = p.service_account_name WHERE p.namespace IN ('tenant')",
			[]string{"GET /api/v1/namespaces/tenant/pods", "GET /api/v1/namespaces/tenant/serviceaccounts?fieldSelector=metadata.name=default"},
		},
		{"SELECT mode FROM k8s_kube_proxy_config", []string{"GET /api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name=kube-proxy"}},
		{"SELECT count(*) FROM k8s_rbac_effective WHERE subject = 'x'", nil},
	} {
		_, asked, told := ask(test.query)
		asked = slices.DeleteFunc(asked, func(r string) bool { return slices.Contains(connecting, r) })
		if diff := gocmp.Diff(asked, told); diff != "" {
			t.Errorf("%s (-asked +told):\n%s", test.query, diff)
		}
		if test.want != nil {
			if diff := gocmp.Diff(test.want, told); diff != "" {
				t.Errorf("%s (-want +told):\n%s", test.query, diff)
			}
		}
	}
	// As many namespaces as there are, and no request for each.
	stdout, asked, _ := ask("SELECT n.name, (SELECT count(*) FROM k8s_pods p WHERE p.namespace = n.name) AS pods FROM k8s_namespaces n")
	if lists := len(asked) - len(connecting); strings.Count(stdout, "\n") < 9 || lists > 5 {
		t.Errorf("%d namespaces, %d requests: %v", strings.Count(stdout, "\n")-1, lists, asked)
	}
}
