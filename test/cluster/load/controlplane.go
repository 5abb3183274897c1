package load

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// addControlPlane adds the mirrors of kubeadm's static pods, with the command lines of kubeadm
// 1.37 but for what a careless hand did: etcd does not authenticate its peers, and the scheduler
// listens everywhere.
func (p *plan) addControlPlane(n *node) {
	p.staticPod(n, "etcd", "registry.k8s.io/etcd:3.7.0-0", 2381, []string{"/etc/kubernetes/pki/etcd", "/var/lib/etcd"},
		"--advertise-client-urls=https://"+n.ip+":2379",
		"--cert-file=/etc/kubernetes/pki/etcd/server.crt",
		"--client-cert-auth=true",
		"--data-dir=/var/lib/etcd",
		"--feature-gates=InitialCorruptCheck=true",
		"--initial-advertise-peer-urls=https://"+n.ip+":2380",
		"--initial-cluster="+n.name+"=https://"+n.ip+":2380",
		"--key-file=/etc/kubernetes/pki/etcd/server.key",
		"--listen-client-urls=https://127.0.0.1:2379,https://"+n.ip+":2379",
		"--listen-metrics-urls=http://127.0.0.1:2381",
		"--listen-peer-urls=https://"+n.ip+":2380",
		"--name="+n.name,
		"--peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt",
		"--peer-key-file=/etc/kubernetes/pki/etcd/peer.key",
		"--peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
		"--snapshot-count=10000",
		"--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
		"--watch-progress-notify-interval=5s")
	p.staticPod(n, "kube-apiserver", "registry.k8s.io/kube-apiserver:"+kubeletVersion, 6443, []string{"/etc/ssl/certs", "/etc/kubernetes/pki"},
		"--advertise-address="+n.ip,
		"--allow-privileged=true",
		"--authorization-mode=Node,RBAC",
		"--client-ca-file=/etc/kubernetes/pki/ca.crt",
		"--enable-admission-plugins=NodeRestriction",
		"--enable-bootstrap-token-auth=true",
		"--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt",
		"--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt",
		"--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key",
		"--etcd-servers=https://127.0.0.1:2379",
		"--kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt",
		"--kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key",
		"--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
		"--proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt",
		"--proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key",
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-username-headers=X-Remote-User",
		"--secure-port=6443",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=/etc/kubernetes/pki/sa.pub",
		"--service-account-signing-key-file=/etc/kubernetes/pki/sa.key",
		"--service-cluster-ip-range=10.96.0.0/12",
		"--tls-cert-file=/etc/kubernetes/pki/apiserver.crt",
		"--tls-private-key-file=/etc/kubernetes/pki/apiserver.key")
	p.staticPod(n, "kube-controller-manager", "registry.k8s.io/kube-controller-manager:"+kubeletVersion, 10257, []string{"/etc/ssl/certs", "/etc/kubernetes/pki", "/etc/kubernetes/controller-manager.conf"},
		"--allocate-node-cidrs=true",
		"--authentication-kubeconfig=/etc/kubernetes/controller-manager.conf",
		"--authorization-kubeconfig=/etc/kubernetes/controller-manager.conf",
		"--bind-address=127.0.0.1",
		"--client-ca-file=/etc/kubernetes/pki/ca.crt",
		"--cluster-cidr=10.244.0.0/14",
		"--cluster-name=kubernetes",
		"--cluster-signing-cert-file=/etc/kubernetes/pki/ca.crt",
		"--cluster-signing-key-file=/etc/kubernetes/pki/ca.key",
		"--controllers=*,bootstrapsigner,tokencleaner",
		"--kubeconfig=/etc/kubernetes/controller-manager.conf",
		"--leader-elect=true",
		"--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt",
		"--root-ca-file=/etc/kubernetes/pki/ca.crt",
		"--service-account-private-key-file=/etc/kubernetes/pki/sa.key",
		"--service-cluster-ip-range=10.96.0.0/12",
		"--use-service-account-credentials=true")
	p.staticPod(n, "kube-scheduler", "registry.k8s.io/kube-scheduler:"+kubeletVersion, 10259, []string{"/etc/kubernetes/scheduler.conf"},
		"--authentication-kubeconfig=/etc/kubernetes/scheduler.conf",
		"--authorization-kubeconfig=/etc/kubernetes/scheduler.conf",
		"--bind-address=0.0.0.0",
		"--kubeconfig=/etc/kubernetes/scheduler.conf",
		"--leader-elect=true")
}

// staticPod adds what the kubelet shows of a pod that it runs from a manifest: a mirror that its
// node owns and that has no service account.
func (p *plan) staticPod(n *node, component, image string, port int32, paths []string, flags ...string) {
	hash := p.hex(32)
	scheme := corev1.URISchemeHTTPS
	if component == "etcd" {
		scheme = corev1.URISchemeHTTP // its metrics port
	}
	t := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{
			Labels: with(nil, "component", component, "tier", "control-plane"),
			Annotations: with(nil,
				corev1.MirrorPodAnnotationKey, hash,
				"kubernetes.io/config.hash", hash,
				"kubernetes.io/config.source", "file",
				"kubernetes.io/config.seen", p.restartedAt()),
		},
		Spec: corev1.PodSpec{
			HostNetwork:       true,
			PriorityClassName: "system-node-critical",
			SecurityContext:   &corev1.PodSecurityContext{SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
			Tolerations:       []corev1.Toleration{{Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute}},
			Containers: []corev1.Container{{
				Name: component, Image: image, ImagePullPolicy: corev1.PullIfNotPresent,
				Command:   append([]string{component}, flags...),
				Resources: corev1.ResourceRequirements{Requests: resources("cpu", "100m")},
				LivenessProbe: &corev1.Probe{
					ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
						Host: "127.0.0.1", Path: "/livez", Port: intstr.FromInt32(port), Scheme: scheme,
					}},
					InitialDelaySeconds: 10, TimeoutSeconds: 15, FailureThreshold: 8,
				},
			}},
		},
	}
	c := &t.Spec.Containers[0]
	for i, path := range paths {
		kind := corev1.HostPathDirectoryOrCreate
		if path[len(path)-1] == 'f' { // a .conf
			kind = corev1.HostPathFileOrCreate
		}
		name := ordinal("host", i)
		t.Spec.Volumes = append(t.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path, Type: &kind}}})
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: path, ReadOnly: component != "etcd"})
	}
	n.item.owned = append(n.item.owned, podItem(p.run(p.pod("kube-system", component+"-"+n.name, t, n))))
}
