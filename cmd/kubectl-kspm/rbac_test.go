package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// TestLeastRBAC gives a user the role that rbac prints: every rule is assessed
// as for the admin. A user whose role lacks any one of its resources has rules
// that are not.
func TestLeastRBAC(t *testing.T) {
	c := cluster(t)
	role := printedRole(t)
	served := servedResources(t, c.AdminKubeconfig)
	config, err := clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	users := map[string]string{"least": grant(t, config, "least", role)}
	without := map[string]string{}
	for i, r := range role {
		for j, resource := range r.Resources {
			name := r.APIGroups[0] + "/" + resource
			if !served[name] {
				continue // an API that this cluster does not have: nothing to read
			}
			less := slices.Clone(role)
			less[i].Resources = slices.Delete(slices.Clone(r.Resources), j, j+1)
			if len(less[i].Resources) == 0 {
				less = slices.Delete(less, i, i+1)
			}
			user := fmt.Sprintf("least-%d-%d", i, j)
			users[user], without[user] = grant(t, config, user, less), name
		}
	}
	if len(without) < 20 {
		t.Fatalf("the role has %d resources that the cluster serves", len(without))
	}
	admin := statuses(t, c.AdminKubeconfig)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) { // the authorizer learns of roles
		least := statuses(t, users["least"])
		if slices.Equal(least, admin) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("with the role that rbac prints:\n%s\nas admin:\n%s", strings.Join(least, "\n"), strings.Join(admin, "\n"))
		}
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4)
	for user, resource := range without {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			lost := 0
			for i, now := range statuses(t, users[user]) {
				switch {
				case now == admin[i]:
				case strings.Contains(now, string(posture.NotAssessed)) || strings.Contains(now, "forbidden"):
					lost++
				default:
					t.Errorf("without %s: %s, as admin %s", resource, now, admin[i])
				}
			}
			if lost == 0 {
				t.Errorf("without %s every rule is assessed: the role has too much", resource)
			}
		})
	}
	wg.Wait()
}

// statuses are a line for each rule: what became of it, and why.
func statuses(t *testing.T, kubeconfig string) []string {
	t.Helper()
	e := kspm(t, "check", "-o", "json", "--benchmark", "nsa", "--kubeconfig", kubeconfig)
	var r posture.Report
	if err := json.Unmarshal([]byte(e.stdout), &r); err != nil {
		t.Errorf("%v: %s", err, e.stderr)
	}
	var out []string
	for _, rule := range r.Rules {
		out = append(out, fmt.Sprintf("%s %s %q %d", rule.ID, rule.Status, rule.Reason, rule.Assets.Total))
	}
	return out
}

// printedRole are the rules of the ClusterRole that rbac prints.
func printedRole(t *testing.T) []rbacv1.PolicyRule {
	t.Helper()
	e := kspm(t, "rbac", "--benchmark", "nsa")
	var role rbacv1.ClusterRole
	if err := yaml.UnmarshalStrict([]byte(e.stdout), &role); err != nil || e.code != 0 || len(role.Rules) == 0 {
		t.Fatalf("%v, exit code %d: %s%s", err, e.code, e.stdout, e.stderr)
	}
	for _, r := range role.Rules {
		if slices.ContainsFunc(append(slices.Clone(r.Verbs), r.Resources...), func(s string) bool { return s == "*" }) {
			t.Errorf("the role has a wildcard: %v", r)
		}
	}
	return role.Rules
}

// servedResources are group/plural of all that the server has.
func servedResources(t *testing.T, kubeconfig string) map[string]bool {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	_, lists, err := client.ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for _, list := range lists {
		group, _, ok := strings.Cut(list.GroupVersion, "/")
		if !ok {
			group = ""
		}
		for _, r := range list.APIResources {
			served[group+"/"+r.Name] = true
		}
	}
	return served
}

// grant makes a user with a role of these rules, and returns a kubeconfig.
func grant(t *testing.T, config *rest.Config, user string, rules []rbacv1.PolicyRule) string {
	t.Helper()
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	meta := metav1.ObjectMeta{Name: user}
	for path, object := range map[string]any{
		"clusterroles": rbacv1.ClusterRole{TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"}, ObjectMeta: meta, Rules: rules},
		"clusterrolebindings": rbacv1.ClusterRoleBinding{
			TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRoleBinding"}, ObjectMeta: meta,
			RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user},
			Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}},
		},
	} {
		body, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		url := config.Host + "/apis/rbac.authorization.k8s.io/v1/" + path
		resp, err := client.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		reply, err := io.ReadAll(resp.Body)
		if err := cmp.Or(err, resp.Body.Close()); err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %d %s %v", path, resp.StatusCode, reply, err)
		}
		t.Cleanup(func() {
			req, _ := http.NewRequest(http.MethodDelete, url+"/"+user, nil)
			if resp, err := client.Do(req); err == nil {
				resp.Body.Close()
			}
		})
	}
	kubeconfig, err := shared.Kubeconfig(user)
	if err != nil {
		t.Fatal(err)
	}
	return kubeconfig
}
