package tables

import rbacv1 "k8s.io/api/rbac/v1"

// rbacTuple is one verb on one resource, or on one URL, as a rule writes it:
// wildcards stay what they are.
type rbacTuple struct {
	verb, apiGroup, resource, resourceName, nonResourceURL Value
	// The escalation path that it opens, bound to the cluster and bound to a
	// namespace.
	dangerous, dangerousInNamespace Value
}

// tuplesOf takes rules apart, each tuple once.
func tuplesOf(rules []rbacRule) []rbacTuple {
	type key struct {
		verb, group, resource, name string
		named, url                  bool
	}
	var tuples []rbacTuple
	seen := map[key]bool{}
	add := func(k key) {
		if seen[k] {
			return
		}
		seen[k] = true
		t := rbacTuple{verb: Str(k.verb)}
		if k.url {
			t.nonResourceURL = Str(k.resource)
		} else {
			t.apiGroup, t.resource = StrPtr(&k.group), Str(k.resource)
			if k.named {
				t.resourceName = StrPtr(&k.name)
			}
			t.dangerous = Str(danger(k.verb, k.group, k.resource, k.named, false))
			t.dangerousInNamespace = Str(danger(k.verb, k.group, k.resource, k.named, true))
		}
		tuples = append(tuples, t)
	}
	for i := range rules {
		r := &rules[i].PolicyRule
		for _, verb := range r.Verbs {
			for _, url := range r.NonResourceURLs {
				add(key{verb: verb, resource: url, url: true})
			}
			eachResource(r, func(group, resource, name string, named bool) {
				add(key{verb: verb, group: group, resource: resource, name: name, named: named})
			})
		}
	}
	return tuples
}

func eachResource(r *rbacv1.PolicyRule, f func(group, resource, name string, named bool)) {
	for _, group := range r.APIGroups {
		for _, resource := range r.Resources {
			if len(r.ResourceNames) == 0 {
				f(group, resource, "", false)
			}
			for _, name := range r.ResourceNames {
				f(group, resource, name, true)
			}
		}
	}
}
