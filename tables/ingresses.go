package tables

import (
	"slices"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// ingressRow is one host of an Ingress; "" stands for every host.
type ingressRow struct {
	*Object
	ing  *networkingv1.Ingress
	host string
	path string
}

// K8sIngresses has one row per Ingress and host.
var K8sIngresses = define(spec[ingressRow]{
	Name: "k8s_ingresses",
	Row:  "host of an ingress",
	Doc: `Every Ingress, once for each host that its rules name. host is NULL for a rule
without one, and for a default backend: both take every host. A host is
covered when an entry of spec.tls has it, has a wildcard for its last label
(*.example.com covers a.example.com, and neither example.com nor
a.b.example.com), or names no hosts. Whether plain HTTP is sent on to HTTPS
is for the controller to say.`,
	Examples: []string{
		"SELECT namespace, name, host, class FROM k8s_ingresses WHERE NOT tls_covered",
		"SELECT host, count(DISTINCT namespace) AS namespaces FROM k8s_ingresses GROUP BY host HAVING namespaces > 1",
		"SELECT i.host, i.namespace, s.value AS service, e.target_name AS pod FROM k8s_ingresses i, json_each(i.services) s JOIN k8s_endpoints e ON e.namespace = i.namespace AND e.service = s.value",
	},
	Columns: [][]column[ingressRow]{common[ingressRow](), ingressColumns(), where[ingressRow]()},
	Sources: []source[ingressRow]{from(Ingresses, func(o *Object, v *networkingv1.Ingress, emit func(ingressRow)) {
		seen := map[string]bool{}
		for i, rule := range v.Spec.Rules {
			if host := strings.ToLower(rule.Host); !seen[host] {
				seen[host] = true
				emit(ingressRow{o, v, rule.Host, "spec.rules[" + strconv.Itoa(i) + "]"})
			}
		}
		if v.Spec.DefaultBackend != nil && !seen[""] || len(v.Spec.Rules) == 0 {
			emit(ingressRow{o, v, "", "spec.defaultBackend"})
		}
	})},
})

func ingressColumns() []column[ingressRow] {
	return []column[ingressRow]{
		text("class", "spec.ingressClassName, or the annotation kubernetes.io/ingress.class", func(r ingressRow) Value {
			if r.ing.Spec.IngressClassName != nil {
				return StrPtr(r.ing.Spec.IngressClassName)
			}
			return Str(r.ing.Annotations["kubernetes.io/ingress.class"])
		}).key(),
		text("host", "host; NULL for every host", func(r ingressRow) Value { return Str(r.host) }).key(),
		text("path", "path to the first rule for the host: spec.rules[0]", func(r ingressRow) Value { return Str(r.path) }),
		integer("tls_covered", "1 when an entry of spec.tls covers the host", func(r ingressRow) Value { return Bool(r.tls() != nil) }),
		text("tls_secret", "secretName of that entry; NULL for the controller's own certificate", func(r ingressRow) Value {
			return Str(orEmpty(r.tls(), &networkingv1.IngressTLS{}).SecretName)
		}),
		integer("path_count", "number of HTTP paths for the host", func(r ingressRow) Value {
			n := 0
			r.paths(func(*networkingv1.HTTPIngressPath) { n++ })
			return Int(n)
		}),
		jsonCol("services", "services that traffic for the host goes to, the default backend included", func(r ingressRow) Value { return JSON(r.services()) }),
		text("default_backend", "spec.defaultBackend: SERVICE:PORT, or KIND/NAME of another resource", func(r ingressRow) Value { return Str(backend(r.ing.Spec.DefaultBackend)) }),
		jsonCol("addresses", "addresses and host names in status.loadBalancer.ingress", func(r ingressRow) Value {
			var all []string
			for _, i := range r.ing.Status.LoadBalancer.Ingress {
				all = append(all, i.IP+i.Hostname)
			}
			return JSON(all)
		}),
		jsonCol("snippet_annotations", "names of annotations that put text into the configuration of the controller (CVE-2021-25742)", func(r ingressRow) Value { return JSON(snippets(r.ing.Annotations)) }),
		text("exempt", "system for the cluster's own parts", func(r ingressRow) Value { return exempt(r.Meta.Namespace) }),
	}
}

// tls is the entry of spec.tls that covers the host, one that names it first.
func (r ingressRow) tls() *networkingv1.IngressTLS {
	var hostless *networkingv1.IngressTLS
	for i := range r.ing.Spec.TLS {
		t := &r.ing.Spec.TLS[i]
		if slices.ContainsFunc(t.Hosts, func(h string) bool { return covers(h, r.host) }) {
			return t
		}
		if len(t.Hosts) == 0 && hostless == nil {
			hostless = t
		}
	}
	return hostless
}

// covers reports whether a certificate for pattern is good for host: a
// wildcard stands for one label (RFC 6125 section 6.4.3).
func covers(pattern, host string) bool {
	if host == "" || pattern == "" {
		return false
	}
	if strings.EqualFold(pattern, host) {
		return true
	}
	domain, wild := strings.CutPrefix(pattern, "*.")
	label, rest, ok := strings.Cut(host, ".")
	return wild && ok && label != "" && strings.EqualFold(domain, rest)
}

func (r ingressRow) paths(f func(*networkingv1.HTTPIngressPath)) {
	for _, rule := range r.ing.Spec.Rules {
		if strings.EqualFold(rule.Host, r.host) && rule.HTTP != nil {
			for i := range rule.HTTP.Paths {
				f(&rule.HTTP.Paths[i])
			}
		}
	}
}

func (r ingressRow) services() []string {
	var names []string
	add := func(b *networkingv1.IngressBackend) {
		if b != nil && b.Service != nil {
			names = append(names, b.Service.Name)
		}
	}
	r.paths(func(p *networkingv1.HTTPIngressPath) { add(&p.Backend) })
	add(r.ing.Spec.DefaultBackend)
	slices.Sort(names)
	return slices.Compact(names)
}

func backend(b *networkingv1.IngressBackend) string {
	switch {
	case b == nil:
		return ""
	case b.Resource != nil:
		return b.Resource.Kind + "/" + b.Resource.Name
	case b.Service == nil:
		return ""
	case b.Service.Port.Name != "":
		return b.Service.Name + ":" + b.Service.Port.Name
	}
	return b.Service.Name + ":" + strconv.Itoa(int(b.Service.Port.Number))
}

// snippets are annotations of ingress-nginx (…-snippet), of NGINX's own
// controller (…-snippets) and of HAProxy's.
func snippets(annotations map[string]string) []string {
	var names []string
	for name := range annotations {
		if strings.HasSuffix(name, "-snippet") || strings.HasSuffix(name, "-snippets") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

type ingressClassRow struct {
	*Object
	class *networkingv1.IngressClass
}

// K8sIngressClasses has one row per IngressClass.
var K8sIngressClasses = define(spec[ingressClassRow]{
	Name: "k8s_ingress_classes",
	Row:  "ingress class",
	Doc:  "Every IngressClass: the ingress controllers of the cluster.",
	Examples: []string{
		"SELECT name, controller, is_default FROM k8s_ingress_classes",
		"SELECT i.namespace, i.name, i.class FROM k8s_ingresses i LEFT JOIN k8s_ingress_classes c ON c.name = i.class WHERE i.class IS NOT NULL AND c.name IS NULL",
		"SELECT c.controller, count(DISTINCT i.uid) AS ingresses FROM k8s_ingress_classes c LEFT JOIN k8s_ingresses i ON i.class = c.name GROUP BY c.controller",
	},
	Columns: [][]column[ingressClassRow]{
		common[ingressClassRow](),
		{
			text("controller", "spec.controller: k8s.io/ingress-nginx …", func(r ingressClassRow) Value { return Str(r.class.Spec.Controller) }),
			integer("is_default", "1 for the class of ingresses that name none", func(r ingressClassRow) Value {
				return Bool(r.class.Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true")
			}),
			jsonCol("parameters", "spec.parameters", func(r ingressClassRow) Value { return JSON(r.class.Spec.Parameters) }),
		},
		where[ingressClassRow](),
	},
	Sources: []source[ingressClassRow]{from(IngressClasses, func(o *Object, v *networkingv1.IngressClass, emit func(ingressClassRow)) {
		emit(ingressClassRow{o, v})
	})},
})
