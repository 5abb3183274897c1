package tables

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// printer makes fingerprints of pod specs, in memory that it uses again.
type printer struct {
	volumes    []corev1.Volume
	containers []corev1.Container
	data       []byte
	// alike and print are of the pod spec that was printed last.
	alike, print uint64
}

// fingerprint hashes what a Pod and its template have in common when nothing
// was changed on the way from one to the other: what the scheduler, the
// service account admission and the controllers write into every pod is left
// out.
func (f *printer) fingerprint(p podSpecRow) uint64 {
	if p.Alike == 0 || p.Alike != f.alike {
		f.alike, f.print = p.Alike, f.hash(p)
	}
	return f.print
}

func (f *printer) hash(p podSpecRow) uint64 {
	s := *p.spec
	s.NodeName, s.Hostname, s.Subdomain, s.SchedulerName = "", "", "", ""
	s.NodeSelector, s.Affinity, s.Tolerations, s.TopologySpreadConstraints = nil, nil, nil, nil
	s.Priority, s.PreemptionPolicy, s.PriorityClassName = nil, nil, ""
	s.DNSPolicy, s.DNSConfig, s.RestartPolicy, s.EnableServiceLinks = "", nil, "", nil
	s.TerminationGracePeriodSeconds, s.ActiveDeadlineSeconds = nil, nil
	s.ImagePullSecrets, s.DeprecatedServiceAccount, s.ReadinessGates, s.SchedulingGates, s.Overhead = nil, "", nil, nil, nil
	s.ServiceAccountName = cmp.Or(p.serviceAccount(), "default")
	if s.SecurityContext == nil {
		s.SecurityContext = &noPodSecurity
	}
	f.volumes = f.volumes[:0]
	for _, v := range s.Volumes {
		if v.PersistentVolumeClaim == nil && !isTokenVolume(v) {
			f.volumes = append(f.volumes, v)
		}
	}
	s.Volumes = f.volumes
	f.containers = f.containers[:0]
	s.Containers = f.asWritten(s.Containers)
	s.InitContainers = f.asWritten(s.InitContainers)
	size := s.Size()
	f.data = slices.Grow(f.data[:0], size)[:size]
	if _, err := s.MarshalToSizedBuffer(f.data); err != nil {
		return 0
	}
	return maphash.Bytes(printSeed, f.data)
}

// asWritten are the containers without what is written into every one.
func (f *printer) asWritten(containers []corev1.Container) []corev1.Container {
	begin := len(f.containers)
	for _, c := range containers {
		if slices.ContainsFunc(c.VolumeMounts, isTokenMount) {
			c.VolumeMounts = slices.DeleteFunc(slices.Clone(c.VolumeMounts), isTokenMount)
		}
		c.TerminationMessagePath, c.TerminationMessagePolicy = "", ""
		f.containers = append(f.containers, c)
	}
	return f.containers[begin:]
}

// printSeed makes fingerprints comparable within one process, which is all
// they are for.
var printSeed = maphash.MakeSeed()

const (
	tokenVolumePrefix = "kube-api-access-"
	tokenMountPath    = "/var/run/secrets/kubernetes.io/serviceaccount"
)

// isTokenVolume recognises the projected volume that service account admission
// adds to a pod.
func isTokenVolume(v corev1.Volume) bool {
	return v.Projected != nil && strings.HasPrefix(v.Name, tokenVolumePrefix)
}

func isTokenMount(m corev1.VolumeMount) bool { return m.MountPath == tokenMountPath }
