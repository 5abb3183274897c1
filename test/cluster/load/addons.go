package load

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

const system = "kube-system"

// addKubeSystem adds what kubeadm and the usual add-ons put into kube-system.
func (p *plan) addKubeSystem() {
	p.addControlPlane(p.nodes[0])
	p.supports = append(p.supports,
		serviceAccount(system, "coredns", nil), serviceAccount(system, "kube-proxy", nil),
		serviceAccount(system, "calico-node", nil), serviceAccount(system, "metrics-server", nil),
		configMap(system, "coredns", "Corefile", ".:53 {\n    errors\n    health {\n       lameduck 5s\n    }\n    ready\n    kubernetes cluster.local in-addr.arpa ip6.arpa\n    forward . /etc/resolv.conf\n    cache 30\n    loop\n    reload\n}\n"),
		configMap(system, "kube-proxy", "config.conf", "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\nclusterCIDR: 10.244.0.0/14\n"),
		configMap(system, "kubeadm-config", "ClusterConfiguration", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: "+kubeletVersion+"\nnetworking:\n  podSubnet: 10.244.0.0/14\n  serviceSubnet: 10.96.0.0/12\n"),
		configMap(system, "kubelet-config", "kubelet", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication:\n  anonymous:\n    enabled: false\n  webhook:\n    enabled: true\nauthorization:\n  mode: Webhook\nrotateCertificates: true\n"),
	)
	space := &namespace{name: system, team: "kube", env: "prod", level: "privileged"}
	dns, _ := p.deployment(&app{ns: space, name: "coredns", version: "1.14.6"}, p.coreDNS(), 2)
	metrics, _ := p.deployment(&app{ns: space, name: "metrics-server", version: "0.8.1"}, p.metricsServer(), 1)
	p.workloads = append(p.workloads, dns, metrics,
		p.daemonSet(system, "kube-proxy", p.agent("kube-proxy", "registry.k8s.io/kube-proxy:"+kubeletVersion, true, []string{"/lib/modules", "/run/xtables.lock"},
			"/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf", "--hostname-override=$(NODE_NAME)")),
		p.daemonSet(system, "calico-node", p.agent("calico-node", "docker.io/calico/node:v3.30.2", true, []string{"/lib/modules", "/var/run/calico", "/opt/cni/bin", "/etc/cni/net.d", "/sys/fs"})),
	)
	p.late = append(p.late, &item{obj: &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "kube-dns", Namespace: system, Labels: with(nil, "k8s-app", "kube-dns", "kubernetes.io/cluster-service", "true")},
		Spec: corev1.ServiceSpec{ClusterIP: "10.96.0.10", Selector: with(nil, "k8s-app", "kube-dns"), Ports: []corev1.ServicePort{
			{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP, TargetPort: intstr.FromInt32(53)},
			{Name: "dns-tcp", Port: 53, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromInt32(53)},
		}},
	}})
}

// addMonitoring adds the platform team's agents and the accounts that cluster-wide roles name.
func (p *plan) addMonitoring(ns *namespace) {
	for _, name := range []string{"prometheus", "node-exporter", "fluent-bit", "ci-deployer", "dashboard", "secrets-sync"} {
		p.supports = append(p.supports, serviceAccount(ns.name, name, nil))
	}
	exporter := p.agent("node-exporter", "quay.io/prometheus/node-exporter:v1.9.1", false, []string{"/proc", "/sys"}, "--path.procfs=/host/proc", "--path.sysfs=/host/sys")
	exporter.Spec.HostPID, exporter.Spec.PriorityClassName = true, ""
	logs := p.agent("fluent-bit", "docker.io/fluent/fluent-bit:latest", false, []string{"/var/log", "/var/lib/docker/containers"})
	logs.Spec.HostNetwork, logs.Spec.PriorityClassName = false, ""
	p.workloads = append(p.workloads, p.daemonSet(ns.name, "node-exporter", exporter), p.daemonSet(ns.name, "fluent-bit", logs))
}

// agent is a pod for every node that reads, or changes, the host.
func (p *plan) agent(name, image string, privileged bool, paths []string, command ...string) corev1.PodTemplateSpec {
	spec := corev1.PodSpec{
		HostNetwork: true, ServiceAccountName: name, PriorityClassName: "system-node-critical",
		NodeSelector: with(nil, "kubernetes.io/os", "linux"),
		Containers: []corev1.Container{{
			Name: name, Image: image, Command: command,
			Env:       []corev1.EnvVar{{Name: "NODE_NAME", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"}}}},
			Resources: corev1.ResourceRequirements{Requests: resources("cpu", "50m", "memory", "64Mi")},
		}},
	}
	if privileged {
		spec.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: ptr.To(true)}
	}
	for i, path := range paths {
		mountHost(&spec, ordinal("host", i), path, corev1.HostPathUnset, !privileged)
	}
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: with(nil, "k8s-app", name)}, Spec: spec}
}

func (p *plan) coreDNS() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: with(nil, "k8s-app", "kube-dns", "app.kubernetes.io/instance", "coredns")},
		Spec: corev1.PodSpec{
			ServiceAccountName: "coredns", PriorityClassName: "system-cluster-critical", DNSPolicy: corev1.DNSDefault,
			Tolerations: []corev1.Toleration{{Key: "CriticalAddonsOnly", Operator: corev1.TolerationOpExists}},
			Containers: []corev1.Container{{
				Name: "coredns", Image: "registry.k8s.io/coredns/coredns:v1.14.6", Args: []string{"-conf", "/etc/coredns/Corefile"},
				Ports: []corev1.ContainerPort{{Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolUDP}, {Name: "dns-tcp", ContainerPort: 53, Protocol: corev1.ProtocolTCP}},
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: ptr.To(false), ReadOnlyRootFilesystem: ptr.To(true),
					Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: []corev1.Capability{"NET_BIND_SERVICE"}},
				},
				Resources:    corev1.ResourceRequirements{Requests: resources("cpu", "100m", "memory", "70Mi"), Limits: resources("memory", "170Mi")},
				VolumeMounts: []corev1.VolumeMount{{Name: "config-volume", MountPath: "/etc/coredns", ReadOnly: true}},
			}},
			Volumes: []corev1.Volume{{Name: "config-volume", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "coredns"}}}}},
		},
	}
}

func (p *plan) metricsServer() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: with(nil, "k8s-app", "metrics-server", "app.kubernetes.io/instance", "metrics-server")},
		Spec: corev1.PodSpec{
			ServiceAccountName: "metrics-server", PriorityClassName: "system-cluster-critical",
			Containers: []corev1.Container{{
				Name: "metrics-server", Image: "registry.k8s.io/metrics-server/metrics-server:v0.8.1",
				Args: []string{"--cert-dir=/tmp", "--secure-port=10250", "--kubelet-insecure-tls", "--metric-resolution=15s"},
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: ptr.To(false), ReadOnlyRootFilesystem: ptr.To(true), RunAsNonRoot: ptr.To(true), RunAsUser: ptr.To[int64](1000),
					Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
				},
				Resources:    corev1.ResourceRequirements{Requests: resources("cpu", "100m", "memory", "200Mi")},
				VolumeMounts: []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
			}},
			Volumes: []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
		},
	}
}
