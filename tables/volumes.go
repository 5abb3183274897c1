package tables

import (
	"path"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// volumeRow is one volume of a pod spec.
type volumeRow struct {
	podSpecRow
	v     *corev1.Volume
	index int
}

func (r volumeRow) rowPath() string { return r.path + ".volumes[" + strconv.Itoa(r.index) + "]" }

// K8sPodVolumes has every volume of every pod spec.
var K8sPodVolumes = define(spec[volumeRow]{
	Name: "k8s_pod_volumes",
	Row:  "volume of a pod or of a pod template",
	Doc:  "Every volume that a Pod or a pod template declares, mounted or not.",
	Examples: []string{
		"SELECT asset_kind, namespace, asset_name, host_path FROM k8s_pod_volumes WHERE judged AND volume_type = 'hostPath'",
		"SELECT volume_type, count(*) AS volumes FROM k8s_pod_volumes WHERE judged GROUP BY volume_type ORDER BY volumes DESC",
		"SELECT namespace, asset_name, source_name FROM k8s_pod_volumes WHERE judged AND volume_type = 'secret'",
	},
	Columns: [][]column[volumeRow]{
		common[volumeRow](), asset[volumeRow](),
		{
			text("volume", "name of the volume", func(r volumeRow) Value { return Str(r.v.Name) }).key(),
			text("volume_type", "the field of the volume's source that is set: hostPath, secret, emptyDir …; emptyDir when none is", func(r volumeRow) Value { return Str(volumeType(r.v)) }),
			text("host_path", "hostPath.path", func(r volumeRow) Value { return Str(r.hostPath()) }),
			text("host_path_type", "hostPath.type", func(r volumeRow) Value {
				if r.v.HostPath == nil {
					return Null
				}
				return StrPtr(r.v.HostPath.Type)
			}),
			integer("sensitive", "1 when the host path gives access to the node, its credentials or its container runtime; NULL without a host path", func(r volumeRow) Value {
				if r.v.HostPath == nil {
					return Null
				}
				return Bool(SensitiveHostPath(r.v.HostPath.Path))
			}),
			text("source_name", "name of the Secret, ConfigMap or PersistentVolumeClaim, or of the CSI driver", func(r volumeRow) Value { return Str(volumeSource(r.v)) }),
			jsonCol("projected_sources", "projected.sources", func(r volumeRow) Value {
				if r.v.Projected == nil {
					return Null
				}
				return JSON(r.v.Projected.Sources)
			}),
			text("token_audience", "audience of the service account token that it projects; NULL is the API server's own", func(r volumeRow) Value { return Str(r.token().Audience) }),
			integer("token_expiration", "expirationSeconds of that token; NULL without one", func(r volumeRow) Value { return IntPtr(r.token().ExpirationSeconds) }),
			text("medium", "emptyDir.medium", func(r volumeRow) Value {
				if r.v.EmptyDir == nil {
					return Null
				}
				return Str(r.v.EmptyDir.Medium)
			}),
		},
		where[volumeRow](),
	},
	Sources: podSpecSources(func(p podSpecRow, emit func(volumeRow)) {
		for i := range p.spec.Volumes {
			emit(volumeRow{p, &p.spec.Volumes[i], i})
		}
	}),
})

func (r volumeRow) hostPath() string {
	if r.v.HostPath == nil {
		return ""
	}
	return r.v.HostPath.Path
}

// token is the service account token that the volume projects, the first of
// several.
func (r volumeRow) token() *corev1.ServiceAccountTokenProjection {
	if r.v.Projected != nil {
		for i := range r.v.Projected.Sources {
			if t := r.v.Projected.Sources[i].ServiceAccountToken; t != nil {
				return t
			}
		}
	}
	return &corev1.ServiceAccountTokenProjection{}
}

// mountRow is one volume mount of a container.
type mountRow struct {
	containerRow
	m          *corev1.VolumeMount
	mountIndex int
}

func (r mountRow) rowPath() string {
	return r.containerRow.rowPath() + ".volumeMounts[" + strconv.Itoa(r.mountIndex) + "]"
}

// volume is the mounted volume; nil for a mount of a volume claim template.
func (r mountRow) volume() *corev1.Volume {
	i := slices.IndexFunc(r.spec.Volumes, func(v corev1.Volume) bool { return v.Name == r.m.Name })
	if i < 0 {
		return nil
	}
	return &r.spec.Volumes[i]
}

// K8sContainerMounts has every volume mount of every container.
var K8sContainerMounts = define(spec[mountRow]{
	Name: "k8s_container_mounts",
	Row:  "volume mount of a container",
	Doc:  "Where containers mount volumes. Join k8s_pod_volumes on spec_id and volume.",
	Examples: []string{
		"SELECT namespace, asset_name, container, host_path, mount_path FROM k8s_container_mounts WHERE judged AND host_path IS NOT NULL AND read_only IS NULL",
		"SELECT asset_name, container, mount_path FROM k8s_container_mounts WHERE judged AND mount_propagation = 'Bidirectional'",
		"SELECT namespace, asset_name, container FROM k8s_container_mounts WHERE judged AND mount_path = '/var/run/docker.sock'",
	},
	Columns: [][]column[mountRow]{
		common[mountRow](), asset[mountRow](),
		{
			text("container", "name of the container", func(r mountRow) Value { return Str(r.c.Name) }).key(),
			text("container_type", "regular, init, sidecar or ephemeral", func(r mountRow) Value { return Str(r.ctype) }),
			text("volume", "name of the volume", func(r mountRow) Value { return Str(r.m.Name) }).key(),
			text("volume_type", "type of the volume; NULL for a volume claim template's", func(r mountRow) Value {
				if v := r.volume(); v != nil {
					return Str(volumeType(v))
				}
				return Null
			}),
			text("host_path", "hostPath.path of the volume", func(r mountRow) Value {
				if v := r.volume(); v != nil && v.HostPath != nil {
					return Str(v.HostPath.Path)
				}
				return Null
			}),
			text("mount_path", "mountPath", func(r mountRow) Value { return Str(r.m.MountPath) }),
			text("sub_path", "subPath, or subPathExpr", func(r mountRow) Value { return Str(r.m.SubPath + r.m.SubPathExpr) }),
			integer("read_only", "readOnly; NULL unless true", func(r mountRow) Value { return True(r.m.ReadOnly) }),
			text("recursive_read_only", "recursiveReadOnly", func(r mountRow) Value { return StrPtr(r.m.RecursiveReadOnly) }),
			text("mount_propagation", "mountPropagation", func(r mountRow) Value { return StrPtr(r.m.MountPropagation) }),
		},
		where[mountRow](),
	},
	Sources: podSpecSources(func(p podSpecRow, emit func(mountRow)) {
		p.containers(func(c containerRow) {
			for i := range c.c.VolumeMounts {
				emit(mountRow{c, &c.c.VolumeMounts[i], i})
			}
		})
	}),
})

// sensitivePaths are the host paths whose contents give control of the node or
// of the cluster; everything below those in the first list, and everything
// above both.
var (
	sensitiveTrees = strings.Fields(`/etc /root /home /proc /sys /dev /boot /usr /bin /sbin /lib /lib64 /opt/cni /var/run /run
		/var/lib/kubelet /var/lib/etcd /var/lib/docker /var/lib/containerd /var/lib/containers /var/lib/crio
		/var/lib/rancher /var/lib/k0s /var/snap /var/spool/cron`)
)

// SensitiveHostPath reports whether a host path gives access to the node, its
// credentials or its container runtime.
func SensitiveHostPath(p string) bool {
	p = path.Clean("/" + p)
	if strings.HasSuffix(p, ".sock") {
		return true
	}
	for _, tree := range sensitiveTrees {
		if p == tree || strings.HasPrefix(p, tree+"/") || strings.HasPrefix(tree, strings.TrimSuffix(p, "/")+"/") {
			return true
		}
	}
	return false
}
