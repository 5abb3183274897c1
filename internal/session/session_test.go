package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// fake is a cluster with some namespaces of three pods each, which notes what
// it is asked for.
type fake struct {
	name       string
	namespaces []string
	err        error

	mu    sync.Mutex
	asked []string
}

func (f *fake) Each(_ context.Context, r *tables.Resource, scope rows.Scope, emit func(*tables.Object)) error {
	f.mu.Lock()
	f.asked = append(f.asked, strings.TrimRight(r.String()+" "+scope.Namespace+"/"+scope.Name, " /"))
	f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	for _, ns := range f.namespaces {
		if scope.Namespace != "" && scope.Namespace != ns {
			continue
		}
		switch r {
		case tables.Namespaces:
			o := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns, UID: types.UID(f.name + ns)}}
			emit(&tables.Object{Resource: r, Value: o, Meta: &o.ObjectMeta, Cluster: f.name})
		case tables.Pods:
			for i := range 3 {
				o := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: fmt.Sprint(ns, i), UID: types.UID(fmt.Sprint(f.name, ns, i))}}
				if scope.Name == "" || scope.Name == o.Name {
					emit(&tables.Object{Resource: r, Value: o, Meta: &o.ObjectMeta, Cluster: f.name})
				}
			}
		}
	}
	return nil
}

func ask(t *testing.T, query string, members ...Member) (string, *Session, error) {
	t.Helper()
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	stmt, err := db.Prepare(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	s := New(members, stmt.Reads, rows.Scope{}, stmt.Strings...)
	var lines []string
	_, err = db.Query(t.Context(), s, query, nil, func(values []any) error {
		lines = append(lines, strings.Trim(fmt.Sprint(values), "[]"))
		return nil
	})
	return strings.Join(lines, "; "), s, err
}

// What a query names becomes a request for just that; what it looks up one
// after the other soon becomes one request for all.
func TestRequests(t *testing.T) {
	for _, test := range []struct {
		name, query, want string
		asked             []string
	}{
		{"a namespace", "SELECT count(*) FROM k8s_pods WHERE namespace = 'b'", "3", []string{"pods b"}},
		{"a name in it", "SELECT name FROM k8s_pods WHERE namespace = 'b' AND name = 'b1'", "b1", []string{"pods b/b1"}},
		{"five that are named", "SELECT count(*) FROM k8s_pods WHERE namespace IN ('a', 'b', 'c', 'd', 'e')", "15", []string{"pods a", "pods b", "pods c", "pods d", "pods e"}},
		{"one named twice", "SELECT count(*) FROM k8s_pods p JOIN k8s_pods q ON p.namespace = 'b' AND q.namespace = 'b'", "9", []string{"pods b"}},
		{"all", "SELECT count(*) FROM k8s_pods WHERE namespace LIKE 'b%'", "3", []string{"pods"}},
		{"either", "SELECT count(*) FROM k8s_pods WHERE namespace = 'a' OR name = 'b1'", "4", []string{"pods a", "pods /b1"}},
		{
			"a join with what is named", "SELECT count(*) FROM k8s_namespaces n JOIN k8s_pods p ON p.namespace = n.name WHERE n.name = 'b'", "3",
			[]string{"namespaces b/b", "pods b"},
		},
		{
			"a correlated subquery", "SELECT sum((SELECT count(*) FROM k8s_pods p WHERE p.namespace = n.name)) FROM k8s_namespaces n", "24",
			[]string{"namespaces", "pods a", "pods b", "pods c", "pods"},
		},
		{"nothing of a cluster", "SELECT minor FROM k8s_release_table WHERE minor = '1.37'", "1.37", nil},
		{"one object", "SELECT count(*) FROM k8s_kube_proxy_config", "0", []string{"configmaps kube-system/kube-proxy"}},
		{"two of them", "SELECT count(*) FROM k8s_kube_proxy_config, k8s_kubeadm_config", "0", []string{"configmaps kube-system"}},
		{"one, and all", "SELECT (SELECT count(*) FROM k8s_kube_proxy_config) + (SELECT count(*) FROM k8s_config_maps)", "0", []string{"configmaps"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &fake{name: "c", namespaces: strings.Fields("a b c d e f g h")}
			got, s, err := ask(t, test.query, Member{Name: "c", Source: f})
			if err != nil || got != test.want {
				t.Errorf("%q, want %q, %v", got, test.want, err)
			}
			if diff := gocmp.Diff(test.asked, f.asked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if len(s.Reads()) != len(f.asked) {
				t.Errorf("%d reads are told of %d", len(s.Reads()), len(f.asked))
			}
			for _, r := range s.Reads() {
				if r.Why == "" || len(r.Tables) == 0 || !slices.IsSorted(r.Tables) {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// Sources at hand are read whole, once.
func TestAtHand(t *testing.T) {
	f := &fake{name: "dir", namespaces: []string{"a", "b"}}
	got, _, err := ask(t, "SELECT count(*) FROM k8s_pods WHERE namespace = 'b'", Member{Name: "dir", Source: f, AtHand: true})
	if err != nil || got != "3" || !slices.Equal(f.asked, []string{"pods"}) {
		t.Errorf("%q %v %v", got, f.asked, err)
	}
}

// Rows of many clusters are put together; one that is down is told of, and the
// others answer. What is no cluster's comes once.
func TestMembers(t *testing.T) {
	down := errors.New("connection refused")
	members := []Member{
		{Name: "eu", Source: &fake{name: "eu", namespaces: []string{"a"}}},
		{Name: "down", Source: &fake{name: "down", err: down}},
		{Name: "us", Source: &fake{name: "us", namespaces: []string{"a", "b"}}},
	}
	got, s, err := ask(t, "SELECT cluster, count(*) FROM k8s_pods GROUP BY cluster", members...)
	if err != nil || got != "eu 3; us 6" {
		t.Errorf("%q, %v", got, err)
	}
	if failures := s.Failures(); len(failures) != 1 || failures[0].Member != "down" || !errors.Is(failures[0].Err, down) {
		t.Errorf("%+v", failures)
	}
	got, s, err = ask(t, "SELECT count(*), count(DISTINCT minor) FROM k8s_release_table", members...)
	if n := strings.Fields(got); err != nil || len(n) != 2 || n[0] != n[1] || n[0] == "0" || len(s.Failures()) > 0 {
		t.Errorf("%q, %v", got, err)
	}
	_, _, err = ask(t, "SELECT count(*) FROM k8s_pods", members[1])
	if !errors.Is(err, down) {
		t.Errorf("the only one is down: %v", err)
	}
}
