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
	var groups, whole []string
	for _, u := range unread {
		switch {
		case u.Grant == "":
			continue
		case strings.Contains(u.Resource, "/"): // a subresource has verbs of its own
			whole = append(whole, "- "+u.Grant)
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
	return append(grants, whole...)
}
