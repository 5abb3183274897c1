package nodescan

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
)

// right is something that a run does.
type right struct {
	verb, group, resource, subresource string
}

func (r right) String() string {
	s := r.resource
	if r.group != "" {
		s += "." + r.group
	}
	if r.subresource != "" {
		s += "/" + r.subresource
	}
	return r.verb + " " + s
}

// inNamespace are the rights that a run needs in its namespace.
var inNamespace = []right{
	{"create", "", "configmaps", ""},
	{"list", "", "configmaps", ""},
	{"delete", "", "configmaps", ""},
	{"create", "", "serviceaccounts", ""},
	{"delete", "", "serviceaccounts", ""},
	{"create", "networking.k8s.io", "networkpolicies", ""},
	{"delete", "networking.k8s.io", "networkpolicies", ""},
	{"create", "apps", "daemonsets", ""},
	{"delete", "apps", "daemonsets", ""},
	{"list", "", "pods", ""},
	{"get", "", "pods", "log"},
}

// ofCluster are those that it needs of the cluster, and onceMore those that it
// needs where the namespace is not there yet.
var (
	ofCluster = []right{{"list", "", "nodes", ""}, {"get", "", "namespaces", ""}}
	onceMore  = []right{{"create", "", "namespaces", ""}, {"delete", "", "namespaces", ""}}
)

// ErrRights means that the run may not be.
var ErrRights = errors.New("not allowed")

// allowed asks for every right before anything is made: half a run would leave
// things behind.
func allowed(ctx context.Context, api API, namespace string) error {
	needed := slices.Concat(ofCluster, inNamespace)
	err := api.Send(ctx, http.MethodGet, "/api/v1/namespaces/"+namespace, nil, nil)
	switch {
	case errors.Is(err, kube.ErrNotFound):
		needed = slices.Concat(needed, onceMore)
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	var missing []string
	for _, r := range needed {
		review := authorizationv1.SelfSubjectAccessReview{TypeMeta: kind("authorization.k8s.io/v1", "SelfSubjectAccessReview")}
		review.Spec.ResourceAttributes = &authorizationv1.ResourceAttributes{Verb: r.verb, Group: r.group, Resource: r.resource, Subresource: r.subresource}
		if !slices.Contains(ofCluster, r) && !slices.Contains(onceMore, r) {
			review.Spec.ResourceAttributes.Namespace = namespace
		} else if r.resource == "namespaces" {
			review.Spec.ResourceAttributes.Name = namespace
			if r.verb == "create" {
				review.Spec.ResourceAttributes.Name = ""
			}
		}
		var answer authorizationv1.SelfSubjectAccessReview
		if err := api.Send(ctx, http.MethodPost, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, &answer); err != nil {
			return fmt.Errorf("ask what is allowed: %w", err)
		}
		if !answer.Status.Allowed {
			missing = append(missing, r.String())
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("--nodes: %w in namespace %s: %s; apply what 'kubectl kspm rbac --nodes' prints", ErrRights, namespace, strings.Join(missing, ", "))
	}
	return nil
}

// Rules are what a run needs, as rules of RBAC: in its namespace, and of the
// cluster.
func Rules(namespace string) (role, clusterRole []string) {
	byResource := map[string][]string{}
	var order []string
	for _, r := range inNamespace {
		resource := r.resource
		if r.subresource != "" {
			resource += "/" + r.subresource
		}
		key := fmt.Sprintf(`{apiGroups: [%q], resources: [%q], verbs: `, r.group, resource)
		if byResource[key] == nil {
			order = append(order, key)
		}
		byResource[key] = append(byResource[key], `"`+r.verb+`"`)
	}
	for _, key := range order {
		role = append(role, key+"["+strings.Join(byResource[key], ", ")+"]}")
	}
	return role, []string{
		`{apiGroups: [""], resources: ["nodes"], verbs: ["list"]}`,
		fmt.Sprintf(`{apiGroups: [""], resources: ["namespaces"], resourceNames: [%q], verbs: ["get"]}`, namespace),
	}
}
