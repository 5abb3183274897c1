package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

const admissionNamespaces = `
kind: Namespace
apiVersion: v1
metadata: {name: shop, labels: {env: prod}}
---
kind: Namespace
apiVersion: v1
metadata: {name: kube-system}
---
`

// As the API server's admission/plugin/webhook/predicates/namespace matches.
func TestNamespaceAdmission(t *testing.T) {
	webhook := func(kind, webhook string) string {
		return admissionNamespaces + "kind: " + kind + "\napiVersion: admissionregistration.k8s.io/v1\nmetadata: {name: c}\nwebhooks:\n- " + webhook
	}
	policy := func(constraints, rest, binding string) string {
		return admissionNamespaces + "kind: ValidatingAdmissionPolicy\napiVersion: admissionregistration.k8s.io/v1\nmetadata: {name: p}\nspec: {matchConstraints: " + constraints + rest + "}\n---\n" +
			"kind: ValidatingAdmissionPolicyBinding\napiVersion: admissionregistration.k8s.io/v1\nmetadata: {name: b}\nspec: " + binding
	}
	const (
		validating = "ValidatingWebhookConfiguration"
		pods       = `[{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]`
	)
	for _, test := range []struct {
		name, doc string
		want      []string // namespace, hook, product, mutating, denies, all_pods, failure_policy
	}{
		{"every namespace", webhook(validating, `{name: validate.kyverno.svc, failurePolicy: Fail, rules: `+pods+`}`), []string{"kube-system validate.kyverno.svc kyverno 0 1 1 Fail", "shop validate.kyverno.svc kyverno 0 1 1 Fail"}},
		{"by label", webhook(validating, `{name: w, namespaceSelector: {matchLabels: {env: prod}}, rules: `+pods+`}`), []string{"shop w - 0 1 1 -"}},
		{"all but the system's, by the name that every namespace has as a label", webhook(validating, `{name: w, namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]}, rules: `+pods+`}`), []string{"shop w - 0 1 1 -"}},
		{"a selector that the API server would refuse", webhook(validating, `{name: w, namespaceSelector: {matchExpressions: [{key: a, operator: Maybe}]}, rules: `+pods+`}`), nil},
		{"some pods", webhook(validating, `{name: w, namespaceSelector: {matchLabels: {env: prod}}, objectSelector: {matchLabels: {a: b}}, rules: `+pods+`}`), []string{"shop w - 0 1 0 -"}},
		{"pods by condition", webhook(validating, `{name: w, namespaceSelector: {matchLabels: {env: prod}}, matchConditions: [{name: c, expression: "false"}], rules: `+pods+`}`), []string{"shop w - 0 1 0 -"}},
		{"once, for two rules", webhook(validating, `{name: w, namespaceSelector: {matchLabels: {env: prod}}, rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"]}, {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}`), []string{"shop w - 0 1 1 -"}},
		{"a mutating one denies nothing", webhook("MutatingWebhookConfiguration", `{name: istiod, namespaceSelector: {matchLabels: {env: prod}}, rules: `+pods+`}`), []string{"shop istiod istio 1 0 1 -"}},
		{"other objects", webhook(validating, `{name: w, rules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}`), nil},
		{"a policy that denies where its binding does", policy("{resourceRules: "+pods+"}", ", failurePolicy: Fail", "{policyName: p, validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {env: prod}}}}"), []string{"shop b - 0 1 1 Fail"}},
		{"a policy that selects namespaces, and warns", policy("{namespaceSelector: {matchLabels: {env: prod}}, resourceRules: "+pods+"}", "", "{policyName: p, validationActions: [Warn, Audit]}"), []string{"shop b - 0 0 1 -"}},
		{"a policy with a condition", policy("{namespaceSelector: {matchLabels: {env: prod}}, resourceRules: "+pods+"}", `, matchConditions: [{name: c, expression: "true"}]`, "{policyName: p, validationActions: [Deny]}"), []string{"shop b - 0 1 0 -"}},
		{"a binding for some pods", policy("{namespaceSelector: {matchLabels: {env: prod}}, resourceRules: "+pods+"}", "", "{policyName: p, validationActions: [Deny], matchResources: {objectSelector: {matchLabels: {a: b}}}}"), []string{"shop b - 0 1 0 -"}},
		{"a binding without its policy", policy("{resourceRules: "+pods+"}", "", "{policyName: other, validationActions: [Deny]}"), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ask(t, K8sNamespaceAdmission, test.doc, "namespace", "hook", "product", "mutating", "denies", "all_pods", "failure_policy")
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
