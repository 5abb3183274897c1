package load

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

func (a *app) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: a.ns.name, Labels: a.labels()}
}

func (p *plan) addService(a *app, pods []*corev1.Pod, headless bool) {
	s := &corev1.Service{ObjectMeta: a.meta(a.name), Spec: corev1.ServiceSpec{
		Selector: with(nil, "app.kubernetes.io/instance", a.name),
		Ports:    []corev1.ServicePort{{Name: "main", Port: 80, TargetPort: intstr.FromInt32(a.port), Protocol: corev1.ProtocolTCP}},
	}}
	if headless {
		s.Spec.ClusterIP = corev1.ClusterIPNone
	} else {
		s.Spec.ClusterIP = p.clusterIP()
		switch p.weighted(90, 6, 4) {
		case 1:
			s.Spec.Type = corev1.ServiceTypeNodePort
		case 2:
			s.Spec.Type = corev1.ServiceTypeLoadBalancer
			s.Spec.AllocateLoadBalancerNodePorts = ptr.To(false)
			s.Annotations = with(nil, "service.beta.kubernetes.io/load-balancer-source-ranges", pick(p.dice, []string{"0.0.0.0/0", "203.0.113.0/24"}))
		}
	}
	if s.Spec.Type == corev1.ServiceTypeNodePort {
		if p.nodePorts++; p.nodePorts < 2000 {
			s.Spec.Ports[0].NodePort = int32(30100 + p.nodePorts)
		} else {
			s.Spec.Type = corev1.ServiceTypeClusterIP // the range is used up
		}
	}
	it := &item{obj: s}
	if p.chance(50) {
		it.owned = []*item{{obj: p.endpoints(a, pods)}}
	}
	p.late = append(p.late, it)
}

func (p *plan) endpoints(a *app, pods []*corev1.Pod) *discoveryv1.EndpointSlice {
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta:  a.meta(a.name + "-" + p.suffix(5)),
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: ptr.To("main"), Port: ptr.To(a.port), Protocol: ptr.To(corev1.ProtocolTCP)}},
	}
	slice.Labels = with(slice.Labels, discoveryv1.LabelServiceName, a.name, discoveryv1.LabelManagedBy, "endpointslice-controller.k8s.io")
	for _, pod := range pods {
		ready := pod.Status.Phase == corev1.PodRunning
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{pod.Status.PodIP}, NodeName: ptr.To(pod.Spec.NodeName),
			Conditions: discoveryv1.EndpointConditions{Ready: &ready, Serving: &ready, Terminating: ptr.To(false)},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name},
		})
	}
	return slice
}

func (p *plan) addIngress(a *app) {
	host := a.name + "." + a.ns.name + ".example.com"
	spec := networkingv1.IngressSpec{
		IngressClassName: ptr.To("nginx"),
		Rules: []networkingv1.IngressRule{{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
			Paths: []networkingv1.HTTPIngressPath{{
				Path: "/", PathType: ptr.To(networkingv1.PathTypePrefix),
				Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: a.name, Port: networkingv1.ServiceBackendPort{Name: "main"}}},
			}},
		}}}},
	}
	if p.chance(60) {
		spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{host}, SecretName: a.name + "-tls"}}
		tls := secret(a.ns.name, a.name+"-tls", corev1.TLSCertKey, rootCA, corev1.TLSPrivateKeyKey, "not a key")
		tls.obj.(*corev1.Secret).Type = corev1.SecretTypeTLS
		p.late = append(p.late, tls)
	}
	p.late = append(p.late, &item{obj: &networkingv1.Ingress{ObjectMeta: a.meta(a.name), Spec: spec}})
}

func (p *plan) addAppPolicy(a *app) {
	port := intstr.FromInt32(a.port)
	p.supports = append(p.supports, &item{obj: &networkingv1.NetworkPolicy{ObjectMeta: a.meta(a.name), Spec: networkingv1.NetworkPolicySpec{
		PodSelector: *selector("app.kubernetes.io/instance", a.name),
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress: []networkingv1.NetworkPolicyIngressRule{{
			From:  []networkingv1.NetworkPolicyPeer{{NamespaceSelector: selector("env", a.ns.env)}},
			Ports: []networkingv1.NetworkPolicyPort{{Port: &port}},
		}},
	}}})
}

func (p *plan) addDisruptionBudget(a *app) {
	one := intstr.FromInt32(1)
	p.late = append(p.late, &item{obj: &policyv1.PodDisruptionBudget{ObjectMeta: a.meta(a.name), Spec: policyv1.PodDisruptionBudgetSpec{
		MaxUnavailable: &one, Selector: selector("app.kubernetes.io/instance", a.name),
	}}})
}

func (p *plan) addAutoscaler(a *app) {
	p.late = append(p.late, &item{obj: &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: a.meta(a.name), Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
		ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: a.name},
		MinReplicas:    ptr.To[int32](1), MaxReplicas: 20,
		Metrics: []autoscalingv2.MetricSpec{{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{
			Name: corev1.ResourceCPU, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: ptr.To[int32](75)},
		}}},
	}}})
}
