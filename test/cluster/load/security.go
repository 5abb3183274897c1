package load

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// secure gives a pod and its containers the security context that the care taken amounts to. Only
// the careless and the dangerous ones are beyond the baseline pod security level.
func (p *plan) secure(spec *corev1.PodSpec, a *app) {
	switch a.care {
	case hardened:
		spec.AutomountServiceAccountToken = ptr.To(false)
		spec.SecurityContext = &corev1.PodSecurityContext{
			RunAsNonRoot:   ptr.To(true),
			RunAsUser:      ptr.To[int64](10001),
			RunAsGroup:     ptr.To[int64](10001),
			FSGroup:        ptr.To[int64](10001),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		}
		eachContainer(spec, func(c *corev1.Container) {
			c.SecurityContext = &corev1.SecurityContext{
				AllowPrivilegeEscalation: ptr.To(false),
				ReadOnlyRootFilesystem:   ptr.To(true),
				Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			}
		})
	case partial:
		if p.chance(50) {
			spec.SecurityContext = &corev1.PodSecurityContext{RunAsNonRoot: ptr.To(true), FSGroup: ptr.To[int64](2000)}
		}
		eachContainer(spec, func(c *corev1.Container) {
			c.SecurityContext = pick(p.dice, []*corev1.SecurityContext{
				{AllowPrivilegeEscalation: ptr.To(false)},
				{RunAsNonRoot: ptr.To(true), RunAsUser: ptr.To[int64](1000)},
				{Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: []corev1.Capability{"NET_BIND_SERVICE"}}},
				{ReadOnlyRootFilesystem: ptr.To(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"NET_RAW"}}},
			})
		})
	case careless:
		p.neglect(spec)
	case dangerous:
		p.endanger(spec)
	}
}

func (p *plan) neglect(spec *corev1.PodSpec) {
	c := &spec.Containers[0]
	switch p.IntN(5) {
	case 0:
		c.SecurityContext = &corev1.SecurityContext{RunAsUser: ptr.To[int64](0), AllowPrivilegeEscalation: ptr.To(true)}
	case 1:
		c.SecurityContext = &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"NET_ADMIN", "SYS_PTRACE"}}}
	case 2:
		c.Env = append(c.Env,
			corev1.EnvVar{Name: "DB_PASSWORD", Value: "changeme-" + p.suffix(6)},
			corev1.EnvVar{Name: "AWS_SECRET_ACCESS_KEY", Value: "EXAMPLE" + p.hex(24)})
	case 3:
		c.Ports[0].HostPort = c.Ports[0].ContainerPort
		spec.SecurityContext = &corev1.PodSecurityContext{SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}}
	case 4:
		mountHost(spec, "logs", "/var/log", corev1.HostPathDirectory, true)
	}
	c.Resources = corev1.ResourceRequirements{}
	c.LivenessProbe, c.ReadinessProbe = nil, nil
}

func (p *plan) endanger(spec *corev1.PodSpec) {
	c := &spec.Containers[0]
	switch p.IntN(4) {
	case 0:
		c.SecurityContext = &corev1.SecurityContext{Privileged: ptr.To(true)}
		mountHost(spec, "host", "/", corev1.HostPathDirectory, false)
	case 1:
		mountHost(spec, "docker", "/var/run/docker.sock", corev1.HostPathSocket, false)
	case 2:
		spec.HostNetwork, spec.HostPID = true, true
		for i := range c.Ports {
			c.Ports[i].HostPort = c.Ports[i].ContainerPort
		}
	case 3:
		spec.HostIPC, spec.ShareProcessNamespace = true, ptr.To(false)
		c.SecurityContext = &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"SYS_ADMIN"}}, RunAsUser: ptr.To[int64](0)}
	}
}

func mountHost(spec *corev1.PodSpec, name, path string, kind corev1.HostPathType, readOnly bool) {
	spec.Volumes = append(spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
		HostPath: &corev1.HostPathVolumeSource{Path: path, Type: &kind},
	}})
	c := &spec.Containers[0]
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: "/host" + path, ReadOnly: readOnly})
}

func eachContainer(spec *corev1.PodSpec, f func(*corev1.Container)) {
	for i := range spec.InitContainers {
		f(&spec.InitContainers[i])
	}
	for i := range spec.Containers {
		f(&spec.Containers[i])
	}
}
