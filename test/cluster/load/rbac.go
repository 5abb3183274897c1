package load

import (
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func rule(groups, resources, verbs string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: split(groups), Resources: split(resources), Verbs: split(verbs)}
}

func clusterRole(name string, rules ...rbacv1.PolicyRule) *item {
	return &item{obj: &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules}}
}

func clusterBinding(name, role string, subjects ...rbacv1.Subject) *item {
	return &item{obj: &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects:   subjects,
	}}
}

func binding(ns, name, kind, role string, subjects ...rbacv1.Subject) *item {
	return &item{obj: &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: role},
		Subjects:   subjects,
	}}
}

func role(ns, name string, rules ...rbacv1.PolicyRule) *item {
	return &item{obj: &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns}, Rules: rules}}
}

func account(ns, name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: ns, Name: name}
}

func group(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: name}
}

func user(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}
}

// addClusterRoles adds what kubeadm and the usual add-ons need, and what should not be there.
func (p *plan) addClusterRoles() {
	p.base = append(p.base,
		clusterRole("kubeadm:get-nodes", rule("", "nodes", "get")),
		clusterBinding("kubeadm:get-nodes", "kubeadm:get-nodes", group("system:bootstrappers:kubeadm:default-node-token")),
		clusterBinding("kubeadm:cluster-admins", "cluster-admin", group("kubeadm:cluster-admins")),
		clusterBinding("kubeadm:node-proxier", "system:node-proxier", account("kube-system", "kube-proxy")),
		clusterRole("system:coredns", rule("", "endpoints,services,pods,namespaces", "list,watch"), rule("discovery.k8s.io", "endpointslices", "list,watch")),
		clusterBinding("system:coredns", "system:coredns", account("kube-system", "coredns")),
		clusterRole("calico-node", rule("", "pods,nodes,namespaces", "get,list,watch"), rule("", "pods/status,nodes/status", "patch,update"), rule("networking.k8s.io", "networkpolicies", "watch,list")),
		clusterBinding("calico-node", "calico-node", account("kube-system", "calico-node")),
		clusterRole("system:metrics-server", rule("", "nodes/metrics", "get"), rule("", "pods,nodes", "get,list,watch")),
		clusterBinding("system:metrics-server", "system:metrics-server", account("kube-system", "metrics-server")),
		clusterRole("prometheus", rule("", "nodes,nodes/metrics,nodes/proxy,services,endpoints,pods", "get,list,watch"),
			rbacv1.PolicyRule{NonResourceURLs: []string{"/metrics"}, Verbs: []string{"get"}}),
		clusterBinding("prometheus", "prometheus", account("monitoring", "prometheus")),
		clusterRole("secrets-sync", rule("", "secrets", "get,list,watch,create,update")),
		clusterBinding("secrets-sync", "secrets-sync", account("monitoring", "secrets-sync")),
		clusterRole("ci-everything", rule("*", "*", "*")),
		clusterBinding("ci-everything", "ci-everything", account("monitoring", "ci-deployer")),
		clusterRole("role-manager", rule("rbac.authorization.k8s.io", "clusterroles,roles", "bind,escalate,get,list"), rule("", "users,groups,serviceaccounts", "impersonate")),
		clusterBinding("role-manager", "role-manager", group("platform-leads")),
		clusterRole("debuggers", rule("", "pods/exec,pods/attach,pods/portforward,pods/ephemeralcontainers", "create,get,update,patch")),
		clusterBinding("debuggers", "debuggers", group("oncall")),
		clusterBinding("legacy-dashboard", "cluster-admin", account("monitoring", "dashboard"), user("alice@example.com")),
		clusterBinding("auditors", "view", group("auditors")),
		clusterBinding("health-everyone", "system:public-info-viewer", group("system:authenticated"), group("system:unauthenticated")),
	)
}

func (p *plan) addNamespaceRoles(ns *namespace) {
	p.supports = append(p.supports,
		binding(ns.name, "team-edit", "ClusterRole", "edit", group("team-"+ns.team)),
		role(ns.name, "config-reader", rule("", "configmaps", "get,list,watch"), rule("coordination.k8s.io", "leases", "get,create,update")),
		binding(ns.name, "config-reader", "Role", "config-reader", account(ns.name, "default")),
	)
	switch {
	case ns.level == "privileged" && p.chance(25):
		p.supports = append(p.supports, binding(ns.name, "default-admin", "ClusterRole", "admin", account(ns.name, "default")))
	case ns.level == "privileged" && p.chance(30):
		p.supports = append(p.supports,
			role(ns.name, "secret-reader", rule("", "secrets", "*")),
			binding(ns.name, "secret-reader", "Role", "secret-reader", account(ns.name, "default")))
	case p.chance(40):
		p.supports = append(p.supports,
			role(ns.name, "deployer", rule("apps", "deployments,statefulsets", "get,list,watch,patch,update"), rule("", "pods,pods/log,services", "get,list,watch")),
			binding(ns.name, "deployer", "Role", "deployer", account("monitoring", "ci-deployer")))
	}
}
