package tables

import (
	"maps"
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
)

// admissionPolicy is what is kept of a ValidatingAdmissionPolicy or a
// MutatingAdmissionPolicy. A binding that names none has an empty one.
type admissionPolicy struct {
	origin
	exists          bool
	failurePolicy   Value
	constraints     *admissionv1.MatchResources
	matchConditions Value
	conditional     bool // by matchConditions
	validations     Value
	paramKind       Value
}

type admissionBinding struct {
	origin
	policy    string
	actions   Value
	denies    bool
	matches   *admissionv1.MatchResources
	paramRef  Value
	matchJSON Value
}

// admissionIndex knows policies and bindings by whether they mutate.
type admissionIndex struct {
	policies map[bool]map[string]*admissionPolicy
	bindings map[bool][]*admissionBinding
}

var admission = fact("admission policies",
	[]*Resource{ValidatingAdmissionPolicies, ValidatingAdmissionPolicyBindings, MutatingAdmissionPolicies, MutatingAdmissionPolicyBindings},
	(*admissionIndex).add,
	func(into, from *admissionIndex) {
		for mutating, policies := range from.policies {
			for _, p := range policies {
				into.addPolicy(mutating, p)
			}
		}
		for mutating, bindings := range from.bindings {
			for _, b := range bindings {
				into.addBinding(mutating, b)
			}
		}
	}, nil)

func (x *admissionIndex) add(o *Object) {
	switch v := o.Value.(type) {
	case *admissionv1.ValidatingAdmissionPolicy:
		x.addPolicy(false, &admissionPolicy{
			originOf(o), true, StrPtr(v.Spec.FailurePolicy), v.Spec.MatchConstraints.DeepCopy(),
			JSON(v.Spec.MatchConditions), len(v.Spec.MatchConditions) > 0, JSON(v.Spec.Validations), paramKind(v.Spec.ParamKind),
		})
	case *admissionv1.MutatingAdmissionPolicy:
		x.addPolicy(true, &admissionPolicy{
			originOf(o), true, StrPtr(v.Spec.FailurePolicy), v.Spec.MatchConstraints.DeepCopy(),
			JSON(v.Spec.MatchConditions), len(v.Spec.MatchConditions) > 0, JSON(v.Spec.Mutations), paramKind(v.Spec.ParamKind),
		})
	case *admissionv1.ValidatingAdmissionPolicyBinding:
		x.addBinding(false, &admissionBinding{
			originOf(o), v.Spec.PolicyName, JSON(v.Spec.ValidationActions), slices.Contains(v.Spec.ValidationActions, admissionv1.Deny),
			v.Spec.MatchResources.DeepCopy(), JSON(v.Spec.ParamRef), JSON(v.Spec.MatchResources),
		})
	case *admissionv1.MutatingAdmissionPolicyBinding:
		x.addBinding(true, &admissionBinding{
			originOf(o), v.Spec.PolicyName, Null, false,
			v.Spec.MatchResources.DeepCopy(), JSON(v.Spec.ParamRef), JSON(v.Spec.MatchResources),
		})
	}
}

func (x *admissionIndex) addPolicy(mutating bool, p *admissionPolicy) {
	if x.policies == nil {
		x.policies = map[bool]map[string]*admissionPolicy{false: {}, true: {}}
	}
	x.policies[mutating][p.name] = p
}

func (x *admissionIndex) addBinding(mutating bool, b *admissionBinding) {
	if x.bindings == nil {
		x.bindings = map[bool][]*admissionBinding{}
	}
	x.bindings[mutating] = append(x.bindings[mutating], b)
}

func paramKind(k *admissionv1.ParamKind) Value {
	if k == nil {
		return Null
	}
	return Str(k.APIVersion + "/" + k.Kind)
}

type admissionRow struct {
	mutating bool
	*admissionPolicy
	binding *admissionBinding
}

// matchesPods reports whether policy and binding both are about the creation
// of pods.
func (r admissionRow) matchesPods() bool {
	return resourcesMatchPods(r.constraints, false) && (r.binding == nil || resourcesMatchPods(r.binding.matches, true))
}

// resourcesMatchPods applies include and exclude rules; without any rule a
// binding matches what its policy does, and a policy nothing.
func resourcesMatchPods(m *admissionv1.MatchResources, empty bool) bool {
	if m == nil {
		return empty
	}
	match := func(n admissionv1.NamedRuleWithOperations) bool {
		return len(n.ResourceNames) == 0 && matchesPods(&n.RuleWithOperations)
	}
	return !slices.ContainsFunc(m.ExcludeResourceRules, match) &&
		(len(m.ResourceRules) == 0 && empty || slices.ContainsFunc(m.ResourceRules, match))
}

// K8sValidatingAdmissionPolicies has one row per policy and binding.
var K8sValidatingAdmissionPolicies = define(spec[admissionRow]{
	Name: "k8s_validating_admission_policies",
	Row:  "binding of an admission policy",
	Doc: `Policies that the API server itself evaluates (CEL), each with its bindings: a
policy takes effect only through one, so that a row with binding NULL is
without effect, as is a binding whose policy does not exist. Mutating
admission policies are rows as well.`,
	Examples: []string{
		"SELECT policy, binding, validation_actions FROM k8s_validating_admission_policies WHERE binding IS NOT NULL AND matches_pods",
		"SELECT policy FROM k8s_validating_admission_policies WHERE binding IS NULL",
		"SELECT policy, v.value->>'$.expression' AS expression FROM k8s_validating_admission_policies, json_each(validations) v WHERE NOT mutating",
	},
	Columns: [][]column[admissionRow]{{
		text("cluster", "name of the cluster, manifest folder or snapshot the row comes from", func(r admissionRow) Value { return Str(r.at().cluster) }),
		text("kind", "ValidatingAdmissionPolicy or MutatingAdmissionPolicy", func(r admissionRow) Value {
			if r.mutating {
				return Str("MutatingAdmissionPolicy")
			}
			return Str("ValidatingAdmissionPolicy")
		}),
		integer("mutating", "1 when it may change objects", func(r admissionRow) Value { return Bool(r.mutating) }),
		text("policy", "name of the policy", func(r admissionRow) Value { return Str(r.name) }).key(),
		integer("policy_exists", "0 when a binding names a policy that does not exist", func(r admissionRow) Value { return Bool(r.exists) }),
		text("binding", "name of the binding; NULL for a policy without any", func(r admissionRow) Value {
			return r.bound(func(b *admissionBinding) Value { return Str(b.name) })
		}).key(),
		text("failure_policy", "spec.failurePolicy: what happens when the policy cannot be evaluated: Fail or Ignore", func(r admissionRow) Value { return r.failurePolicy }),
		jsonCol("match_constraints", "spec.matchConstraints of the policy", func(r admissionRow) Value { return JSON(r.constraints) }),
		jsonCol("match_conditions", "spec.matchConditions of the policy", func(r admissionRow) Value { return r.matchConditions }),
		jsonCol("match_resources", "spec.matchResources of the binding, which narrows further", func(r admissionRow) Value {
			return r.bound(func(b *admissionBinding) Value { return b.matchJSON })
		}),
		jsonCol("validations", "spec.validations, or spec.mutations", func(r admissionRow) Value { return r.validations }),
		jsonCol("validation_actions", "spec.validationActions of the binding: Deny, Warn, Audit", func(r admissionRow) Value {
			return r.bound(func(b *admissionBinding) Value { return b.actions })
		}),
		text("param_kind", "spec.paramKind as apiVersion/kind", func(r admissionRow) Value { return r.paramKind }),
		jsonCol("param_ref", "spec.paramRef of the binding", func(r admissionRow) Value {
			return r.bound(func(b *admissionBinding) Value { return b.paramRef })
		}),
		integer("matches_pods", "1 when policy and binding are about the creation of pods", func(r admissionRow) Value { return Bool(r.matchesPods()) }),
		text("file", "manifest file of the policy, or else of the binding; NULL for clusters", func(r admissionRow) Value { return Str(r.at().file) }),
		integer("line", "line in that file", func(r admissionRow) Value { return r.at().lineValue() }),
	}},
	Facts: []*Fact{admission},
	Derive: func(w *World, emit func(admissionRow)) {
		x := get[admissionIndex](w, admission)
		for _, mutating := range []bool{false, true} {
			emitPolicies(mutating, x.policies[mutating], x.bindings[mutating], emit)
		}
	},
})

func emitPolicies(mutating bool, policies map[string]*admissionPolicy, bindings []*admissionBinding, emit func(admissionRow)) {
	bound := map[string]bool{}
	for _, b := range bindings {
		bound[b.policy] = true
	}
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		if !bound[name] {
			emit(admissionRow{mutating, policies[name], nil})
		}
	}
	for _, b := range bindings {
		p := policies[b.policy]
		if p == nil {
			p = &admissionPolicy{origin: origin{name: b.policy}}
		}
		emit(admissionRow{mutating, p, b})
	}
}

func (r admissionRow) bound(value func(*admissionBinding) Value) Value {
	if r.binding == nil {
		return Null
	}
	return value(r.binding)
}

// at is where the row comes from: the policy, or a binding without one.
func (r admissionRow) at() origin {
	if r.exists {
		return r.origin
	}
	return r.binding.origin
}
