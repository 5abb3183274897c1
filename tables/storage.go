package tables

import (
	"maps"
	"slices"
	"strings"

	storagev1 "k8s.io/api/storage/v1"
)

type storageClassRow struct {
	*Object
	class *storagev1.StorageClass
}

// K8sStorageClasses has one row per StorageClass.
var K8sStorageClasses = define(spec[storageClassRow]{
	Name: "k8s_storage_classes",
	Row:  "storage class",
	Doc: `Every StorageClass. Parameters whose names are those of credentials, which some
old provisioners take in plain text, have the value null.`,
	Examples: []string{
		"SELECT name, provisioner, reclaim_policy, encrypted FROM k8s_storage_classes",
		"SELECT c.namespace, c.name FROM k8s_persistent_volume_claims c JOIN k8s_storage_classes s ON s.name = c.storage_class WHERE s.encrypted IS NULL OR s.encrypted LIKE '%=false'",
		"SELECT name FROM k8s_storage_classes WHERE is_default",
	},
	Columns: [][]column[storageClassRow]{
		common[storageClassRow](),
		{
			text("provisioner", "provisioner", func(r storageClassRow) Value { return Str(r.class.Provisioner) }).key(),
			jsonCol("parameters", "parameters, without credentials", func(r storageClassRow) Value { return JSON(withoutCredentials(r.class.Parameters)) }),
			text("reclaim_policy", "reclaimPolicy", func(r storageClassRow) Value { return StrPtr(r.class.ReclaimPolicy) }),
			text("binding_mode", "volumeBindingMode", func(r storageClassRow) Value { return StrPtr(r.class.VolumeBindingMode) }),
			integer("allow_volume_expansion", "allowVolumeExpansion", func(r storageClassRow) Value { return BoolPtr(r.class.AllowVolumeExpansion) }),
			integer("is_default", "1 for the class of claims that name none", func(r storageClassRow) Value {
				return Bool(r.class.Annotations["storageclass.kubernetes.io/is-default-class"] == "true" ||
					r.class.Annotations["storageclass.beta.kubernetes.io/is-default-class"] == "true")
			}),
			text("encrypted", "parameter that speaks of encryption, as in encrypted=true; NULL says nothing either way", func(r storageClassRow) Value { return Str(encryptionHint(r.class.Parameters)) }),
		},
		where[storageClassRow](),
	},
	Sources: []source[storageClassRow]{from(StorageClasses, func(o *Object, v *storagev1.StorageClass, emit func(storageClassRow)) {
		emit(storageClassRow{o, v})
	})},
})

func withoutCredentials(parameters map[string]string) map[string]*string {
	out := make(map[string]*string, len(parameters))
	for name, value := range parameters {
		out[name] = nil
		if credentialIn(name, value) == "" && name != "restuserkey" { // GlusterFS
			out[name] = &value
		}
	}
	return out
}

// encryptionParameters are those of the drivers of AWS, Google, Azure, Ceph,
// Longhorn, Portworx, Alibaba and OCI, in order of how much they say.
var encryptionParameters = []string{
	"encrypted", "csi.storage.k8s.io/encrypted", "secure", "kmskeyid", "kms-key-id", "encryptionkmsid", "disk-encryption-kms-key",
	"diskencryptionsetid",
}

// encryptionHint is what parameters or volume attributes say of encryption:
// NAME=VALUE, or the name alone of one that holds a key's identity.
func encryptionHint(parameters map[string]string) string {
	names := slices.Sorted(maps.Keys(parameters))
	for _, want := range encryptionParameters {
		for _, name := range names {
			if strings.ToLower(name) != want || parameters[name] == "" {
				continue
			}
			if want == "encrypted" || want == "secure" || strings.HasSuffix(want, "/encrypted") {
				return name + "=" + strings.ToLower(parameters[name])
			}
			return name
		}
	}
	return ""
}

type csiDriverRow struct {
	*Object
	d *storagev1.CSIDriver
}

// K8sCSIDrivers has one row per CSIDriver.
var K8sCSIDrivers = define(spec[csiDriverRow]{
	Name: "k8s_csi_drivers",
	Row:  "CSI driver",
	Doc:  "Every CSIDriver. Those with token_requests get tokens of the service accounts of pods that use their volumes.",
	Examples: []string{
		"SELECT name, token_requests FROM k8s_csi_drivers WHERE token_requests IS NOT NULL",
		"SELECT name, fs_group_policy, attach_required FROM k8s_csi_drivers",
		"SELECT d.name, count(v.name) AS volumes FROM k8s_csi_drivers d LEFT JOIN k8s_persistent_volumes v ON v.csi_driver = d.name GROUP BY d.name",
	},
	Columns: [][]column[csiDriverRow]{
		common[csiDriverRow](),
		{
			integer("attach_required", "spec.attachRequired", func(r csiDriverRow) Value { return BoolPtr(r.d.Spec.AttachRequired) }),
			integer("pod_info_on_mount", "spec.podInfoOnMount", func(r csiDriverRow) Value { return BoolPtr(r.d.Spec.PodInfoOnMount) }),
			text("fs_group_policy", "spec.fsGroupPolicy", func(r csiDriverRow) Value { return StrPtr(r.d.Spec.FSGroupPolicy) }),
			jsonCol("token_requests", "spec.tokenRequests", func(r csiDriverRow) Value { return JSON(r.d.Spec.TokenRequests) }),
			integer("token_in_secrets", "spec.serviceAccountTokenInSecrets: unless 1, those tokens are in volume attributes, which drivers tend to log", func(r csiDriverRow) Value { return BoolPtr(r.d.Spec.ServiceAccountTokenInSecrets) }),
			integer("requires_republish", "spec.requiresRepublish", func(r csiDriverRow) Value { return BoolPtr(r.d.Spec.RequiresRepublish) }),
			integer("se_linux_mount", "spec.seLinuxMount", func(r csiDriverRow) Value { return BoolPtr(r.d.Spec.SELinuxMount) }),
			integer("ephemeral", "1 when pods may have volumes of it inline", func(r csiDriverRow) Value {
				return Bool(slices.Contains(r.d.Spec.VolumeLifecycleModes, storagev1.VolumeLifecycleEphemeral))
			}),
		},
		where[csiDriverRow](),
	},
	Sources: []source[csiDriverRow]{from(CSIDrivers, func(o *Object, v *storagev1.CSIDriver, emit func(csiDriverRow)) {
		emit(csiDriverRow{o, v})
	})},
})

type attachmentRow struct {
	*Object
	a *storagev1.VolumeAttachment
}

// K8sVolumeAttachments has one row per VolumeAttachment.
var K8sVolumeAttachments = define(spec[attachmentRow]{
	Name: "k8s_volume_attachments",
	Row:  "volume attachment",
	Doc:  "Every VolumeAttachment: which volume is, or should be, attached to which node.",
	Examples: []string{
		"SELECT name, node_name, volume_name, error FROM k8s_volume_attachments WHERE NOT attached",
		"SELECT node_name, count(*) AS volumes FROM k8s_volume_attachments WHERE attached GROUP BY node_name ORDER BY volumes DESC",
		"SELECT volume_name, count(*) AS nodes FROM k8s_volume_attachments WHERE attached GROUP BY volume_name HAVING nodes > 1",
	},
	Columns: [][]column[attachmentRow]{
		common[attachmentRow](),
		{
			text("attacher", "spec.attacher: the CSI driver", func(r attachmentRow) Value { return Str(r.a.Spec.Attacher) }).key(),
			text("node_name", "spec.nodeName", func(r attachmentRow) Value { return Str(r.a.Spec.NodeName) }).key(),
			text("volume_name", "spec.source.persistentVolumeName; NULL for an inline volume", func(r attachmentRow) Value { return StrPtr(r.a.Spec.Source.PersistentVolumeName) }).key(),
			integer("attached", "status.attached", func(r attachmentRow) Value { return Bool(r.a.Status.Attached) }),
			text("error", "message of status.attachError, or of detachError", func(r attachmentRow) Value {
				for _, e := range []*storagev1.VolumeError{r.a.Status.AttachError, r.a.Status.DetachError} {
					if e != nil {
						return Str(e.Message)
					}
				}
				return Null
			}),
		},
		where[attachmentRow](),
	},
	Sources: []source[attachmentRow]{from(VolumeAttachments, func(o *Object, v *storagev1.VolumeAttachment, emit func(attachmentRow)) {
		emit(attachmentRow{o, v})
	})},
})
