package tables

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// component is a container that runs a part of the control plane, or
// kube-proxy.
type component struct {
	containerRow
	name string
	// foundBy is command or label.
	foundBy string
	// known is set when the command line was understood: without, flags say
	// nothing.
	known bool
	flags []componentFlag
	words []argWord
}

var componentNames = []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kube-proxy", "cloud-controller-manager"}

// wrappers start another program, named among their arguments.
var wrappers = nameSet("go-runner hyperkube exec env tini dumb-init nice chroot watch-termination")

// componentNamed returns the component that a program is: the cloud
// controller managers of providers have a prefix.
func componentNamed(word string) string {
	name := baseName(word)
	if strings.HasSuffix(name, "-cloud-controller-manager") {
		return "cloud-controller-manager"
	}
	if slices.Contains(componentNames, name) {
		return name
	}
	return ""
}

// findComponent returns the component that a command line starts, and the
// words after its name.
func findComponent(words []argWord) (name string, flags []argWord) {
	if len(words) == 0 {
		return "", nil
	}
	if name := componentNamed(words[0].text); name != "" {
		return name, words[1:]
	}
	if script, ok := shellScript(words); ok {
		for _, command := range shellCommands(script) {
			for len(command) > 1 && strings.Contains(command[0].text, "=") { // VAR=value command
				command = command[1:]
			}
			if name, flags := findComponent(command); name != "" {
				return name, flags
			}
		}
		return "", nil
	}
	if wrappers[baseName(words[0].text)] {
		for i, w := range words[1:] {
			if name := componentNamed(w.text); name != "" {
				return name, words[i+2:]
			}
		}
	}
	return "", nil
}

// labelledComponent returns the component that a pod's labels say it is.
func labelledComponent(labels map[string]string) string {
	for _, key := range []string{"component", "k8s-app", "app.kubernetes.io/name", "app.kubernetes.io/component"} {
		if name := componentNamed(labels[key]); name != "" {
			return name
		}
	}
	return ""
}

// components calls emit for every container of a pod spec that runs a
// component: in kube-system, where the cluster's own parts are.
func (p podSpecRow) components(emit func(component)) {
	if p.Meta.Namespace != "kube-system" || p.terminated() {
		return
	}
	label := labelledComponent(p.meta.Labels)
	p.containers(func(r containerRow) {
		if r.ctype != "regular" && r.ctype != "sidecar" {
			return
		}
		c := component{containerRow: r, foundBy: "command", words: r.argv()}
		name, words := findComponent(c.words)
		switch {
		case name != "":
			c.name, c.known = name, true
		case label != "" && (len(p.spec.Containers) == 1 || componentNamed(r.c.Name) == label):
			c.name, c.foundBy = label, "label"
			// The image's own entry point, with arguments.
			words = c.words
			c.known = len(words) == 0 || looksLikeFlag(words[0].text)
		default:
			return
		}
		if c.known {
			c.flags = parseFlags(c.name, words)
			if c.name == "etcd" {
				c.flags = addEtcdEnv(r, c.flags)
			}
		}
		emit(c)
	})
}

// componentSources are Pods, and the templates of DaemonSets for the pods they
// own: kube-proxy is judged once and not again on every node.
func componentSources[R any](rows func(c component, emit func(R))) []source[R] {
	return []source[R]{
		from(Pods, func(o *Object, v *corev1.Pod, emit func(R)) {
			if ref := o.controller(); ref != nil && ref.Kind == "DaemonSet" {
				return
			}
			podSpecRow{o, v, &v.ObjectMeta, &v.Spec, "spec", -1}.components(func(c component) { rows(c, emit) })
		}),
		from(DaemonSets, func(o *Object, v *appsv1.DaemonSet, emit func(R)) {
			template(o, &v.Spec.Template, "spec.template.spec").components(func(c component) { rows(c, emit) })
		}),
	}
}

// apiServerPods counts the API servers that run as pods.
type apiServerPods int

var apiServers = fact("API servers", []*Resource{Pods}, func(n *apiServerPods, o *Object) {
	if v, ok := o.Value.(*corev1.Pod); ok && o.Meta.Namespace == "kube-system" {
		podSpecRow{o, v, &v.ObjectMeta, &v.Spec, "spec", -1}.components(func(c component) {
			if c.name == "kube-apiserver" {
				*n++
			}
		})
	}
}, func(into, from *apiServerPods) { *into += *from }, nil)
