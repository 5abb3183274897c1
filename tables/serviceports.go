package tables

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// servicePortRow is one port of a Service.
type servicePortRow struct {
	serviceRow
	p     *corev1.ServicePort
	index int
}

// K8sServicePorts has one row per port of every Service.
var K8sServicePorts = define(spec[servicePortRow]{
	Name: "k8s_service_ports",
	Row:  "port of a service",
	Doc: `Every port of every Service. What is spoken on one is not in the API:
looks_tls goes by the port's number, name and appProtocol, and by the
annotations that give a cloud's load balancer its certificate.`,
	Examples: []string{
		"SELECT namespace, service, type, port, node_port FROM k8s_service_ports WHERE exposed AND NOT looks_tls",
		"SELECT namespace, service, node_port FROM k8s_service_ports WHERE node_port IS NOT NULL ORDER BY node_port",
		"SELECT port, protocol, count(*) AS services FROM k8s_service_ports GROUP BY port, protocol ORDER BY services DESC",
	},
	Columns: [][]column[servicePortRow]{
		common[servicePortRow](),
		{
			text("service", "name of the service", func(r servicePortRow) Value { return Str(r.s.Name) }).key(),
			text("path", "path to it: spec.ports[0]", func(r servicePortRow) Value { return Str("spec.ports[" + strconv.Itoa(r.index) + "]") }),
			text("type", "spec.type of the service", func(r servicePortRow) Value { return Str(r.s.Spec.Type) }),
			integer("exposed", "1 when the service can be reached from outside the cluster", func(r servicePortRow) Value { return Bool(exposed(r.s)) }),
			text("port_name", "name", func(r servicePortRow) Value { return Str(r.p.Name) }),
			integer("port", "port", func(r servicePortRow) Value { return Int(r.p.Port) }).key(),
			text("target_port", "targetPort, by number or name", func(r servicePortRow) Value { return portText(&r.p.TargetPort) }),
			integer("node_port", "nodePort; NULL when unset", func(r servicePortRow) Value {
				if r.p.NodePort == 0 {
					return Null
				}
				return Int(r.p.NodePort)
			}).key(),
			text("protocol", "protocol; the API server fills in TCP", func(r servicePortRow) Value { return Str(r.p.Protocol) }),
			text("app_protocol", "appProtocol", func(r servicePortRow) Value { return StrPtr(r.p.AppProtocol) }),
			integer("looks_tls", "1 when something says that TLS is spoken: port 443, 6443 or 8443 or that of a protocol over TLS, https or tls in name or appProtocol, a certificate of the load balancer for the port", func(r servicePortRow) Value { return Bool(r.looksTLS()) }),
			text("exempt", "system for the cluster's own parts", func(r servicePortRow) Value { return exempt(r.Meta.Namespace) }),
		},
		where[servicePortRow](),
	},
	Sources: []source[servicePortRow]{from(Services, func(o *Object, v *corev1.Service, emit func(servicePortRow)) {
		for i := range v.Spec.Ports {
			emit(servicePortRow{serviceRow{o, v}, &v.Spec.Ports[i], i})
		}
	})},
})

// tlsPorts are those of HTTPS and of the API server, and of protocols that
// IANA lists with "over TLS": smtps, ldaps, domain-s, imaps, pop3s, amqps,
// secure-mqtt.
var tlsPorts = []int32{443, 6443, 8443, 465, 636, 853, 993, 995, 5671, 8883}

// tlsNames are protocols over TLS, as appProtocol or within a port's name.
var tlsNames = nameSet("https tls ssl wss grpcs ldaps amqps mqtts smtps imaps pop3s ftps")

func (r servicePortRow) looksTLS() bool {
	if slices.Contains(tlsPorts, r.p.Port) {
		return true
	}
	for _, name := range []string{r.p.Name, *orEmpty(r.p.AppProtocol, new(string))} {
		for _, word := range strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return strings.ContainsRune("-_./", c) }) {
			if tlsNames[strings.TrimRight(word, "0123456789")] || tlsNames[word] {
				return true
			}
		}
	}
	return r.loadBalancerTLS()
}

func (r servicePortRow) loadBalancerTLS() bool {
	for _, a := range tlsAnnotations {
		if r.s.Annotations[a.name] == "" {
			continue
		}
		ports := strings.TrimSpace(r.s.Annotations[a.ports])
		if ports == "" || ports == "*" {
			return true
		}
		for port := range strings.SplitSeq(ports, ",") {
			if port = strings.TrimSpace(port); port == strconv.Itoa(int(r.p.Port)) || port != "" && port == r.p.Name {
				return true
			}
		}
	}
	return false
}

// tlsAnnotations name a certificate; ports, where there is such an annotation,
// are those that get TLS, all of them without one.
var tlsAnnotations = []struct{ name, ports string }{
	{"service.beta.kubernetes.io/aws-load-balancer-ssl-cert", "service.beta.kubernetes.io/aws-load-balancer-ssl-ports"},
	{"service.beta.kubernetes.io/oci-load-balancer-tls-secret", "service.beta.kubernetes.io/oci-load-balancer-ssl-ports"},
	{"service.beta.kubernetes.io/do-loadbalancer-certificate-id", "service.beta.kubernetes.io/do-loadbalancer-tls-ports"},
	{"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-cert-id", ""},
	{"load-balancer.hetzner.cloud/http-certificates", ""},
	{"loadbalancer.openstack.org/default-tls-container-ref", ""},
	{"service.beta.kubernetes.io/scw-loadbalancer-certificate-ids", ""},
	{"service.beta.openshift.io/serving-cert-secret-name", ""},
}

func tlsAnnotation(annotations map[string]string) string {
	for _, a := range tlsAnnotations {
		if annotations[a.name] != "" {
			return a.name
		}
	}
	return ""
}
