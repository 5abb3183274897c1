package load

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

const proxyImage = "docker.io/istio/proxyv2:1.27.1"

// inject adds to a pod, and not to its template, the sidecar that a mesh's webhook would.
func inject(pod *corev1.Pod, a *app) {
	pod.Labels = with(pod.Labels, "security.istio.io/tlsMode", "istio",
		"service.istio.io/canonical-name", a.name, "service.istio.io/canonical-revision", a.version)
	pod.Annotations = with(pod.Annotations,
		"sidecar.istio.io/status", `{"initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":["istio-envoy","istio-data","istio-podinfo","istio-token","istiod-ca-cert"],"imagePullSecrets":null,"revision":"default"}`,
		"kubectl.kubernetes.io/default-container", "app")
	spec := &pod.Spec
	spec.InitContainers = append(append([]corev1.Container{}, spec.InitContainers...), corev1.Container{
		Name:  "istio-init",
		Image: proxyImage,
		Args:  []string{"istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", "*", "-x", "", "-b", "*", "-d", "15090,15021,15020"},
		SecurityContext: &corev1.SecurityContext{
			Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: []corev1.Capability{"NET_ADMIN", "NET_RAW"}},
			Privileged:   ptr.To(false), RunAsUser: ptr.To[int64](0), RunAsGroup: ptr.To[int64](0), RunAsNonRoot: ptr.To(false),
			ReadOnlyRootFilesystem: ptr.To(false), AllowPrivilegeEscalation: ptr.To(false),
		},
		Resources: corev1.ResourceRequirements{Requests: resources("cpu", "10m", "memory", "40Mi"), Limits: resources("cpu", "1", "memory", "1Gi")},
	})
	spec.Containers = append(append([]corev1.Container{}, spec.Containers...), corev1.Container{
		Name:  "istio-proxy",
		Image: proxyImage,
		Args:  []string{"proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel=warning", "--concurrency", "2"},
		Ports: []corev1.ContainerPort{{Name: "http-envoy-prom", ContainerPort: 15090, Protocol: corev1.ProtocolTCP}},
		Env: []corev1.EnvVar{
			{Name: "PILOT_CERT_PROVIDER", Value: "istiod"},
			{Name: "CA_ADDR", Value: "istiod.istio-system.svc:15012"},
			{Name: "ISTIO_META_CLUSTER_ID", Value: "Kubernetes"},
			{Name: "ISTIO_META_WORKLOAD_NAME", Value: a.name},
			{Name: "ISTIO_META_OWNER", Value: fmt.Sprintf("kubernetes://apis/apps/v1/namespaces/%s/deployments/%s", a.ns.name, a.name)},
		},
		SecurityContext: &corev1.SecurityContext{
			Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			Privileged:   ptr.To(false), RunAsUser: ptr.To[int64](1337), RunAsGroup: ptr.To[int64](1337), RunAsNonRoot: ptr.To(true),
			ReadOnlyRootFilesystem: ptr.To(true), AllowPrivilegeEscalation: ptr.To(false),
		},
		Resources:    corev1.ResourceRequirements{Requests: resources("cpu", "10m", "memory", "40Mi"), Limits: resources("cpu", "2", "memory", "1Gi")},
		VolumeMounts: []corev1.VolumeMount{{Name: "istio-envoy", MountPath: "/etc/istio/proxy"}, {Name: "istio-token", MountPath: "/var/run/secrets/tokens"}},
	})
	spec.Volumes = append(append([]corev1.Volume{}, spec.Volumes...),
		corev1.Volume{Name: "istio-envoy", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}}},
		corev1.Volume{Name: "istio-token", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{{
			ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Audience: "istio-ca", ExpirationSeconds: ptr.To[int64](43200), Path: "istio-token"},
		}}}}})
}
