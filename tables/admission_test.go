package tables

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func admissionRule(ops, groups, versions, resources string) admissionv1.RuleWithOperations {
	r := admissionv1.RuleWithOperations{Rule: admissionv1.Rule{APIGroups: []string{groups}, APIVersions: words(versions), Resources: words(resources)}}
	for _, op := range words(ops) {
		r.Operations = append(r.Operations, admissionv1.OperationType(op))
	}
	return r
}

// As k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules matches.
func TestMatchesPods(t *testing.T) {
	scoped := admissionRule("*", "*", "*", "*/*")
	scoped.Scope = ptr(admissionv1.ClusterScope)
	for name, test := range map[string]struct {
		rule admissionv1.RuleWithOperations
		want bool
	}{
		"pods":                       {admissionRule("CREATE", "", "v1", "pods"), true},
		"everything":                 {admissionRule("*", "*", "*", "*/*"), true},
		"all resources":              {admissionRule("UPDATE CREATE", "", "v1", "services *"), true},
		"pods and their parts":       {admissionRule("CREATE", "", "v1", "pods/*"), true},
		"a part of pods":             {admissionRule("CREATE", "", "v1", "pods/exec */status"), false},
		"updates":                    {admissionRule("UPDATE", "", "v1", "pods"), false},
		"another group":              {admissionRule("CREATE", "apps", "v1", "pods"), false},
		"another version":            {admissionRule("CREATE", "", "v2", "pods"), false},
		"what is in no namespace":    {scoped, false},
		"an empty rule":              {admissionv1.RuleWithOperations{}, false},
		"the name of something else": {admissionRule("CREATE", "", "v1", "podtemplates"), false},
	} {
		if got := matchesPods(&test.rule); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestWebhooks(t *testing.T) {
	never := admissionv1.NeverReinvocationPolicy
	m := &admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "istio-sidecar-injector"}, Webhooks: []admissionv1.MutatingWebhook{
		{
			Name: "a", ReinvocationPolicy: &never, Rules: []admissionv1.RuleWithOperations{admissionRule("CREATE", "apps", "v1", "deployments"), admissionRule("CREATE", "", "v1", "pods")},
			ClientConfig: admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: "istio-system", Name: "istiod"}, CABundle: []byte("x")},
		},
		{Name: "b", NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}, ClientConfig: admissionv1.WebhookClientConfig{URL: ptr("https://u:p@h.example:8443/x?token=1")}},
	}}
	want := [][]any{
		{"MutatingWebhookConfiguration", int64(1), "a", int64(0), int64(0), int64(1), "Never", "istio-system", "istiod", nil, int64(1), "istio"},
		{"MutatingWebhookConfiguration", int64(1), "a", int64(1), int64(1), int64(1), "Never", "istio-system", "istiod", nil, int64(1), "istio"},
		{"MutatingWebhookConfiguration", int64(1), "b", nil, int64(0), int64(0), nil, nil, nil, "https://h.example:8443/x", int64(0), "istio"},
	}
	got := pick(rowsOf(t, K8sWebhooks, object(MutatingWebhookConfigurations, m)), "kind", "mutating", "webhook", "rule_index", "matches_pods", "selects_all",
		"reinvocation_policy", "service_namespace", "service", "url", "ca_bundle", "product")
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAdmissionPolicies(t *testing.T) {
	pods := admissionv1.NamedRuleWithOperations{RuleWithOperations: admissionRule("CREATE", "", "v1", "pods")}
	jobs := admissionv1.NamedRuleWithOperations{RuleWithOperations: admissionRule("CREATE", "batch", "v1", "jobs")}
	named := pods
	named.ResourceNames = []string{"one"}
	policy := func(name string, include, exclude []admissionv1.NamedRuleWithOperations) *Object {
		return object(ValidatingAdmissionPolicies, &admissionv1.ValidatingAdmissionPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec:       admissionv1.ValidatingAdmissionPolicySpec{MatchConstraints: &admissionv1.MatchResources{ResourceRules: include, ExcludeResourceRules: exclude}},
		})
	}
	binding := func(name, policy string, match *admissionv1.MatchResources) *Object {
		return object(ValidatingAdmissionPolicyBindings, &admissionv1.ValidatingAdmissionPolicyBinding{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec:       admissionv1.ValidatingAdmissionPolicyBindingSpec{PolicyName: policy, MatchResources: match, ValidationActions: []admissionv1.ValidationAction{"Deny"}},
		})
	}
	type rules = []admissionv1.NamedRuleWithOperations
	got := pick(rowsOf(t, K8sValidatingAdmissionPolicies,
		policy("idle", rules{pods}, nil), policy("p", rules{pods}, nil), policy("excluded", rules{pods}, rules{pods}), policy("jobs", rules{jobs}, nil), policy("named", rules{named}, nil),
		binding("all", "p", nil), binding("selected", "p", &admissionv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{}}),
		binding("narrow", "p", &admissionv1.MatchResources{ResourceRules: rules{jobs}}), binding("b", "excluded", nil), binding("c", "jobs", nil), binding("d", "named", nil), binding("e", "gone", nil),
		object(MutatingAdmissionPolicies, &admissionv1.MutatingAdmissionPolicy{ObjectMeta: metav1.ObjectMeta{Name: "p"}}),
	), "policy", "policy_exists", "binding", "mutating", "matches_pods", "validation_actions")
	deny, no, yes := any(`["Deny"]`), int64(0), int64(1)
	want := [][]any{
		{"idle", yes, nil, no, yes, nil},
		{"p", yes, "all", no, yes, deny},
		{"p", yes, "selected", no, yes, deny},
		{"p", yes, "narrow", no, no, deny},
		{"excluded", yes, "b", no, no, deny},
		{"jobs", yes, "c", no, no, deny},
		{"named", yes, "d", no, no, deny},
		{"gone", no, "e", no, no, deny},
		{"p", yes, nil, yes, no, nil},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCertificateRequests(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "jane", Organization: []string{"system:masters"}}, DNSNames: []string{"a.b"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	csr := &certificatesv1.CertificateSigningRequest{ObjectMeta: metav1.ObjectMeta{Name: "c"}, Spec: certificatesv1.CertificateSigningRequestSpec{
		SignerName: "kubernetes.io/kube-apiserver-client", Username: "eve", Request: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}),
	}}
	csr.Status.Conditions = []certificatesv1.CertificateSigningRequestCondition{{Type: certificatesv1.CertificateApproved}}
	columns := []string{"requestor", "approved", "denied", "issued", "subject", "subject_common_name", "subject_organizations", "dns_names"}
	want := []any{"eve", int64(1), int64(0), int64(0), "CN=jane,O=system:masters", "jane", `["system:masters"]`, `["a.b"]`}
	if diff := gocmp.Diff(want, one(t, rowsOf(t, K8sCertificateSigningRequests, object(CertificateSigningRequests, csr)), columns...)); diff != "" {
		t.Error(diff)
	}
	csr.Spec.Request = []byte("garbage")
	want = []any{"eve", int64(1), int64(0), int64(0), nil, nil, nil, nil}
	if diff := gocmp.Diff(want, one(t, rowsOf(t, K8sCertificateSigningRequests, object(CertificateSigningRequests, csr)), columns...)); diff != "" {
		t.Error(diff)
	}
}

func TestKubeSystemConfig(t *testing.T) {
	config := func(name, key, text string) *Object {
		return object(ConfigMaps, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: name}, Data: map[string]string{key: text}})
	}
	got := pick(rowsOf(t, K8sKubeadmConfig, config("other", "a", "b: 1"), config("kubeadm-config", "ClusterConfiguration",
		"apiServer: {extraArgs: [{name: a, value: '1'}], certSANs: []}\nport: 6443\nempty: ''\nnothing: null\nm: {}")), "path", "value")
	want := [][]any{
		{"ClusterConfiguration.apiServer.certSANs", "[]"},
		{"ClusterConfiguration.apiServer.extraArgs[0].name", "a"},
		{"ClusterConfiguration.apiServer.extraArgs[0].value", "1"},
		{"ClusterConfiguration.empty", ""},
		{"ClusterConfiguration.m", "{}"},
		{"ClusterConfiguration.nothing", nil},
		{"ClusterConfiguration.port", "6443"},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	columns := []string{"metrics_bind_address", "mode", "node_port_addresses", "error"}
	if diff := gocmp.Diff([]any{"", "nftables", nil, nil}, one(t, rowsOf(t, K8sKubeProxyConfig, config("kube-proxy", "config.conf", "metricsBindAddress: \"\"\nmode: nftables\nnodePortAddresses: null")), columns...)); diff != "" {
		t.Error(diff)
	}
	if row := one(t, rowsOf(t, K8sKubeProxyConfig, config("kube-proxy", "config.conf", "a: [")), columns...); row[3] == nil || row[1] != nil {
		t.Errorf("a broken configuration: %v", row)
	}
	if rows := rowsOf(t, K8sKubeProxyConfig, config("kube-proxy", "kubeconfig.conf", "a: 1")); len(rows) > 0 {
		t.Errorf("rows %v", rows)
	}
}

func TestReleases(t *testing.T) {
	rows := rowsOf(t, K8sReleaseTable)
	if len(rows) != 18 {
		t.Fatalf("%d releases", len(rows))
	}
	last := ""
	for _, row := range rows {
		released, end := row["released"].(string), row["end_of_life"].(string)
		if len(released) != 10 || len(end) != 10 || released >= end || released <= last || row["table_date"] != releaseTableDate {
			t.Errorf("release %v", row)
		}
		last = released
	}
}
