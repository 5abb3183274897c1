package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Grants are the RBAC rules, one for each API group, that would allow reading
// what was forbidden.
func Grants(unread []posture.Unread) []string {
	resources := map[string][]string{}
	var groups []string
	for _, u := range unread {
		if u.Grant == "" {
			continue
		}
		name, group, _ := strings.Cut(u.Resource, ".")
		if _, ok := resources[group]; !ok {
			groups = append(groups, group)
		}
		resources[group] = append(resources[group], `"`+name+`"`)
	}
	slices.Sort(groups)
	var grants []string
	for _, group := range groups {
		grants = append(grants, fmt.Sprintf(`- {apiGroups: ["%s"], resources: [%s], verbs: ["get", "list"]}`, group, strings.Join(resources[group], ", ")))
	}
	return grants
}
