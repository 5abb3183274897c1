package tables

import (
	"slices"
	"strconv"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
)

// webhookRow is a rule of a webhook, or a webhook without any. A mutating
// webhook has the fields of a validating one, and the reinvocation policy.
type webhookRow struct {
	*Object
	*admissionv1.ValidatingWebhook
	reinvocation *admissionv1.ReinvocationPolicyType
	index        int
	rule         *admissionv1.RuleWithOperations
	ruleIndex    int
}

var noRule admissionv1.RuleWithOperations

func (r webhookRow) path() string { return "webhooks[" + strconv.Itoa(r.index) + "]" }

// K8sWebhooks has one row per rule of every admission webhook.
var K8sWebhooks = define(spec[webhookRow]{
	Name: "k8s_webhooks",
	Row:  "rule of an admission webhook",
	Doc: `Every webhook that the API server asks before it takes an object, once for each
of its rules; one without rules, which is never called, has a row with
rule_index NULL. name is the configuration's.`,
	Examples: []string{
		"SELECT kind, name, webhook, failure_policy, product FROM k8s_webhooks WHERE matches_pods",
		"SELECT name, webhook FROM k8s_webhooks WHERE failure_policy = 'Ignore' AND kind = 'ValidatingWebhookConfiguration'",
		"SELECT name, webhook, url FROM k8s_webhooks WHERE url IS NOT NULL OR NOT ca_bundle",
	},
	Columns: [][]column[webhookRow]{common[webhookRow](), webhookColumns(), webhookRules(), webhookTarget(), where[webhookRow]()},
	Sources: []source[webhookRow]{
		from(ValidatingWebhookConfigurations, validatingRows), from(MutatingWebhookConfigurations, mutatingRows),
	},
})

func validatingRows(o *Object, v *admissionv1.ValidatingWebhookConfiguration, emit func(webhookRow)) {
	for i := range v.Webhooks {
		emitWebhook(webhookRow{Object: o, ValidatingWebhook: &v.Webhooks[i], index: i}, emit)
	}
}

func mutatingRows(o *Object, v *admissionv1.MutatingWebhookConfiguration, emit func(webhookRow)) {
	for i := range v.Webhooks {
		w := &v.Webhooks[i]
		emitWebhook(webhookRow{Object: o, index: i, reinvocation: w.ReinvocationPolicy, ValidatingWebhook: &admissionv1.ValidatingWebhook{
			Name: w.Name, ClientConfig: w.ClientConfig, Rules: w.Rules, FailurePolicy: w.FailurePolicy, MatchPolicy: w.MatchPolicy,
			NamespaceSelector: w.NamespaceSelector, ObjectSelector: w.ObjectSelector, SideEffects: w.SideEffects,
			TimeoutSeconds: w.TimeoutSeconds, MatchConditions: w.MatchConditions,
		}}, emit)
	}
}

func emitWebhook(r webhookRow, emit func(webhookRow)) {
	if len(r.Rules) == 0 {
		r.rule, r.ruleIndex = &noRule, -1
		emit(r)
	}
	for i := range r.Rules {
		r.rule, r.ruleIndex = &r.Rules[i], i
		emit(r)
	}
}

func webhookColumns() []column[webhookRow] {
	return []column[webhookRow]{
		text("kind", "ValidatingWebhookConfiguration or MutatingWebhookConfiguration", func(r webhookRow) Value { return Str(r.Resource.Kind) }),
		integer("mutating", "1 when it may change objects", func(r webhookRow) Value { return Bool(r.Resource == MutatingWebhookConfigurations) }),
		text("webhook", "name of the webhook", func(r webhookRow) Value { return Str(r.Name) }).key(),
		text("path", "path from the configuration to the webhook: webhooks[0]", func(r webhookRow) Value { return Str(r.path()) }),
		text("failure_policy", "failurePolicy: what happens when the webhook does not answer: Fail or Ignore", func(r webhookRow) Value { return StrPtr(r.FailurePolicy) }),
		text("match_policy", "matchPolicy: Exact or Equivalent", func(r webhookRow) Value { return StrPtr(r.MatchPolicy) }),
		text("side_effects", "sideEffects", func(r webhookRow) Value { return StrPtr(r.SideEffects) }),
		integer("timeout_seconds", "timeoutSeconds", func(r webhookRow) Value { return IntPtr(r.TimeoutSeconds) }),
		text("reinvocation_policy", "reinvocationPolicy of a mutating webhook", func(r webhookRow) Value { return StrPtr(r.reinvocation) }),
		jsonCol("namespace_selector", "namespaceSelector", func(r webhookRow) Value { return JSON(r.NamespaceSelector) }),
		jsonCol("object_selector", "objectSelector", func(r webhookRow) Value { return JSON(r.ObjectSelector) }),
		integer("selects_all", "1 when neither selector nor match condition leaves anything out", func(r webhookRow) Value {
			return Bool((r.NamespaceSelector == nil || selectsEverything(r.NamespaceSelector)) &&
				(r.ObjectSelector == nil || selectsEverything(r.ObjectSelector)) && len(r.MatchConditions) == 0)
		}),
		jsonCol("match_conditions", "matchConditions", func(r webhookRow) Value { return JSON(r.MatchConditions) }),
	}
}

func webhookRules() []column[webhookRow] {
	return []column[webhookRow]{
		integer("rule_index", "index in rules, from 0; NULL for a webhook without rules", func(r webhookRow) Value {
			if r.ruleIndex < 0 {
				return Null
			}
			return Int(r.ruleIndex)
		}),
		jsonCol("operations", "operations of the rule", func(r webhookRow) Value { return JSON(r.rule.Operations) }),
		jsonCol("api_groups", "apiGroups of the rule", func(r webhookRow) Value { return JSON(r.rule.APIGroups) }),
		jsonCol("api_versions", "apiVersions of the rule", func(r webhookRow) Value { return JSON(r.rule.APIVersions) }),
		jsonCol("resources", "resources of the rule", func(r webhookRow) Value { return JSON(r.rule.Resources) }),
		text("scope", "scope of the rule: *, Namespaced or Cluster", func(r webhookRow) Value { return StrPtr(r.rule.Scope) }),
		integer("matches_pods", "1 when the rule is about the creation of pods", func(r webhookRow) Value { return Bool(matchesPods(r.rule)) }),
	}
}

func webhookTarget() []column[webhookRow] {
	return []column[webhookRow]{
		text("service_namespace", "namespace of the service that is asked", func(r webhookRow) Value {
			if r.ClientConfig.Service == nil {
				return Null
			}
			return Str(r.ClientConfig.Service.Namespace)
		}).key(),
		text("service", "name of that service", func(r webhookRow) Value {
			if r.ClientConfig.Service == nil {
				return Null
			}
			return Str(r.ClientConfig.Service.Name)
		}).key(),
		text("url", "URL that is asked, without user, password and query", func(r webhookRow) Value {
			if r.ClientConfig.URL == nil {
				return Null
			}
			return Str(plainURL(*r.ClientConfig.URL))
		}),
		integer("ca_bundle", "1 when a CA is given to trust", func(r webhookRow) Value { return Bool(len(r.ClientConfig.CABundle) > 0) }),
		text("product", "the software it belongs to, when its names tell", func(r webhookRow) Value { return Str(r.product()) }),
	}
}

func (r webhookRow) product() string {
	names := []string{r.Name, r.Meta.Name}
	if s := r.ClientConfig.Service; s != nil {
		names = append(names, s.Name, s.Namespace)
	}
	return productNamed(names...)
}

// plainURL is a URL without what may be secret in it.
func plainURL(s string) string {
	s, _, _ = strings.Cut(s, "?")
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		host = host[strings.LastIndexByte(host, '@')+1:]
		return scheme + "://" + host + "/" + path
	}
	return s
}

// matchesPods reports whether a rule matches the creation of a pod, as the API
// server's admission/plugin/webhook/predicates/rules does.
func matchesPods(r *admissionv1.RuleWithOperations) bool {
	return hasOr(r.Operations, admissionv1.OperationAll, admissionv1.Create) &&
		hasOr(r.APIGroups, "*", "") && hasOr(r.APIVersions, "*", "v1") &&
		(r.Scope == nil || *r.Scope == admissionv1.AllScopes || *r.Scope == admissionv1.NamespacedScope) &&
		slices.ContainsFunc(r.Resources, func(resource string) bool {
			resource, sub, _ := strings.Cut(resource, "/")
			return (resource == "*" || resource == "pods") && (sub == "" || sub == "*")
		})
}

func hasOr[T comparable](list []T, all, one T) bool {
	return slices.Contains(list, all) || slices.Contains(list, one)
}
