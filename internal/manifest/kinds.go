package manifest

import (
	"path"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

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
	return tables.ResourceForKind(group, kind)
}

// special returns what to do about files that look like objects and are input
// to another tool, or "".
func special(f *file, h head) string {
	dir := path.Dir(f.name)
	group, _, _ := parseAPIVersion(h.apiVersion)
	switch {
	case group == "kustomize.config.k8s.io":
		return "a kustomization, which is not applied; build it: kubectl kustomize " + dir + " | kubectl kspm check -f -"
	}
	return ""
}

// notObject notes a document that is no Kubernetes object: a mistake where the
// user named the file, and to be expected in a folder.
func (f *file) notObject(line int, why string) {
	switch base := path.Base(f.name); {
	case base == "Chart.yaml" && !f.named:
		f.skipped(line, "a Helm chart, whose templates are not manifests; render it: helm template "+path.Dir(f.name)+" | kubectl kspm check -f -")
	case (base == "kustomization.yaml" || base == "kustomization.yml") && !f.named:
		f.skipped(line, "a kustomization, which is not applied; build it: kubectl kustomize "+path.Dir(f.name)+" | kubectl kspm check -f -")
	case f.named || f.stdin:
		f.fatal(line, 0, "not a Kubernetes object: "+why)
	default:
		f.skipped(line, "not a Kubernetes object, skipped: "+why)
	}
}

// missing notes an object without kind, apiVersion or name.
func (f *file) missing(p part, h head, known bool) {
	what := "metadata.name"
	switch {
	case h.kind == "":
		what = "kind"
	case h.apiVersion == "":
		what = "apiVersion"
	}
	subject := h.kind
	if subject == "" {
		subject = h.apiVersion
	}
	msg := subject + " has no " + what
	lost := known || h.meta != nil && what != "metadata.name" || f.named || f.stdin
	if lost || h.apiVersion == "" && isKnownKind(h.kind) {
		f.fatal(p.line, 0, msg)
		return
	}
	f.skipped(p.line, "not a Kubernetes object, skipped: "+msg)
}

func isKnownKind(kind string) bool {
	for _, r := range tables.Resources() {
		if r.Kind == kind {
			return true
		}
	}
	return false
}
