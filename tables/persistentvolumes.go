package tables

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
)

type volumeObjectRow struct {
	*Object
	pv *corev1.PersistentVolume
}

// K8sPersistentVolumes has one row per PersistentVolume.
var K8sPersistentVolumes = define(spec[volumeObjectRow]{
	Name: "k8s_persistent_volumes",
	Row:  "persistent volume",
	Doc: `Every PersistentVolume, what backs it and which claim has it. encrypted is a
hint: what the volume, or else its class, says; the storage may encrypt
everything and say nothing.`,
	Examples: []string{
		"SELECT name, host_path, claim_namespace, claim_name FROM k8s_persistent_volumes WHERE host_path IS NOT NULL",
		"SELECT storage_class, encrypted, count(*) AS volumes, sum(capacity) AS bytes FROM k8s_persistent_volumes GROUP BY storage_class, encrypted",
		"SELECT name, claim_namespace, claim_name FROM k8s_persistent_volumes WHERE phase = 'Released'",
	},
	Columns: [][]column[volumeObjectRow]{
		common[volumeObjectRow](),
		{
			text("phase", "status.phase: Bound, Available, Released …", func(r volumeObjectRow) Value { return Str(r.pv.Status.Phase) }),
			integer("capacity", "spec.capacity.storage, in bytes", func(r volumeObjectRow) Value { return Bytes(quantity(r.pv.Spec.Capacity, "storage")) }),
			jsonCol("access_modes", "spec.accessModes", func(r volumeObjectRow) Value { return JSON(r.pv.Spec.AccessModes) }),
			text("volume_mode", "spec.volumeMode: Filesystem or Block", func(r volumeObjectRow) Value { return StrPtr(r.pv.Spec.VolumeMode) }),
			text("reclaim_policy", "spec.persistentVolumeReclaimPolicy", func(r volumeObjectRow) Value { return Str(r.pv.Spec.PersistentVolumeReclaimPolicy) }),
			text("storage_class", "spec.storageClassName", func(r volumeObjectRow) Value { return Str(r.pv.Spec.StorageClassName) }).key(),
			text("volume_type", "the field of the volume's source that is set: csi, hostPath, local, nfs …", func(r volumeObjectRow) Value { return Str(volumeObjectType(&r.pv.Spec.PersistentVolumeSource)) }),
			text("host_path", "hostPath.path or local.path", func(r volumeObjectRow) Value { return Str(r.hostPath()) }),
			integer("sensitive", "1 when the host path gives access to the node, its credentials or its container runtime; NULL without a host path", func(r volumeObjectRow) Value {
				if r.hostPath() == "" {
					return Null
				}
				return Bool(SensitiveHostPath(r.hostPath()))
			}),
			text("csi_driver", "csi.driver", func(r volumeObjectRow) Value {
				return Str(orEmpty(r.pv.Spec.CSI, &corev1.CSIPersistentVolumeSource{}).Driver)
			}).key(),
			text("claim_namespace", "spec.claimRef.namespace", func(r volumeObjectRow) Value { return Str(orEmpty(r.pv.Spec.ClaimRef, &noTarget).Namespace) }).key(),
			text("claim_name", "spec.claimRef.name", func(r volumeObjectRow) Value { return Str(orEmpty(r.pv.Spec.ClaimRef, &noTarget).Name) }).key(),
			late("encrypted", TypeText, "parameter that speaks of encryption, as in encrypted=true: the volume's own, or else its class's", volumeEncryption,
				func(w *World, key string) Value {
					if own, ok := strings.CutPrefix(key, "own "); ok {
						return Str(own)
					}
					return Str((*get[classEncryption](w, encryptionOfClasses))[strings.TrimPrefix(key, "class ")])
				}, encryptionOfClasses),
		},
		where[volumeObjectRow](),
	},
	Sources: []source[volumeObjectRow]{from(PersistentVolumes, func(o *Object, v *corev1.PersistentVolume, emit func(volumeObjectRow)) {
		emit(volumeObjectRow{o, v})
	})},
})

func volumeEncryption(r volumeObjectRow) string {
	if r.pv.Spec.CSI != nil {
		if hint := encryptionHint(r.pv.Spec.CSI.VolumeAttributes); hint != "" {
			return "own " + hint
		}
	}
	return "class " + r.pv.Spec.StorageClassName
}

// classEncryption is the encryption hint of each StorageClass.
type classEncryption map[string]string

var encryptionOfClasses = fact("encryption of storage classes", []*Resource{StorageClasses}, func(c *classEncryption, o *Object) {
	class, ok := o.Value.(*storagev1.StorageClass)
	if !ok {
		return
	}
	if *c == nil {
		*c = classEncryption{}
	}
	(*c)[class.Name] = encryptionHint(class.Parameters)
}, func(into, from *classEncryption) { *into = *from }, nil)

func (r volumeObjectRow) hostPath() string {
	switch s := &r.pv.Spec.PersistentVolumeSource; {
	case s.HostPath != nil:
		return s.HostPath.Path
	case s.Local != nil:
		return s.Local.Path
	}
	return ""
}

func volumeObjectType(s *corev1.PersistentVolumeSource) string {
	for _, t := range []struct {
		set  bool
		name string
	}{
		{s.CSI != nil, "csi"},
		{s.HostPath != nil, "hostPath"},
		{s.Local != nil, "local"},
		{s.NFS != nil, "nfs"},
		{s.ISCSI != nil, "iscsi"},
		{s.FC != nil, "fc"},
		{s.RBD != nil, "rbd"},
		{s.CephFS != nil, "cephfs"},
		{s.Glusterfs != nil, "glusterfs"},
		{s.Cinder != nil, "cinder"},
		{s.FlexVolume != nil, "flexVolume"},
		{s.Flocker != nil, "flocker"},
		{s.AzureFile != nil, "azureFile"},
		{s.AzureDisk != nil, "azureDisk"},
		{s.VsphereVolume != nil, "vsphereVolume"},
		{s.Quobyte != nil, "quobyte"},
		{s.PortworxVolume != nil, "portworxVolume"},
		{s.PhotonPersistentDisk != nil, "photonPersistentDisk"},
		{s.ScaleIO != nil, "scaleIO"},
		{s.StorageOS != nil, "storageos"},
		{s.GCEPersistentDisk != nil, "gcePersistentDisk"},
		{s.AWSElasticBlockStore != nil, "awsElasticBlockStore"},
	} {
		if t.set {
			return t.name
		}
	}
	return ""
}

type claimRow struct {
	*Object
	pvc *corev1.PersistentVolumeClaim
}

// K8sPersistentVolumeClaims has one row per PersistentVolumeClaim.
var K8sPersistentVolumeClaims = define(spec[claimRow]{
	Name: "k8s_persistent_volume_claims",
	Row:  "persistent volume claim",
	Doc:  "Every PersistentVolumeClaim, and who uses it.",
	Examples: []string{
		"SELECT namespace, name, capacity FROM k8s_persistent_volume_claims WHERE used_by = 0 AND phase = 'Bound'",
		"SELECT namespace, name, users FROM k8s_persistent_volume_claims WHERE used_by > 1",
		"SELECT storage_class, sum(requested) AS bytes FROM k8s_persistent_volume_claims GROUP BY storage_class ORDER BY bytes DESC",
	},
	Columns: [][]column[claimRow]{
		common[claimRow](),
		{
			text("phase", "status.phase: Bound, Pending or Lost", func(r claimRow) Value { return Str(r.pvc.Status.Phase) }),
			text("storage_class", "spec.storageClassName; empty text asks for a volume of no class", func(r claimRow) Value { return StrPtr(r.pvc.Spec.StorageClassName) }).key(),
			text("volume_name", "spec.volumeName", func(r claimRow) Value { return Str(r.pvc.Spec.VolumeName) }).key(),
			jsonCol("access_modes", "spec.accessModes", func(r claimRow) Value { return JSON(r.pvc.Spec.AccessModes) }),
			text("volume_mode", "spec.volumeMode: Filesystem or Block", func(r claimRow) Value { return StrPtr(r.pvc.Spec.VolumeMode) }),
			integer("requested", "spec.resources.requests.storage, in bytes", func(r claimRow) Value { return Bytes(quantity(r.pvc.Spec.Resources.Requests, "storage")) }),
			integer("capacity", "status.capacity.storage, in bytes", func(r claimRow) Value { return Bytes(quantity(r.pvc.Status.Capacity, "storage")) }),
		},
		usedBy[claimRow]("PersistentVolumeClaim", "used_by", podClaims),
		{text("exempt", "system for the cluster's own parts", func(r claimRow) Value { return exempt(r.Meta.Namespace) })},
		where[claimRow](),
	},
	Sources: []source[claimRow]{from(PersistentVolumeClaims, func(o *Object, v *corev1.PersistentVolumeClaim, emit func(claimRow)) {
		emit(claimRow{o, v})
	})},
})
