package assess_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/session"
)

const twoNamespaces = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: payments}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: web}, spec: {containers: [{name: c, image: shop-image}]}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: payments, name: ledger}, spec: {containers: [{name: c, image: secret-image}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: secret-node}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: secret-role}}
`

// Free SQL of somebody who may see one namespace: whatever they ask, nothing of
// another is in the rows, and what is in none could not be read.
func TestSeen(t *testing.T) {
	files, err := manifest.Open(t.Context(), []string{"-"}, strings.NewReader(twoNamespaces))
	if err != nil {
		t.Fatal(err)
	}
	all := assess.Manifests(files)
	db := openDB(t)
	ask := func(src rows.Source, sql string) (got []string, err error) {
		stmt, err := db.Prepare(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		data := session.New([]session.Member{{Name: "prod", Source: src}}, stmt.Reads, rows.Scope{}, stmt.Strings...)
		_, err = db.Query(t.Context(), data, sql, nil, func(values []any) error {
			got = append(got, values[0].(string))
			return nil
		})
		return got, err
	}
	shop := assess.Seen(all, []string{"shop"})
	for sql, want := range map[string][]string{
		"SELECT name FROM k8s_pods":                                                    {"web"},
		"SELECT name FROM k8s_namespaces":                                              {"shop"},
		"SELECT image FROM k8s_containers":                                             {"shop-image"},
		"SELECT name FROM k8s_pods WHERE namespace = 'payments'":                       nil,
		"SELECT name FROM k8s_pods WHERE name = 'ledger'":                              nil,
		"SELECT raw FROM k8s_namespaces WHERE name = 'payments'":                       nil,
		"SELECT p.name FROM k8s_namespaces n JOIN k8s_pods p ON p.namespace <> n.name": nil,
	} {
		if got, err := ask(shop, sql); err != nil || !gocmp.Equal(got, want) {
			t.Errorf("%s: %q %v, want %q", sql, got, err, want)
		}
	}
	for _, sql := range []string{"SELECT name FROM k8s_nodes", "SELECT name FROM k8s_cluster_roles", "SELECT * FROM k8s_rbac_grants"} {
		got, err := ask(shop, sql)
		var unread *rows.UnreadError
		if !errors.As(err, &unread) || len(got) > 0 || !strings.Contains(err.Error(), "your rights are to some namespaces") {
			t.Errorf("%s: %q %v", sql, got, err)
		}
		if _, err := ask(all, sql); err != nil {
			t.Errorf("%s for who may see everything: %v", sql, err)
		}
	}
	two := assess.Seen(all, []string{"shop", "payments"})
	if got, err := ask(two, "SELECT name FROM k8s_pods ORDER BY name"); err != nil || !gocmp.Equal(got, []string{"ledger", "web"}) {
		t.Errorf("two namespaces: %q %v", got, err)
	}
	if reason, _ := shop.Reason(io.ErrUnexpectedEOF); strings.Contains(reason, "your rights") {
		t.Errorf("another reason: %s", reason)
	}
}
