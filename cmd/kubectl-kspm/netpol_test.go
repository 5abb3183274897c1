package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Which pods a policy selects is asked of a real API server, with the policy's
// selector, and of k8s_network_policy_pods: policies made at random over the
// pods of the cluster, and not one row that differs.
func TestNetworkPolicyPodsAsTheServer(t *testing.T) {
	config, err := clientcmd.BuildConfigFromFlags("", cluster(t).AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	list := func(namespace, selector string) []byte {
		path := config.Host + "/api/v1/pods"
		if namespace != "" {
			path = config.Host + "/api/v1/namespaces/" + namespace + "/pods"
		}
		resp, err := client.Get(path + "?labelSelector=" + url.QueryEscape(selector))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s %v", selector, resp.StatusCode, body, err)
		}
		return body
	}
	everything := list("", "")
	var pods corev1.PodList
	if err := json.Unmarshal(everything, &pods); err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(7, 7))
	policies := randomPolicies(dice, pods.Items, 120)
	dir := t.TempDir()
	save := func(name string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("pods.json", json.RawMessage(everything))
	save("policies.json", networkingv1.NetworkPolicyList{TypeMeta: metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicyList"}, Items: policies})
	var want []string
	for _, p := range policies {
		selector, err := metav1.LabelSelectorAsSelector(&p.Spec.PodSelector)
		if err != nil {
			t.Fatal(err)
		}
		var selected corev1.PodList
		if err := json.Unmarshal(list(p.Namespace, selector.String()), &selected); err != nil {
			t.Fatal(err)
		}
		for _, pod := range selected.Items {
			if !pod.Spec.HostNetwork && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
				want = append(want, p.Name+","+pod.Namespace+","+pod.Name)
			}
		}
	}
	e := kspm(t, "sql", "-f", dir, "-o", "csv", "SELECT policy, namespace, pod FROM k8s_network_policy_pods WHERE kind = 'Pod'")
	if e.code != 0 {
		t.Fatalf("exit code %d\n%s", e.code, e.stderr)
	}
	got := strings.Split(strings.TrimSpace(e.stdout), "\n")[1:]
	slices.Sort(want)
	slices.Sort(got)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("pods that policies select (-server +table):\n%s", diff)
	}
	if len(want) < 500 {
		t.Errorf("%d rows: not much of a test", len(want))
	}
}

// randomPolicies select by the labels that pods have, and by some that they
// have not.
func randomPolicies(dice *rand.Rand, pods []corev1.Pod, n int) []networkingv1.NetworkPolicy {
	var keys []string
	values := map[string][]string{"nobody-has-it": {"x"}}
	for _, pod := range pods {
		for k, v := range pod.Labels {
			values[k] = append(values[k], v)
		}
	}
	for k := range values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	pick := func(from []string) string { return from[dice.IntN(len(from))] }
	out := make([]networkingv1.NetworkPolicy, n)
	for i := range out {
		pod := pods[dice.IntN(len(pods))]
		out[i].Name, out[i].Namespace = fmt.Sprint("p", i), pod.Namespace
		var s metav1.LabelSelector
		for range dice.IntN(2) {
			key := pick(keys)
			value, ok := pod.Labels[key]
			if !ok {
				value = pick(values[key])
			}
			s.MatchLabels = map[string]string{key: value}
		}
		for range dice.IntN(3) {
			key := pick(keys)
			r := metav1.LabelSelectorRequirement{Key: key, Operator: []metav1.LabelSelectorOperator{"In", "NotIn", "Exists", "DoesNotExist"}[dice.IntN(4)]}
			if r.Operator == metav1.LabelSelectorOpIn || r.Operator == metav1.LabelSelectorOpNotIn {
				r.Values = []string{pick(values[key]), pick(values[key])}
			}
			s.MatchExpressions = append(s.MatchExpressions, r)
		}
		out[i].Spec.PodSelector = s
	}
	return out
}
