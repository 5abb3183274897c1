package tables

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

type serviceRow struct {
	*Object
	s *corev1.Service
}

// K8sServices has one row per Service.
var K8sServices = define(spec[serviceRow]{
	Name: "k8s_services",
	Row:  "service",
	Doc: `Every Service, and whether it lets traffic in from outside the cluster. What
listens behind it is in k8s_endpoints, its ports in k8s_service_ports.`,
	Examples: []string{
		"SELECT namespace, name, type, ingress_addresses FROM k8s_services WHERE exposed AND internal_lb IS NOT 1",
		"SELECT namespace, name, external_ips FROM k8s_services WHERE external_ips IS NOT NULL",
		"SELECT namespace, name FROM k8s_services WHERE selector IS NOT NULL AND endpoints_ready = 0",
	},
	Columns: [][]column[serviceRow]{common[serviceRow](), serviceColumns(), where[serviceRow]()},
	Sources: []source[serviceRow]{from(Services, func(o *Object, v *corev1.Service, emit func(serviceRow)) {
		emit(serviceRow{o, v})
	})},
})

func serviceColumns() []column[serviceRow] {
	return []column[serviceRow]{
		text("type", "spec.type; the API server fills in ClusterIP", func(r serviceRow) Value { return Str(r.s.Spec.Type) }),
		text("cluster_ip", "spec.clusterIP; None for a headless service", func(r serviceRow) Value { return Str(r.s.Spec.ClusterIP) }),
		jsonCol("external_ips", "spec.externalIPs: addresses whose traffic nodes take for the service (CVE-2020-8554)", func(r serviceRow) Value { return JSON(r.s.Spec.ExternalIPs) }),
		text("load_balancer_class", "spec.loadBalancerClass", func(r serviceRow) Value { return StrPtr(r.s.Spec.LoadBalancerClass) }),
		jsonCol("load_balancer_source_ranges", "spec.loadBalancerSourceRanges, or the annotation of that name", func(r serviceRow) Value { return JSON(r.sourceRanges()) }),
		jsonCol("ingress_addresses", "addresses and host names in status.loadBalancer.ingress", func(r serviceRow) Value { return JSON(loadBalancerAddresses(r.s.Status.LoadBalancer.Ingress)) }),
		text("external_name", "spec.externalName", func(r serviceRow) Value { return Str(r.s.Spec.ExternalName) }),
		text("external_traffic_policy", "spec.externalTrafficPolicy: Cluster or Local", func(r serviceRow) Value { return Str(r.s.Spec.ExternalTrafficPolicy) }),
		text("session_affinity", "spec.sessionAffinity", func(r serviceRow) Value { return Str(r.s.Spec.SessionAffinity) }),
		jsonCol("selector", "spec.selector", func(r serviceRow) Value { return JSON(r.s.Spec.Selector) }),
		integer("publish_not_ready", "spec.publishNotReadyAddresses; NULL unless true", func(r serviceRow) Value { return True(r.s.Spec.PublishNotReadyAddresses) }),
		integer("internal_lb", "1 when an annotation asks the cloud for an internal load balancer; NULL unless type is LoadBalancer", func(r serviceRow) Value {
			if r.s.Spec.Type != corev1.ServiceTypeLoadBalancer {
				return Null
			}
			return Bool(internalLoadBalancer(r.s.Annotations))
		}),
		text("tls_annotation", "annotation by which the cloud's load balancer ends TLS, or the service gets a certificate", func(r serviceRow) Value { return Str(tlsAnnotation(r.s.Annotations)) }),
		late("endpoints_ready", TypeInteger, "endpoints that are ready, by its EndpointSlices; NULL in manifests, which do not hold those", func(r serviceRow) string {
			if r.File != "" {
				return ""
			}
			return r.s.Namespace + "/" + r.s.Name
		}, func(w *World, key string) Value {
			return Int(get[endpointCounts](w, readyEndpoints).of(key))
		}, readyEndpoints),
		integer("exposed", "1 when it can be reached from outside the cluster: NodePort, LoadBalancer or externalIPs", func(r serviceRow) Value { return Bool(exposed(r.s)) }),
		text("exempt", "system for the cluster's own parts", func(r serviceRow) Value { return exempt(r.Meta.Namespace) }),
	}
}

func exposed(s *corev1.Service) bool {
	return s.Spec.Type == corev1.ServiceTypeNodePort || s.Spec.Type == corev1.ServiceTypeLoadBalancer || len(s.Spec.ExternalIPs) > 0
}

func (r serviceRow) sourceRanges() []string {
	if len(r.s.Spec.LoadBalancerSourceRanges) > 0 {
		return r.s.Spec.LoadBalancerSourceRanges
	}
	return strings.FieldsFunc(r.s.Annotations[corev1.AnnotationLoadBalancerSourceRangesKey], func(c rune) bool { return c == ',' || c == ' ' })
}

func loadBalancerAddresses(ingress []corev1.LoadBalancerIngress) []string {
	var all []string
	for _, i := range ingress {
		all = append(all, i.IP+i.Hostname) // one of them is set
	}
	return all
}

// internalAnnotations make a cloud's load balancer internal: any value for
// those without one here, but for "false".
var internalAnnotations = []struct{ name, value string }{
	{"service.beta.kubernetes.io/aws-load-balancer-internal", ""},
	{"service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"},
	{"networking.gke.io/load-balancer-type", "internal"},
	{"cloud.google.com/load-balancer-type", "internal"},
	{"service.beta.kubernetes.io/azure-load-balancer-internal", ""},
	{"service.beta.kubernetes.io/openstack-internal-load-balancer", ""},
	{"service.beta.kubernetes.io/oci-load-balancer-internal", ""},
	{"oci-network-load-balancer.oraclecloud.com/internal", ""},
	{"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", "intranet"},
	{"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", "private"},
	{"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", ""},
	{"service.beta.kubernetes.io/scw-loadbalancer-private", ""},
	{"service.beta.kubernetes.io/do-loadbalancer-network", "internal"},
}

func internalLoadBalancer(annotations map[string]string) bool {
	for _, a := range internalAnnotations {
		v := strings.ToLower(annotations[a.name])
		if v != "" && v != "false" && (a.value == "" || v == a.value) {
			return true
		}
	}
	return false
}
