package load

import (
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func (p *plan) addStorageClasses() {
	class := func(name, isDefault string, encrypted string) *item {
		return &item{obj: &storagev1.StorageClass{
			ObjectMeta:  metav1.ObjectMeta{Name: name, Annotations: with(nil, "storageclass.kubernetes.io/is-default-class", isDefault)},
			Provisioner: "ebs.csi.aws.com", Parameters: with(nil, "type", "gp3", "encrypted", encrypted),
			ReclaimPolicy: ptr.To(corev1.PersistentVolumeReclaimDelete), VolumeBindingMode: ptr.To(storagev1.VolumeBindingWaitForFirstConsumer),
		}}
	}
	p.base = append(p.base, class("gp3", "true", "true"), class("gp3-plain", "false", "false"))
}

func claimSpec(volume string) corev1.PersistentVolumeClaimSpec {
	return corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, StorageClassName: ptr.To("gp3"), VolumeName: volume,
		Resources: corev1.VolumeResourceRequirements{Requests: resources("storage", "20Gi")},
	}
}

// addVolume adds a claim and the volume that it is bound to.
func (p *plan) addVolume(ns, claim string) {
	hex := p.hex(32)
	name := "pvc-" + hex[:8] + "-" + hex[8:12] + "-" + hex[12:16] + "-" + hex[16:20] + "-" + hex[20:]
	modes := []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
	size := resources("storage", "20Gi")
	p.base = append(p.base, &item{status: true, obj: &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: with(nil, "pv.kubernetes.io/provisioned-by", "ebs.csi.aws.com")},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes: modes, Capacity: size, StorageClassName: "gp3", PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			ClaimRef:               &corev1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: ns, Name: claim},
			PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: "ebs.csi.aws.com", VolumeHandle: "vol-0" + p.hex(16), FSType: "ext4"}},
		},
		Status: corev1.PersistentVolumeStatus{Phase: corev1.VolumeBound},
	}})
	p.supports = append(p.supports, &item{status: true, obj: &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: claim, Namespace: ns, Annotations: with(nil, "pv.kubernetes.io/bind-completed", "yes")},
		Spec:       claimSpec(name),
		Status:     corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound, AccessModes: modes, Capacity: size},
	}})
}
