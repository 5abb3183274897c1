package kube

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// impossible tells that no object can be in a scope: its namespace, which may
// come from the text of a query, is not a name that one can have.
func impossible(r *tables.Resource, scope rows.Scope) bool {
	return scope.Namespace != "" && (r.Namespaced || r == tables.Namespaces) && len(validation.IsDNS1123Label(scope.Namespace)) > 0
}

func listPath(r *tables.Resource, scope rows.Scope) string {
	parts := []string{"", "apis", r.Group, r.Version}
	if r.Group == "" {
		parts = []string{"", "api", r.Version}
	}
	if scope.Namespace != "" && r.Namespaced {
		parts = append(parts, "namespaces", scope.Namespace)
	}
	return strings.Join(append(parts, r.Plural), "/")
}

// listQuery narrows by name. A namespace is itself in the scope of its name;
// other cluster-scoped resources are read whole.
func listQuery(r *tables.Resource, scope rows.Scope) url.Values {
	var selectors []fields.Selector
	if scope.Name != "" {
		selectors = append(selectors, fields.OneTermEqualSelector("metadata.name", scope.Name))
	}
	if scope.Namespace != "" && scope.Namespace != scope.Name && r == tables.Namespaces {
		selectors = append(selectors, fields.OneTermEqualSelector("metadata.name", scope.Namespace))
	}
	query := url.Values{}
	if len(selectors) > 0 {
		query.Set("fieldSelector", fields.AndSelectors(selectors...).String())
	}
	if r.Sensitive {
		query.Set("includeObject", "Metadata")
	}
	return query
}

// Request is what reading a resource asks of the API server, as people write
// it: long lists come in pages, and every page is a request of its own.
func Request(r *tables.Resource, scope rows.Scope) string {
	switch {
	case r.Virtual == tables.VirtualKubelets:
		return "GET /api/v1/nodes/NAME/proxy/configz of each node"
	case r.Virtual == tables.VirtualPermissions:
		return "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews for each permission"
	case r.Virtual == tables.VirtualCluster, r.Virtual == tables.VirtualDiscovery:
		return "GET " + string(r.Virtual)
	case r.Virtual != "" || r.Group == "kspm.io":
		return ""
	case impossible(r, scope):
		return "nothing, since no namespace can be called so: " + r.String()
	}
	request := "GET " + listPath(r, scope)
	if q := listQuery(r, scope); q.Has("fieldSelector") {
		request += "?fieldSelector=" + q.Get("fieldSelector")
	}
	return request
}

// namespace gets one namespace where listing was forbidden with an error.
func (c *Cluster) namespace(ctx context.Context, name string, f func(*tables.Object), forbidden error) error {
	reply, err := c.open(ctx, call{path: "/api/v1/namespaces/" + name, accept: acceptJSON})
	if err != nil {
		var status *statusError
		if errors.As(err, &status) && status.code == http.StatusNotFound {
			return nil
		}
		return forbidden
	}
	defer reply.Close()
	data, err := io.ReadAll(io.LimitReader(reply, maxSmall))
	if err != nil {
		return restartable(err)
	}
	d := &decoder{object: tables.Object{Resource: tables.Namespaces, Cluster: c.name}, emit: f}
	if err := d.typedJSON()(data); err != nil {
		return restartable(err)
	}
	return nil
}
