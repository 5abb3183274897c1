package tables

// CustomResourceDefinitions and APIServices are not among the types of
// k8s.io/api, and every cluster serves them.
var (
	CustomResourceDefinitions = &Resource{Group: "apiextensions.k8s.io", Version: "v1", Plural: "customresourcedefinitions", Kind: "CustomResourceDefinition"}
	APIServices               = &Resource{Group: "apiregistration.k8s.io", Version: "v1", Plural: "apiservices", Kind: "APIService"}
)

type crdRow struct {
	*Object
	v map[string]any
}

func (r crdRow) versions() Value {
	type version struct {
		Name    any `json:"name"`
		Served  any `json:"served,omitempty"`
		Storage any `json:"storage,omitempty"`
	}
	var versions []version
	for _, v := range digList(r.v, "spec.versions") {
		versions = append(versions, version{dig(v, "name"), dig(v, "served"), dig(v, "storage")})
	}
	return JSON(versions)
}

// condition is 1 or 0 as a condition says, NULL where it says nothing.
func condition(v any, name string) Value {
	for _, c := range digList(v, "status.conditions") {
		if dig(c, "type") == name {
			return Bool(dig(c, "status") == "True")
		}
	}
	return Null
}

// K8sCRDs has one row per CustomResourceDefinition.
var K8sCRDs = define(spec[crdRow]{
	Name: "k8s_crds",
	Row:  "custom resource definition",
	Doc:  "Every CustomResourceDefinition, without its schemas: which APIs were added to the cluster, and the software they belong to. Their objects are tables under the names that kubectl accepts.",
	Examples: []string{
		"SELECT product, count(*) AS crds FROM k8s_crds GROUP BY product ORDER BY crds DESC",
		"SELECT name, versions FROM k8s_crds WHERE NOT established",
		"SELECT name, conversion_service FROM k8s_crds WHERE conversion = 'Webhook'",
	},
	Columns: [][]column[crdRow]{
		common[crdRow](),
		{
			text("api_group", "spec.group", func(r crdRow) Value { return digText(r.v, "spec.group") }).key(),
			text("kind", "spec.names.kind", func(r crdRow) Value { return digText(r.v, "spec.names.kind") }).key(),
			text("plural", "spec.names.plural", func(r crdRow) Value { return digText(r.v, "spec.names.plural") }).key(),
			jsonCol("short_names", "spec.names.shortNames", func(r crdRow) Value { return JSON(digList(r.v, "spec.names.shortNames")) }),
			text("scope", "spec.scope: Namespaced or Cluster", func(r crdRow) Value { return digText(r.v, "spec.scope") }),
			jsonCol("versions", "name, served and storage of spec.versions", func(r crdRow) Value { return r.versions() }),
			text("conversion", "spec.conversion.strategy: None or Webhook", func(r crdRow) Value { return digText(r.v, "spec.conversion.strategy") }),
			text("conversion_service", "namespace/name of the service that converts", func(r crdRow) Value {
				return namespacedName(dig(r.v, "spec.conversion.webhook.clientConfig.service"))
			}),
			integer("established", "1 when the API is served, by the condition Established; NULL in manifests", func(r crdRow) Value { return condition(r.v, "Established") }),
			text("product", "the software it belongs to, when the group tells", func(r crdRow) Value {
				group, _ := dig(r.v, "spec.group").(string)
				return Str(productOfGroup(group))
			}),
		},
		where[crdRow](),
	},
	Sources: []source[crdRow]{fromAddon(CustomResourceDefinitions, func(o *Object, v map[string]any, emit func(crdRow)) { emit(crdRow{o, v}) })},
})

// namespacedName is namespace/name of a reference, NULL without one.
func namespacedName(ref any) Value {
	namespace, _ := dig(ref, "namespace").(string)
	name, _ := dig(ref, "name").(string)
	if name == "" {
		return Null
	}
	return Str(namespace + "/" + name)
}

// K8sAPIServices has one row per APIService.
var K8sAPIServices = define(spec[crdRow]{
	Name: "k8s_api_services",
	Row:  "API service",
	Doc:  "Every APIService: which group versions the API server hands on to another server, and whether that answers.",
	Examples: []string{
		"SELECT name, service, message FROM k8s_api_services WHERE available = 0",
		"SELECT name, service FROM k8s_api_services WHERE insecure_skip_tls",
		"SELECT api_group, version, service FROM k8s_api_services WHERE service IS NOT NULL",
	},
	Columns: [][]column[crdRow]{
		common[crdRow](),
		{
			text("api_group", "spec.group; '' is the core group", func(r crdRow) Value {
				group, _ := dig(r.v, "spec.group").(string)
				return StrPtr(&group)
			}).key(),
			text("version", "spec.version", func(r crdRow) Value { return digText(r.v, "spec.version") }),
			text("service", "namespace/name of the service that serves it; NULL for the API server itself", func(r crdRow) Value {
				return namespacedName(dig(r.v, "spec.service"))
			}),
			integer("insecure_skip_tls", "spec.insecureSkipTLSVerify", func(r crdRow) Value {
				b, ok := dig(r.v, "spec.insecureSkipTLSVerify").(bool)
				if !ok {
					return Null
				}
				return Bool(b)
			}),
			integer("ca_bundle", "1 when a CA is given to trust", func(r crdRow) Value { return Bool(dig(r.v, "spec.caBundle") != nil) }),
			integer("available", "1 when it answers, by the condition Available; NULL in manifests", func(r crdRow) Value { return condition(r.v, "Available") }),
			text("message", "message of that condition", func(r crdRow) Value {
				for _, c := range digList(r.v, "status.conditions") {
					if dig(c, "type") == "Available" {
						return digText(c, "message")
					}
				}
				return Null
			}),
		},
		where[crdRow](),
	},
	Sources: []source[crdRow]{fromAddon(APIServices, func(o *Object, v map[string]any, emit func(crdRow)) { emit(crdRow{o, v}) })},
})
