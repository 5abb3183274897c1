package posture

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Unassessed is an asset that a rule could not judge, and why: the kubelet of
// a node did not answer.
type Unassessed struct {
	Asset
	Reason string `json:"reason"`
}

// Incomplete reports whether the rule could not judge all that it was asked
// to: it may fail and be incomplete as well.
func (r RuleResult) Incomplete() bool { return r.Status.Incomplete() || len(r.Unassessed) > 0 }

// WhyIncomplete says what the rule could not judge, and why; nothing where it
// judged everything.
func (r RuleResult) WhyIncomplete() string {
	if len(r.Unassessed) > 0 {
		return WhyUnassessed(r.Unassessed)
	}
	if r.Status.Incomplete() {
		return r.Reason
	}
	return ""
}

// namedUnassessed is how many assets WhyUnassessed names for one reason.
const namedUnassessed = 3

// WhyUnassessed counts and names assets by reason: "2 Nodes not assessed: the
// kubelet did not answer (a, b)". Reasons that differ by the asset's own name
// alone are one, with NAME in its place.
func WhyUnassessed(assets []Unassessed) string {
	type group struct{ kind, reason string }
	names, first := map[group][]string{}, map[group]string{}
	var groups []group
	for _, u := range assets {
		g := group{u.Kind, nameless(u)}
		if names[g] == nil {
			groups = append(groups, g)
			first[g] = u.Reason
		}
		names[g] = append(names[g], strings.TrimPrefix(u.Asset.String(), u.Kind+"/"))
	}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(len(names[b]), len(names[a])), cmp.Compare(a.kind, b.kind), cmp.Compare(a.reason, b.reason))
	})
	var parts []string
	for _, g := range groups {
		named := slices.Sorted(slices.Values(names[g]))
		kind, reason := g.kind, first[g]
		if len(named) > 1 {
			kind, reason = plural(kind), g.reason
		}
		list := strings.Join(named[:min(len(named), namedUnassessed)], ", ")
		if more := len(named) - namedUnassessed; more > 0 {
			list += fmt.Sprintf(" and %d more", more)
		}
		parts = append(parts, fmt.Sprintf("%d %s not assessed: %s (%s)", len(named), kind, reason, list))
	}
	return strings.Join(parts, "; ")
}

// nameless is the reason with NAME in place of the asset's own name.
func nameless(u Unassessed) string {
	if u.Name == "" || !strings.Contains(u.Reason, u.Name) {
		return u.Reason
	}
	word := regexp.MustCompile(`(^|[^\w-])` + regexp.QuoteMeta(u.Name) + `($|[^\w-])`)
	return word.ReplaceAllString(u.Reason, "${1}NAME${2}")
}

// plural is the plural of a kind: Nodes, Ingresses, NetworkPolicies.
func plural(kind string) string {
	switch {
	case strings.HasSuffix(kind, "s") || strings.HasSuffix(kind, "x"):
		return kind + "es"
	case strings.HasSuffix(kind, "y") && !strings.HasSuffix(kind, "ey") && !strings.HasSuffix(kind, "ay"):
		return strings.TrimSuffix(kind, "y") + "ies"
	}
	return kind + "s"
}
