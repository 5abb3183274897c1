package tables_test

import (
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// dice makes random pods: every field that a Pod Security check looks at, set
// or not, at the pod and at each kind of container, good or bad.
type dice struct{ *rand.Rand }

// maybe is one of the values, or nothing.
func maybe[T any](d dice, values ...T) *T {
	if i := d.IntN(len(values) + 2); i < len(values) {
		return &values[i]
	}
	return nil
}

func one[T any](d dice, values ...T) T { return values[d.IntN(len(values))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func (d dice) pod(i int) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pod-%d", i), Namespace: "shop"}}
	s := &p.Spec
	s.HostNetwork, s.HostPID, s.HostIPC = d.chance(20), d.chance(20), d.chance(20)
	s.HostUsers = maybe(d, true, false)
	if d.chance(30) {
		s.OS = &corev1.PodOS{Name: one(d, corev1.Linux, corev1.Windows)}
	}
	if d.chance(15) {
		s.NodeSelector = map[string]string{corev1.LabelOSStable: one(d, "linux", "windows")}
	}
	if d.chance(60) {
		s.SecurityContext = d.podSecurity()
	}
	for range d.IntN(3) {
		s.Volumes = append(s.Volumes, d.volume(len(s.Volumes)))
	}
	d.containers(p)
	return p
}

func (d dice) containers(p *corev1.Pod) {
	s := &p.Spec
	for i := range 1 + d.IntN(2) {
		s.Containers = append(s.Containers, d.container(p, fmt.Sprintf("regular-%d", i)))
	}
	if d.chance(30) {
		c := d.container(p, "init")
		c.RestartPolicy = maybe(d, corev1.ContainerRestartPolicyAlways)
		s.InitContainers = append(s.InitContainers, c)
	}
	if d.chance(20) {
		c := d.container(p, "ephemeral")
		s.EphemeralContainers = append(s.EphemeralContainers, corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon(c)})
	}
}

func (d dice) podSecurity() *corev1.PodSecurityContext {
	s := &corev1.PodSecurityContext{
		RunAsNonRoot: maybe(d, true, false), RunAsUser: maybe[int64](d, 0, 1000),
		SeccompProfile: d.seccomp(), AppArmorProfile: d.apparmor(), SELinuxOptions: d.selinux(), WindowsOptions: d.windows(),
	}
	for range d.IntN(3) {
		s.Sysctls = append(s.Sysctls, corev1.Sysctl{Name: one(d, "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
			"net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
			"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
			"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat", "kernel.msgmax", "net.core.somaxconn"), Value: "1"})
	}
	return s
}

func (d dice) container(p *corev1.Pod, name string) corev1.Container {
	c := corev1.Container{Name: name, Image: "example.com/app"}
	if d.chance(70) {
		c.SecurityContext = &corev1.SecurityContext{
			Privileged: maybe(d, true, false), AllowPrivilegeEscalation: maybe(d, true, false),
			RunAsNonRoot: maybe(d, true, false), RunAsUser: maybe[int64](d, 0, 1000),
			ProcMount:      maybe(d, corev1.DefaultProcMount, corev1.UnmaskedProcMount, ""),
			SeccompProfile: d.seccomp(), AppArmorProfile: d.apparmor(), SELinuxOptions: d.selinux(), WindowsOptions: d.windows(),
		}
		if d.chance(60) {
			c.SecurityContext.Capabilities = d.capabilities()
		}
	}
	if d.chance(20) {
		c.Ports = append(c.Ports, corev1.ContainerPort{ContainerPort: 8080, HostPort: one[int32](d, 0, 8080)})
	}
	if d.chance(20) {
		d.probe(&c)
	}
	if d.chance(10) {
		if p.Annotations == nil {
			p.Annotations = map[string]string{}
		}
		p.Annotations[corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix+name] = one(d, "runtime/default", "localhost/own", "unconfined", "")
	}
	return c
}

func (d dice) capabilities() *corev1.Capabilities {
	c := &corev1.Capabilities{}
	for range d.IntN(3) {
		c.Add = append(c.Add, one[corev1.Capability](d, "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
			"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT", "NET_RAW", "SYS_ADMIN", "ALL", "net_bind_service"))
	}
	for range d.IntN(3) {
		c.Drop = append(c.Drop, one[corev1.Capability](d, "ALL", "NET_RAW", "all"))
	}
	return c
}

// Types are never empty: the API server requires them.
func (d dice) seccomp() *corev1.SeccompProfile {
	t := maybe(d, corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeLocalhost, corev1.SeccompProfileTypeUnconfined, "Other")
	if t == nil {
		return nil
	}
	return &corev1.SeccompProfile{Type: *t}
}

func (d dice) apparmor() *corev1.AppArmorProfile {
	t := maybe(d, corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeLocalhost, corev1.AppArmorProfileTypeUnconfined, "Other")
	if t == nil || d.chance(50) {
		return nil
	}
	return &corev1.AppArmorProfile{Type: *t}
}

func (d dice) selinux() *corev1.SELinuxOptions {
	if d.chance(70) {
		return nil
	}
	return &corev1.SELinuxOptions{
		Type: one(d, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t"),
		User: one(d, "", "", "", "system_u"), Role: one(d, "", "", "", "system_r"), Level: one(d, "", "s0:c1,c2"),
	}
}

func (d dice) windows() *corev1.WindowsSecurityContextOptions {
	if d.chance(80) {
		return nil
	}
	return &corev1.WindowsSecurityContextOptions{HostProcess: maybe(d, true, false)}
}

func (d dice) probe(c *corev1.Container) {
	http := &corev1.HTTPGetAction{Host: one(d, "", "169.254.169.254"), Port: intstr.FromInt32(80)}
	tcp := &corev1.TCPSocketAction{Host: one(d, "", "10.0.0.1"), Port: intstr.FromInt32(80)}
	probe := &corev1.Probe{ProbeHandler: one(d, corev1.ProbeHandler{HTTPGet: http}, corev1.ProbeHandler{TCPSocket: tcp},
		corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 80}}, corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}})}
	hook := one(d, corev1.LifecycleHandler{HTTPGet: http}, corev1.LifecycleHandler{TCPSocket: tcp}, corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 1}})
	switch d.IntN(5) {
	case 0:
		c.LivenessProbe = probe
	case 1:
		c.ReadinessProbe = probe
	case 2:
		c.StartupProbe = probe
	case 3:
		c.Lifecycle = &corev1.Lifecycle{PostStart: &hook}
	case 4:
		c.Lifecycle = &corev1.Lifecycle{PreStop: &hook}
	}
}

func (d dice) volume(i int) corev1.Volume {
	v := corev1.Volume{Name: fmt.Sprintf("v-%d", i)}
	v.VolumeSource = one(d,
		corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{}}, corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{}},
		corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{}}, corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
		corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{}}, corev1.VolumeSource{Image: &corev1.ImageVolumeSource{}},
		corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{}}, corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}},
		corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{}}, corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}},
		corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{}}, corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{}}, corev1.VolumeSource{FC: &corev1.FCVolumeSource{}},
		corev1.VolumeSource{GitRepo: &corev1.GitRepoVolumeSource{}}, corev1.VolumeSource{Glusterfs: &corev1.GlusterfsVolumeSource{}},
		corev1.VolumeSource{RBD: &corev1.RBDVolumeSource{}}, corev1.VolumeSource{FlexVolume: &corev1.FlexVolumeSource{}},
		corev1.VolumeSource{AzureFile: &corev1.AzureFileVolumeSource{}}, corev1.VolumeSource{VsphereVolume: &corev1.VsphereVirtualDiskVolumeSource{}},
		corev1.VolumeSource{})
	return v
}
