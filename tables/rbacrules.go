package tables

import (
	"slices"
	"strconv"

	rbacv1 "k8s.io/api/rbac/v1"
)

type ruleRow struct {
	*Object
	rule  *rbacv1.PolicyRule
	index int
}

// K8sRbacRules has one row per rule of every Role and ClusterRole.
var K8sRbacRules = define(spec[ruleRow]{
	Name: "k8s_rbac_rules",
	Row:  "rule of a Role or ClusterRole",
	Doc:  "What every Role and ClusterRole allows. name and namespace are the role's; join k8s_rbac_bindings on role_kind, role_namespace and role to see who has it.",
	Examples: []string{
		"SELECT role_kind, namespace, name, verbs FROM k8s_rbac_rules, json_each(resources) r WHERE r.value IN ('secrets', '*') AND NOT role_is_builtin",
		"SELECT name FROM k8s_rbac_rules WHERE has_wildcard AND NOT role_is_builtin",
		"SELECT name, non_resource_urls FROM k8s_rbac_rules WHERE non_resource_urls IS NOT NULL",
	},
	Columns: [][]column[ruleRow]{
		common[ruleRow](),
		{
			text("role_kind", "Role or ClusterRole", func(r ruleRow) Value { return Str(r.Resource.Kind) }).key(),
			text("role_namespace", "namespace of a Role", func(r ruleRow) Value { return Str(r.Meta.Namespace) }).key(),
			text("role", "name of the role", func(r ruleRow) Value { return Str(r.Meta.Name) }).key(),
			integer("rule_index", "index in rules, from 0", func(r ruleRow) Value { return Int(r.index) }),
			text("path", "path from the role to the rule: rules[0]", func(r ruleRow) Value { return Str("rules[" + strconv.Itoa(r.index) + "]") }),
			jsonCol("verbs", "verbs", func(r ruleRow) Value { return JSON(r.rule.Verbs) }),
			jsonCol("api_groups", "apiGroups", func(r ruleRow) Value { return JSON(r.rule.APIGroups) }),
			jsonCol("resources", "resources", func(r ruleRow) Value { return JSON(r.rule.Resources) }),
			jsonCol("resource_names", "resourceNames", func(r ruleRow) Value { return JSON(r.rule.ResourceNames) }),
			jsonCol("non_resource_urls", "nonResourceURLs", func(r ruleRow) Value { return JSON(r.rule.NonResourceURLs) }),
			integer("has_wildcard", "1 when verbs, apiGroups, resources or nonResourceURLs hold *", func(r ruleRow) Value { return Bool(hasWildcard(r.rule)) }),
			integer("grants_everything", "1 when the rule allows every verb on every resource, of all API groups or of the core group", func(r ruleRow) Value { return Bool(grantsEverything(r.rule)) }),
			integer("role_is_builtin", "1 for the roles that Kubernetes itself ships: by label and by name, since anyone can set the label", func(r ruleRow) Value { return Bool(builtinRole(r.Object)) }),
		},
		where[ruleRow](),
	},
	Sources: []source[ruleRow]{
		from(ClusterRoles, func(o *Object, v *rbacv1.ClusterRole, emit func(ruleRow)) { emitRules(o, v.Rules, emit) }),
		from(Roles, func(o *Object, v *rbacv1.Role, emit func(ruleRow)) { emitRules(o, v.Rules, emit) }),
	},
})

func emitRules(o *Object, rules []rbacv1.PolicyRule, emit func(ruleRow)) {
	for i := range rules {
		emit(ruleRow{o, &rules[i], i})
	}
}

// readAndWrite are the verbs that together amount to every verb.
var readAndWrite = []string{"get", "list", "watch", "create", "update", "patch", "delete"}

func grantsEverything(r *rbacv1.PolicyRule) bool {
	allVerbs := slices.Contains(r.Verbs, "*") || !slices.ContainsFunc(readAndWrite, func(v string) bool { return !slices.Contains(r.Verbs, v) })
	return allVerbs && slices.Contains(r.Resources, "*") && len(r.ResourceNames) == 0 &&
		(slices.Contains(r.APIGroups, "*") || slices.Contains(r.APIGroups, ""))
}

const bootstrapping = "kubernetes.io/bootstrapping"

// builtinRole reports whether a role is one that the API server creates.
func builtinRole(o *Object) bool {
	return o.Meta.Labels[bootstrapping] == "rbac-defaults" && builtinRoles[o.Meta.Namespace+"/"+o.Meta.Name]
}

// builtinBinding reports whether a binding is one that the API server creates.
func builtinBinding(o *Object) bool {
	return o.Meta.Labels[bootstrapping] == "rbac-defaults" && builtinBindings[o.Meta.Namespace+"/"+o.Meta.Name]
}
