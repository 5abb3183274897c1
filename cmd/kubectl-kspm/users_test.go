package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Who may list nothing learns nothing: no rule passes.
func TestNobodyPassesNothing(t *testing.T) {
	c := cluster(t)
	for _, args := range [][]string{nil, {"-n", "tenant"}} {
		r, stderr := check(t, 3, append(args, "--kubeconfig", c.NobodyKubeconfig)...)
		if len(r.Rules) == 0 {
			t.Fatal("no rules")
		}
		for _, rule := range r.Rules {
			switch rule.Status {
			case posture.NotAssessed, posture.Manual, posture.NotApplicable:
			default:
				t.Errorf("%v %s: status %s", args, rule.ID, rule.Status)
			}
			if len(rule.Findings) > 0 || rule.Assets.Total > 0 {
				t.Errorf("%v %s: findings or assets: %+v", args, rule.ID, rule)
			}
			if rule.Status == posture.NotAssessed && !strings.Contains(rule.Reason, "forbidden") {
				t.Errorf("%v %s: reason %q", args, rule.ID, rule.Reason)
			}
		}
		if n := r.Summary.Rules[posture.NotAssessed]; n == 0 || r.Summary.Rules[posture.Pass] > 0 {
			t.Errorf("%v summary: %v", args, r.Summary.Rules)
		}
		if r.Summary.Coverage != 0 || r.Summary.Assets != (posture.AssetSummary{}) || r.Source.Objects != 0 {
			t.Errorf("%v summary: %+v of %d objects", args, r.Summary, r.Source.Objects)
		}
		if !strings.Contains(stderr, "could not read (forbidden): ") {
			t.Errorf("stderr: %s", stderr)
		}
	}
}

// What the roles of a user do not cover is not assessed, with the grant; the
// rest is judged as for the admin.
func TestUsersSeeTheirShare(t *testing.T) {
	c := cluster(t)
	for _, user := range []struct {
		name, kubeconfig, namespace string
		rule                        string // one that the user's roles suffice for
	}{
		{"view", c.ViewKubeconfig, "", "NSA-07"},
		{"tenant in its namespace", shared.tenant, "tenant", "NSA-07"},
	} {
		t.Run(user.name, func(t *testing.T) {
			// Nobody knows the kubelets of a cluster whose nodes do not run; they
			// are in no namespace.
			code := 3
			if user.namespace != "" {
				code = 1
			}
			all, _ := check(t, code, "-n", user.namespace, "--kubeconfig", c.AdminKubeconfig)
			missing := unreadable(t, user.kubeconfig, user.namespace)
			got, _ := check(t, 3, "-n", user.namespace, "--kubeconfig", user.kubeconfig)
			same(t, all, got, "forbidden", missing...)
			if i := slices.IndexFunc(got.Rules, func(r posture.RuleResult) bool { return r.ID == user.rule }); !got.Rules[i].Status.Judged() {
				t.Errorf("%s is %s", user.rule, got.Rules[i].Status)
			}
			for _, u := range got.NotAssessed {
				if !strings.HasPrefix(u.Grant, "{apiGroups: ") || !strings.Contains(u.Grant, `verbs: ["get"`) {
					t.Errorf("grant for %s: %s", u.Resource, u.Grant)
				}
			}
		})
	}
}

// unreadable are the resources that rules need and that a user may not list,
// as the API server has it.
func unreadable(t *testing.T, kubeconfig, namespace string) []*tables.Resource {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(verb, group, resource, subresource, in, name string) bool {
		review := fmt.Sprintf(`{"spec": {"resourceAttributes": {"verb": %q, "group": %q, "resource": %q, "subresource": %q, "namespace": %q, "name": %q}}}`,
			verb, group, resource, subresource, in, name)
		resp, err := client.Post(config.Host+"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json", strings.NewReader(review))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var reply struct{ Status struct{ Allowed bool } }
		if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatal(resp.StatusCode, err)
		}
		return reply.Status.Allowed
	}
	may := func(r *tables.Resource, verb, name string) bool {
		switch {
		case r == tables.KubeletConfigs:
			return ask("list", "", "nodes", "", "", "") && ask("get", "", "nodes", "proxy", "", "")
		case r.Virtual != "": // what every user may know: the version, and which APIs there are
			return true
		}
		in := ""
		if r.Namespaced || name != "" {
			in = namespace
		}
		return ask(verb, r.Group, r.Plural, "", in, name)
	}
	served := func(r *tables.Resource) bool {
		resp, err := client.Get(config.Host + "/apis/" + r.Group)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}
	var missing []*tables.Resource
	for _, needed := range reads(t) {
		for _, r := range needed {
			if r.Optional && !served(r) || // an API that is not there is not missing
				slices.Contains(missing, r) || may(r, "list", "") || r == tables.Namespaces && namespace != "" && may(r, "get", namespace) {
				continue
			}
			missing = append(missing, r)
		}
	}
	return missing
}

// Outside its namespace the tenant may read nothing.
func TestTenantWithoutNamespace(t *testing.T) {
	cluster(t)
	r, _ := check(t, 3, "--kubeconfig", shared.tenant)
	if n := r.Summary.Rules[posture.Pass] + r.Summary.Rules[posture.Fail]; n > 0 {
		t.Errorf("%d rules judged", n)
	}
}

// nameless is a result without the name of the cluster, which is that of the
// server where a test puts one in front of it, and without the fingerprints
// that are made of it.
func nameless(res posture.RuleResult) posture.RuleResult {
	res.Findings = slices.Clone(res.Findings)
	for i := range res.Findings {
		f := &res.Findings[i]
		if f.Kind != "Cluster" {
			continue
		}
		f.Name, f.Fingerprint, f.Evidence = "", "", slices.Clone(f.Evidence)
		for j := range f.Evidence {
			f.Evidence[j].Fingerprint = ""
		}
	}
	return res
}

// same compares a report with that of a run in which everything could be read:
// rules that need what was missing are not assessed, with the reason, and all
// others found the very same.
func same(t *testing.T, want, got *posture.Report, reason string, missing ...*tables.Resource) {
	t.Helper()
	needs := reads(t)
	concerned := func(id string, r *tables.Resource) bool { return slices.Contains(needs[id], r) }
	needed := map[string]bool{}
	judged := 0
	for i, rule := range got.Rules {
		var lacks []string
		for _, r := range missing {
			if concerned(rule.ID, r) {
				needed[r.String()] = true
				name := r.Plural
				if r.Virtual != "" {
					name = r.String()
				}
				lacks = append(lacks, name)
			}
		}
		if len(lacks) == 0 {
			judged++
			if diff := gocmp.Diff(nameless(want.Rules[i]), nameless(rule)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", rule.ID, diff)
			}
			continue
		}
		said := strings.Contains(rule.Reason, reason) && !slices.ContainsFunc(lacks, func(name string) bool { return !strings.Contains(rule.Reason, name) })
		if rule.Status != posture.NotAssessed || !said || len(rule.Findings) > 0 || rule.Assets.Total > 0 {
			t.Errorf("%s is %s (%s) with %d findings, want not_assessed (%s %v)", rule.ID, rule.Status, rule.Reason, len(rule.Findings), reason, lacks)
		}
	}
	if len(got.Rules) != len(want.Rules) || judged == 0 {
		t.Errorf("%d rules of %d, %d judged", len(got.Rules), len(want.Rules), judged)
	}
	for _, u := range got.NotAssessed {
		if !needed[u.Resource] || u.Reason != reason {
			t.Errorf("not assessed: %+v", u)
		}
		delete(needed, u.Resource)
	}
	if len(needed) > 0 {
		t.Errorf("not said to be unread: %v", needed)
	}
}
