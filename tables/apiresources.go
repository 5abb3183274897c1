package tables

// APIResource is a resource in one version, as discovery tells it.
type APIResource struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	// Plural is empty where what serves the version does not answer, so that
	// its resources are not known.
	Plural       string   `json:"plural,omitempty"`
	Singular     string   `json:"singular,omitempty"`
	Kind         string   `json:"kind,omitempty"`
	Namespaced   bool     `json:"namespaced,omitempty"`
	Verbs        []string `json:"verbs,omitempty"`
	ShortNames   []string `json:"shortNames,omitempty"`
	Categories   []string `json:"categories,omitempty"`
	Subresources []string `json:"subresources,omitempty"`
	// Preferred is set for the version that the server lists first.
	Preferred bool `json:"preferred,omitempty"`
}

type apiResourceRow struct {
	*Object
	r *APIResource
}

// K8sAPIResources has one row per resource and version that is served.
var K8sAPIResources = define(spec[apiResourceRow]{
	Name: "k8s_api_resources",
	Row:  "resource that the API server serves, in one version",
	Doc: `What kubectl api-resources lists, and every version beside the preferred one. A
group version whose server does not answer (a broken APIService) has one row
with available = 0 and no resource.`,
	Examples: []string{
		"SELECT api_group, version, resource FROM k8s_api_resources WHERE preferred AND api_group LIKE '%.%' ORDER BY api_group",
		"SELECT resource, group_concat(api_group || '/' || version, ' ') AS versions FROM k8s_api_resources GROUP BY resource HAVING count(*) > 1",
		"SELECT count(*) AS served FROM k8s_api_resources WHERE api_group = 'metrics.k8s.io' AND available",
	},
	Columns: [][]column[apiResourceRow]{{
		text("cluster", "name of the cluster the row comes from", func(r apiResourceRow) Value { return Str(r.Cluster) }),
		text("api_group", "API group; '' is the core group", func(r apiResourceRow) Value { return StrPtr(&r.r.Group) }).key(),
		text("version", "version", func(r apiResourceRow) Value { return Str(r.r.Version) }),
		text("resource", "plural name, as in URLs and in RBAC", func(r apiResourceRow) Value { return Str(r.r.Plural) }).key(),
		text("singular", "singular name", func(r apiResourceRow) Value { return Str(r.r.Singular) }),
		text("kind", "kind of the objects", func(r apiResourceRow) Value { return Str(r.r.Kind) }).key(),
		integer("namespaced", "1 when objects are in a namespace", func(r apiResourceRow) Value { return r.known(Bool(r.r.Namespaced)) }),
		jsonCol("verbs", "verbs that can be used on it", func(r apiResourceRow) Value { return JSON(r.r.Verbs) }),
		jsonCol("short_names", "short names that kubectl accepts", func(r apiResourceRow) Value { return JSON(r.r.ShortNames) }),
		jsonCol("categories", "groups of resources it is in, such as all", func(r apiResourceRow) Value { return JSON(r.r.Categories) }),
		jsonCol("subresources", "subresources: status, scale, exec …", func(r apiResourceRow) Value { return JSON(r.r.Subresources) }),
		integer("preferred", "1 in the version that the server prefers", func(r apiResourceRow) Value { return r.known(Bool(r.r.Preferred)) }),
		integer("available", "0 when what serves the version does not answer", func(r apiResourceRow) Value { return Bool(r.r.Plural != "") }),
	}},
	Sources: []source[apiResourceRow]{fromRecord(APIResources, func(o *Object, v *APIResource, emit func(apiResourceRow)) { emit(apiResourceRow{o, v}) })},
})

// known is v, or NULL where the resources are not known.
func (r apiResourceRow) known(v Value) Value {
	if r.r.Plural == "" {
		return Null
	}
	return v
}
