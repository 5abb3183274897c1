package tables

import (
	"slices"
	"strings"
)

// escalation is a permission from which there is a way to more: names come
// from kubernetes.io/docs/concepts/security/rbac-good-practices.
type escalation struct {
	name      string
	verbs     []string
	group     string
	resources []string
	// clusterOnly paths are not opened by a RoleBinding: the resource has no
	// namespace, so that a request for it is never in one.
	clusterOnly bool
}

const (
	rbacGroup      = "rbac.authorization.k8s.io"
	certGroup      = "certificates.k8s.io"
	admissionGroup = "admissionregistration.k8s.io"
)

// escalations are the paths, the shortest first: a permission that opens
// several is called by the first.
var escalations = []escalation{
	{"escalate", words("escalate"), rbacGroup, words("clusterroles"), true},
	{"escalate", words("escalate"), rbacGroup, words("roles"), false},
	{"bind", words("bind"), rbacGroup, words("clusterroles roles"), false},
	{"impersonate", words("impersonate"), "", words("users groups"), true},
	{"impersonate", words("impersonate"), "authentication.k8s.io", words("uids userextras"), true},
	{"impersonate", words("impersonate"), "", words("serviceaccounts"), false},
	{"kubelet-api", words("get create update patch delete"), "", words("nodes/proxy"), true},
	{"issue-tokens", words("create"), "", words("serviceaccounts/token"), false},
	{"read-secrets", words("get list watch"), "", words("secrets"), false},
	{"exec", words("create get"), "", words("pods/exec pods/attach"), false},
	{"debug-pods", words("update patch"), "", words("pods/ephemeralcontainers"), false},
	{"create-workloads", words("create update patch"), "", words("pods replicationcontrollers"), false},
	{"create-workloads", words("create update patch"), "apps", words("deployments daemonsets statefulsets replicasets"), false},
	{"create-workloads", words("create update patch"), "batch", words("jobs cronjobs"), false},
	{"approve-certificates", words("update patch"), certGroup, words("certificatesigningrequests/approval"), true},
	{"approve-certificates", words("approve"), certGroup, words("signers"), true},
	{"sign-certificates", words("update patch"), certGroup, words("certificatesigningrequests/status"), true},
	{"sign-certificates", words("sign"), certGroup, words("signers"), true},
	{"change-admission", words("create update patch delete deletecollection"), admissionGroup, words(`validatingwebhookconfigurations
		mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings
		mutatingadmissionpolicies mutatingadmissionpolicybindings`), true},
	{"serve-apis", words("create update patch"), "apiregistration.k8s.io", words("apiservices"), true},
	{"host-volumes", words("create"), "", words("persistentvolumes"), true},
	{"relax-pod-security", words("update patch"), "", words("namespaces"), false},
	{"port-forward", words("create get"), "", words("pods/portforward"), false},
}

func words(s string) []string { return strings.Fields(s) }

// danger names the escalation path that a permission opens, or "". Of an
// object by name nothing can be created: its name is not known yet when the
// request is authorized; subresources are created on an object that is there.
func danger(verb, group, resource string, named, inNamespace bool) string {
	if verb == "*" && group == "*" && resource == "*" && !named {
		if inNamespace {
			return "namespace-admin"
		}
		return "cluster-admin"
	}
	for _, e := range escalations {
		if e.clusterOnly && inNamespace || group != "*" && group != e.group {
			continue
		}
		for _, r := range e.resources {
			create := named && !strings.Contains(r, "/")
			if resourceCovers(resource, r) && slices.ContainsFunc(e.verbs, func(v string) bool {
				return (verb == "*" || verb == v) && (v != "create" || !create)
			}) {
				return e.name
			}
		}
	}
	return ""
}

// resourceCovers matches as the authorizer does: *, the same, or */subresource.
func resourceCovers(rule, resource string) bool {
	_, sub, ok := strings.Cut(resource, "/")
	return rule == "*" || rule == resource || ok && rule == "*/"+sub
}
