package assess_test

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	rbacv1client "k8s.io/client-go/kubernetes/typed/rbac/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// mayI is how a permission is looked up in k8s_rbac_effective: of a user by
// name and groups, of a service account by its name alone.
const mayI = `SELECT count(*) FROM k8s_rbac_effective WHERE
	(subject_kind = 'ServiceAccount' AND subject_namespace = :sans AND subject = :saname
		OR :sans = '' AND (subject_kind = 'User' AND subject = :user
			OR subject_kind = 'Group' AND subject IN (SELECT value FROM json_each(:groups))))
	AND verb IN (:verb, '*')
	AND (:path = '' AND api_group IN (:group, '*')
			AND (resource IN (:resource, '*') OR :sub <> '' AND resource = '*/' || :sub)
			AND (resource_name IS NULL OR resource_name = :name)
			AND (namespace IS NULL OR namespace = :namespace)
		OR :path <> '' AND (non_resource_url = :path
			OR non_resource_url LIKE '%*' AND rtrim(non_resource_url, '*') = substr(:path, 1, length(rtrim(non_resource_url, '*')))))`

// question is one that SubjectAccessReview and SQL are both asked.
type question struct {
	authorizationv1.SubjectAccessReviewSpec
	sans, saname string
}

func (w *world) question() question {
	var q question
	switch w.IntN(3) {
	case 0:
		q.User = pick(w, []string{"alice", "bob", "carol", "system:serviceaccount:odd"})
		for range w.IntN(3) {
			q.Groups = append(q.Groups, pick(w, rbacGroups))
		}
	case 1:
		sa := pick(w, w.accounts)
		q.sans, q.saname = sa.Namespace, sa.Name
		q.User = "system:serviceaccount:" + q.sans + ":" + q.saname
		q.Groups = []string{"system:serviceaccounts", "system:serviceaccounts:" + q.sans, "system:authenticated"}
	default: // an account that does not exist is in no group
		q.sans, q.saname = pick(w, rbacNamespaces), "gone"
		q.User = "system:serviceaccount:" + q.sans + ":" + q.saname
	}
	verbs := rbacVerbs[:len(rbacVerbs)-1]
	if w.IntN(5) == 0 {
		q.NonResourceAttributes = &authorizationv1.NonResourceAttributes{
			Verb: pick(w, verbs),
			Path: pick(w, []string{"/metrics", "/metrics/x", "/metricsx", "/logs/a", "/logs/b", "/lo", "/", "/healthz", "/nothing"}),
		}
		return q
	}
	r := &authorizationv1.ResourceAttributes{
		Verb: pick(w, verbs), Group: pick(w, []string{"", "apps", "example.com", "other.io"}),
		Resource:    pick(w, []string{"pods", "secrets", "deployments", "widgets", "nodes"}),
		Subresource: pick(w, []string{"", "", "", "exec", "log", "scale"}),
		Namespace:   pick(w, []string{"", "", "cluster", "shop", "t2-a", "elsewhere"}),
		Name:        pick(w, []string{"", "", "a", "b", "c"}),
	}
	if group, ok := map[string]string{"deployments": "apps", "widgets": "example.com"}[r.Resource]; ok && w.IntN(4) > 0 {
		r.Group = group
	} else if !ok && w.IntN(4) > 0 {
		r.Group = ""
	}
	q.ResourceAttributes = r
	return q
}

func (q question) args() []any {
	groups, _ := json.Marshal(q.Groups)
	arg := map[string]string{"user": q.User, "groups": string(groups), "sans": q.sans, "saname": q.saname}
	if n := q.NonResourceAttributes; n != nil {
		arg["verb"], arg["path"] = n.Verb, n.Path
	} else {
		r := q.ResourceAttributes
		arg["verb"], arg["group"], arg["resource"], arg["sub"] = r.Verb, r.Group, r.Resource, r.Subresource
		arg["namespace"], arg["name"] = r.Namespace, r.Name
		if r.Subresource != "" {
			arg["resource"] += "/" + r.Subresource
		}
	}
	var args []any
	for _, name := range []string{"user", "groups", "sans", "saname", "verb", "path", "group", "resource", "sub", "namespace", "name"} {
		args = append(args, sql.Named(name, arg[name]))
	}
	return args
}

// TestEffectiveRBAC asks the API server's own authorizer thousands of random
// questions and wants the same answers from k8s_rbac_effective, read from the
// cluster and from manifests, where nobody has aggregated ClusterRoles yet.
func TestEffectiveRBAC(t *testing.T) {
	if testing.Short() {
		t.Skip("starts an API server")
	}
	for seed := range uint64(2) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			c, err := testcluster.Start("")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Stop() })
			cfg, err := clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig)
			if err != nil {
				t.Fatal(err)
			}
			cfg.QPS = -1
			w := newWorld(seed)
			w.create(t, cfg)
			cluster, err := kube.NewCluster("real", cfg)
			if err != nil {
				t.Fatal(err)
			}
			compareAnswers(t, w, cfg, map[string]rows.Source{"cluster": cluster, "manifests": dump(t, cfg)})
		})
	}
}

func compareAnswers(t *testing.T, w *world, cfg *rest.Config, sources map[string]rows.Source) {
	t.Helper()
	db := openDB(t)
	stmt, err := db.Prepare(t.Context(), mayI)
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]engine.Data{}
	for name, src := range sources {
		set, err := rows.Load(t.Context(), src, stmt.Reads, rows.Scope{}, rows.Scope{})
		if err != nil || len(set.Unread) > 0 {
			t.Fatal(err, set.Unread)
		}
		data[name] = engine.Snapshot(set)
	}
	questions := make([]question, 3000)
	for i := range questions {
		questions[i] = w.question()
	}
	answers := review(t, cfg, questions)
	allowed, wrong := 0, 0
	for i, q := range questions {
		if answers[i] {
			allowed++
		}
		for name, d := range data {
			if got := ask(t, db, d, q); got != answers[i] && wrong < 10 {
				wrong++
				text, _ := json.Marshal(q.SubjectAccessReviewSpec)
				t.Errorf("%s: %s: k8s_rbac_effective says %v, the API server %v", name, text, got, answers[i])
			}
		}
	}
	t.Logf("%d of %d allowed", allowed, len(questions))
	if share := allowed * 100 / len(questions); share < 5 || share > 95 {
		t.Errorf("%d%% are allowed: the questions tell little", share)
	}
}

func ask(t *testing.T, db *engine.DB, data engine.Data, q question) (allowed bool) {
	t.Helper()
	_, err := db.Query(t.Context(), data, mayI, q.args(), func(row []any) error {
		allowed = row[0].(int64) > 0
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return allowed
}

// review has the API server answer, once its authorizer knows all objects.
func review(t *testing.T, cfg *rest.Config, questions []question) []bool {
	t.Helper()
	client, err := authorizationclient.NewForConfig(cfg)
	if err != nil {
		t.Fatal(err)
	}
	may := func(spec authorizationv1.SubjectAccessReviewSpec) (bool, error) {
		got, err := client.SubjectAccessReviews().Create(context.Background(), &authorizationv1.SubjectAccessReview{Spec: spec}, metav1.CreateOptions{})
		if err != nil {
			return false, err
		}
		return got.Status.Allowed, nil
	}
	for _, verb := range []string{"get", "list"} {
		marker := authorizationv1.SubjectAccessReviewSpec{User: "marker", ResourceAttributes: &authorizationv1.ResourceAttributes{
			Verb: verb, Group: "marker", Resource: "markers", Namespace: rbacNamespaces[0],
		}}
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			ok, err := may(marker)
			if err != nil || time.Now().After(deadline) {
				t.Fatal("the authorizer does not learn of the new roles:", err)
			}
			if ok {
				break
			}
		}
	}
	answers, errs := make([]bool, len(questions)), make([]error, len(questions))
	var wg sync.WaitGroup
	for start := range 8 {
		wg.Go(func() {
			for i := start; i < len(questions); i += 8 {
				answers[i], errs[i] = may(questions[i].SubjectAccessReviewSpec)
			}
		})
	}
	wg.Wait()
	if err := cmp.Or(errs...); err != nil {
		t.Fatal(err)
	}
	return answers
}

// dump makes manifests of all that RBAC is made of. Aggregated roles have no
// rules in them.
func dump(t *testing.T, cfg *rest.Config) *manifest.Files {
	t.Helper()
	core, err := corev1client.NewForConfig(cfg)
	rbac, rbacErr := rbacv1client.NewForConfig(cfg)
	if err := cmp.Or(err, rbacErr); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	accounts, err1 := core.ServiceAccounts("").List(ctx, metav1.ListOptions{})
	roles, err2 := rbac.Roles("").List(ctx, metav1.ListOptions{})
	clusterRoles, err3 := rbac.ClusterRoles().List(ctx, metav1.ListOptions{})
	roleBindings, err4 := rbac.RoleBindings("").List(ctx, metav1.ListOptions{})
	clusterRoleBindings, err5 := rbac.ClusterRoleBindings().List(ctx, metav1.ListOptions{})
	if err := cmp.Or(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	for i := range clusterRoles.Items {
		if clusterRoles.Items[i].AggregationRule != nil {
			clusterRoles.Items[i].Rules = []rbacv1.PolicyRule{}
		}
	}
	accounts.Kind, accounts.APIVersion = "ServiceAccountList", "v1"
	roles.Kind, clusterRoles.Kind, roleBindings.Kind, clusterRoleBindings.Kind = "RoleList", "ClusterRoleList", "RoleBindingList", "ClusterRoleBindingList"
	for _, version := range []*string{&roles.APIVersion, &clusterRoles.APIVersion, &roleBindings.APIVersion, &clusterRoleBindings.APIVersion} {
		*version = "rbac.authorization.k8s.io/v1"
	}
	var docs [][]byte
	for _, list := range []any{accounts, roles, clusterRoles, roleBindings, clusterRoleBindings} {
		doc, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
	files, err := manifest.Open(ctx, []string{"-"}, bytes.NewReader(bytes.Join(docs, []byte("\n---\n"))))
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(files.Problems(), func(p manifest.Problem) bool { return p.Fatal }) {
		t.Fatal(files.Problems())
	}
	return files
}
