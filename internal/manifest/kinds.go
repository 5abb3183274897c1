package manifest

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// kind is what is known of objects by their apiVersion and kind.
type kind struct {
	apiVersion, group, version, name string
	// resource and shape are nil for kinds that are not known by type.
	resource *tables.Resource
	shape    *shape
	// list is set where the kind is one of lists.
	list bool
}

func newKind(apiVersion, name string) *kind {
	k := &kind{apiVersion: apiVersion, name: name, version: apiVersion, list: strings.HasSuffix(name, "List")}
	if group, version, ok := strings.Cut(apiVersion, "/"); ok {
		k.group, k.version = group, version
	}
	k.resource = knownResource(k.group, name)
	return k
}

// moved are groups that kinds have left for another: manifests still say
// extensions/v1beta1.
var moved = map[[2]string]string{
	{"extensions", "DaemonSet"}:     "apps",
	{"extensions", "Deployment"}:    "apps",
	{"extensions", "ReplicaSet"}:    "apps",
	{"extensions", "Ingress"}:       "networking.k8s.io",
	{"extensions", "NetworkPolicy"}: "networking.k8s.io",
	{"", "Event"}:                   "events.k8s.io",
}

// knownResource finds the resource of a kind, whatever its version.
func knownResource(group, kind string) *tables.Resource {
	if to, ok := moved[[2]string{group, kind}]; ok {
		group = to
	}
	r := tables.ResourceForKind(group, kind)
	if r != nil && r.Virtual != "" && r != tables.KubeletConfigs && r != tables.NodeFiles {
		return nil // of a cluster, not of manifests
	}
	return r
}

const (
	helmChart  = "a Helm chart, whose templates are not manifests; render it: helm template %s | kubectl kspm check -f -"
	kustomized = "a kustomization, which is not applied; build it: kubectl kustomize %s | kubectl kspm check -f -"
)

// otherTool returns what to do about a file that another tool reads, or "".
func (f *file) otherTool(group string) string {
	base, dir := path.Base(filepath.ToSlash(f.name)), filepath.Dir(f.name)
	switch {
	case f.rendered: // a kustomization may generate objects
	case base == "Chart.yaml":
		return fmt.Sprintf(helmChart, dir)
	case group == "kustomize.config.k8s.io", base == "kustomization.yaml", base == "kustomization.yml":
		return fmt.Sprintf(kustomized, dir)
	}
	return ""
}

// notObject notes a part that is no Kubernetes object: a mistake in a List and
// where the user named the file, and to be expected in a folder.
func (f *file) notObject(p part, why string) {
	if f.named || f.stdin || p.path != "" {
		f.fatal(p.line, 0, "not a Kubernetes object: "+why)
		return
	}
	f.skipped(p.line, "not a Kubernetes object, skipped: "+why)
}

// missing notes an object without kind, apiVersion or name.
func (f *file) missing(p part, h head, k *kind) {
	what, subject := "metadata.name", k.name
	switch {
	case k.name == "" && k.apiVersion == "":
		what, subject = "apiVersion and no kind", "it"
	case k.name == "":
		what, subject = "kind", k.apiVersion
	case k.apiVersion == "":
		what = "apiVersion"
	}
	msg := subject + " has no " + what
	if k.resource != nil || h.meta != nil && what != "metadata.name" || k.apiVersion == "" && isKnownKind(k.name) {
		f.fatal(p.line, 0, msg)
		return
	}
	f.notObject(p, msg)
}

func isKnownKind(kind string) bool {
	for _, r := range tables.Resources() {
		if r.Kind == kind {
			return true
		}
	}
	return false
}
