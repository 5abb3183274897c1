package tables

import "slices"

// Permission is the answer to whether the reader may do something.
type Permission struct {
	Verb        string `json:"verb"`
	Group       string `json:"group"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource,omitempty"`
	// Namespace is empty for all namespaces.
	Namespace string `json:"namespace,omitempty"`
	Allowed   bool   `json:"allowed"`
	Reason    string `json:"reason,omitempty"`
}

// VerbRead is the verb of a Permission that stands for having read a resource,
// whatever that takes: a source that tried and could not has one that is not
// allowed. Its Resource is the resource's String.
const VerbRead = "read"

// Needs are the permissions that reading a resource takes, unanswered. There
// are none for what everyone may read.
func (r *Resource) Needs() []Permission {
	switch r.Virtual {
	case "":
		return []Permission{{Verb: "list", Group: r.Group, Resource: r.Plural}}
	case VirtualKubelets:
		return []Permission{{Verb: "list", Resource: "nodes"}, {Verb: "get", Resource: "nodes", Subresource: "proxy"}}
	}
	return nil
}

// ReadResources returns every resource that some table reads.
func ReadResources() []*Resource {
	var all []*Resource
	for _, t := range All() {
		for _, r := range t.Reads(t.allColumns()) {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	return all
}

func (t *Table) allColumns() []int {
	cols := make([]int, len(t.Columns))
	for i := range cols {
		cols[i] = i
	}
	return cols
}

type permissionRow struct {
	*Object
	p        *Permission
	table    *Table
	required bool
}

// K8sPermissions has one row per table and permission it needs.
var K8sPermissions = define(spec[permissionRow]{
	Name: "k8s_permissions",
	Row:  "permission that a table needs",
	Doc: `Whether whoever runs the query may read what each table reads, as the API
server answers SelfSubjectAccessReviews. Without what is required a table has
no rows at all; the rest is for single columns, such as the owner's name.`,
	Examples: []string{
		"SELECT DISTINCT verb, api_group, resource, reason FROM k8s_permissions WHERE NOT allowed",
		"SELECT table_name FROM k8s_permissions WHERE required GROUP BY table_name HAVING min(allowed) = 1",
		"SELECT table_name, resource FROM k8s_permissions WHERE resource LIKE 'nodes%'",
	},
	Columns: [][]column[permissionRow]{{
		text("cluster", "name of the cluster the row comes from", func(r permissionRow) Value { return Str(r.Cluster) }),
		text("table_name", "table that reads the resource", func(r permissionRow) Value { return Str(r.table.Name) }).key(),
		text("verb", "list, or get", func(r permissionRow) Value { return Str(r.p.Verb) }),
		text("api_group", "API group; '' is the core group", func(r permissionRow) Value { return StrPtr(&r.p.Group) }),
		text("resource", "resource, with its subresource: nodes/proxy", func(r permissionRow) Value { return Str(r.p.path()) }).key(),
		integer("required", "0 when only some columns need it", func(r permissionRow) Value { return Bool(r.required) }),
		text("scope", "namespace that was asked about; NULL for all", func(r permissionRow) Value { return Str(r.p.Namespace) }),
		integer("allowed", "1 when it is allowed", func(r permissionRow) Value { return Bool(r.p.Allowed) }),
		text("reason", "why, where the server says so", func(r permissionRow) Value { return Str(r.p.Reason) }),
	}},
	Sources: []source[permissionRow]{fromRecord(Permissions, func(o *Object, v *Permission, emit func(permissionRow)) {
		for _, t := range All() {
			if slices.ContainsFunc(t.Reads(t.allColumns()), v.neededBy) {
				emit(permissionRow{o, v, t, slices.ContainsFunc(t.Reads(nil), v.neededBy)})
			}
		}
	})},
})

func (p *Permission) neededBy(r *Resource) bool {
	if p.Verb == VerbRead {
		return p.Group == r.Group && p.Resource == r.String()
	}
	return slices.ContainsFunc(r.Needs(), func(need Permission) bool {
		return need.Verb == p.Verb && need.Group == p.Group && need.Resource == p.Resource && need.Subresource == p.Subresource
	})
}

func (p *Permission) path() string {
	if p.Subresource == "" {
		return p.Resource
	}
	return p.Resource + "/" + p.Subresource
}
